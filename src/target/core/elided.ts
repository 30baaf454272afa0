/**
 * What stood where the core says nothing because a file has it? The kernel leaves out pages of programs and libraries
 * that nobody wrote to. Only segments that nobody could have written to are filled in: of the others the file holds the
 * bytes from before relocation, which were never what the process saw.
 */
import { ElfFile } from '../elf/elf-file.js';
import { PF, PT } from '../elf/segments.js';
import type { ByteSource } from '../target.js';
import { CachedSource } from './cached-source.js';
import type { Fill } from './core-memory.js';
import type { MappedModule } from './core-modules.js';
import { moduleAt } from './core-modules.js';

/** A few are in use at a time; each may keep so much, bytes. */
const CACHE_BYTES = 4 * 1024 * 1024;

interface Opened {
  readonly source: CachedSource;
  /** File ranges of the segments that are not writable. */
  readonly constant: readonly { readonly start: number; readonly end: number }[];
}

/** `open` gives a module's file, checked, or null. */
export function fillFrom(
  modules: readonly MappedModule[],
  open: (module: MappedModule) => ByteSource | null,
): { fill: Fill; close: () => void } {
  const opened = new Map<MappedModule, Opened | null>();
  const fill: Fill = (address, size) => {
    const module = moduleAt(modules, address);
    const mapping = module?.mappings.find(({ start, end }) => address >= start && address < end);
    if (!module || !mapping || mapping.writable) return null;
    let file = opened.get(module);
    if (file === undefined) {
      const source = open(module);
      file = source && openedOf(source);
      opened.set(module, file);
    }
    if (!file) return null;
    const at = mapping.fileOffset + (address - mapping.start);
    const range = file.constant.find(({ start, end }) => at >= start && at < end);
    if (!range) return null;
    const bytes = file.source.read(at, Math.min(size, range.end - at, mapping.end - address));
    return bytes.length > 0 ? bytes : null;
  };
  return {
    fill,
    close: () => {
      for (const file of opened.values()) file?.source.close();
      opened.clear();
    },
  };
}

function openedOf(source: ByteSource): Opened {
  const constant = new ElfFile(source).segments
    .filter(({ type, flags, filesz }) => type === PT.LOAD && (flags & PF.W) === 0 && filesz > 0)
    .map(({ offset, filesz }) => ({ start: offset, end: offset + filesz }));
  return { source: new CachedSource(source, CACHE_BYTES), constant };
}
