/**
 * What stood where the core says nothing because a file has it? The kernel leaves out pages of programs and libraries
 * that nobody wrote to. Only segments that nobody could have written to are filled in: of the others the file holds the
 * bytes from before relocation, which were never what the process saw.
 */

import type { ByteSource } from '../../elf/byte-source.js';
import { ElfFile } from '../../elf/elf-file.js';
import { PF, PT } from '../../elf/segments.js';
import { PAGE_BYTES } from '../../memory/pages.js';
import type { Range } from '../../memory/ranges.js';
import { CachedSource } from './cached-source.js';
import type { Fill } from './core-memory.js';
import type { MappedModule } from './core-modules.js';
import { moduleAt } from './core-modules.js';

/** A few are in use at a time; each may keep so much, bytes. */
const CACHE_BYTES = 4 * 1024 * 1024;

interface Opened {
  readonly source: CachedSource;
  /** The pages, in memory, of the segments that are not writable. */
  readonly constant: readonly Range[];
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
      file = source && openedOf(source, module);
      opened.set(module, file);
    }
    if (!file) return null;
    const range = file.constant.find(({ start, end }) => address >= start && address < end);
    if (!range) return null;
    const at = mapping.fileOffset + (address - mapping.start);
    const length = Math.min(size, range.end - address, mapping.end - address);
    const bytes = file.source.read(at, length);
    if (bytes.length > 0) return bytes;
    // A file seldom ends with a page. What is mapped of its last one beyond the end is zeros.
    const pageEnd = Math.ceil(file.source.size / PAGE_BYTES) * PAGE_BYTES;
    return at < pageEnd ? new Uint8Array(Math.min(length, pageEnd - at)) : null;
  };
  return {
    fill,
    close: () => {
      for (const file of opened.values()) file?.source.close();
      opened.clear();
    },
  };
}

function openedOf(source: ByteSource, { start }: MappedModule): Opened {
  const loads = new ElfFile(source).segments.filter(({ type }) => type === PT.LOAD);
  const first = loads[0];
  const bias = first ? start - (first.vaddr - first.offset) : start;
  // Whole pages are mapped. They are told by their place in memory: in the file, the last page of a constant segment may
  // also be the first of a writable one, mapped once more elsewhere.
  const constant = loads
    .filter(({ flags, filesz }) => (flags & PF.W) === 0 && filesz > 0)
    .map(({ vaddr, filesz }) => ({
      start: Math.floor((bias + vaddr) / PAGE_BYTES) * PAGE_BYTES,
      end: Math.ceil((bias + vaddr + filesz) / PAGE_BYTES) * PAGE_BYTES,
    }));
  return { source: new CachedSource(source, CACHE_BYTES), constant };
}
