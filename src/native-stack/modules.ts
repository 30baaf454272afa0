/**
 * Which files do the addresses of native code belong to? From mappings to modules; nothing is opened until the unwinder
 * needs it, and then it is the very file that is mapped, or its image in memory.
 */

import type { ByteSource } from '../elf/byte-source.js';
import type { Mapping } from '../memory/mapping.js';
import { bytesOf, MemoryFault } from '../memory/reader.js';
import { isOutOfDescriptors } from '../process/live/proc-files.js';
import { groupByImage } from '../process/modules.js';
import type { Process } from '../process/process.js';

export interface NativeModule {
  /** In the target's own file system, or `[vdso]`. */
  readonly path: string;
  /** Lower-case hexadecimal, where the file must have this one; null: nothing to compare with. */
  readonly buildId: string | null;
  readonly segments: readonly NativeSegment[];
  /**
   * A descriptor (which `close` ends), or the bytes of the whole file, or why there is neither (null: it is not to be had).
   * Called once, when first needed.
   */
  readonly open: () => { readonly fd: number; close(): void } | Uint8Array | string | null;
}

export interface NativeSegment {
  readonly start: number;
  readonly end: number;
  readonly fileOffset: number;
  readonly executable: boolean;
}

/** As in native/unwind/addon.cc, which needs a descriptor of its own. */
const NO_DESCRIPTOR = 'too many files are open to open its file (ulimit -n)';
/** Largest file that is read into memory because it has no descriptor. */
const MAX_IMAGE_BYTES = 256 * 1024 * 1024;

/** One module for each time that code of a file is mapped, and the vDSO. */
export function nativeModules(target: Process): NativeModule[] {
  return groupByImage(target.mappings()).flatMap((image) => moduleOf(target, image) ?? []);
}

/** Paths of programs and libraries that were deleted or replaced since they were mapped, and cannot be had any more. */
export function lostFiles(target: Process): string[] {
  const gone = target.mappings().filter(({ deleted, executable, path }) => deleted && executable && path !== null);
  const lost = gone.filter((mapping) => {
    try {
      const source = target.openMapped(mapping);
      source?.close();
      return source === null;
    } catch (error) {
      // That was said where it was needed.
      if (!isOutOfDescriptors(error)) throw error;
      return false;
    }
  });
  return [...new Set(lost.flatMap(({ path }) => path ?? []))];
}

/** Where code lies, modules or not. */
export function executableRanges(target: Process): { start: number; end: number }[] {
  return target
    .mappings()
    .filter(({ executable }) => executable)
    .map(({ start, end }) => ({ start, end }));
}

function moduleOf(target: Process, mappings: readonly Mapping[]): NativeModule | null {
  const code = mappings.find(({ executable }) => executable);
  if (!code?.path) return null;
  return {
    path: code.path,
    buildId: null,
    segments: mappings.map(({ start, end, fileOffset, executable }) => ({
      start,
      end,
      // The vDSO is mapped from no file: core files and kernels tell any offset.
      fileOffset: code.path === '[vdso]' ? 0 : fileOffset,
      executable,
    })),
    open: () => openCode(target, code, mappings),
  };
}

function openCode(target: Process, code: Mapping, mappings: readonly Mapping[]): ReturnType<NativeModule['open']> {
  let source: ByteSource | null;
  try {
    source = target.openMapped(code);
  } catch (error) {
    if (!isOutOfDescriptors(error)) throw error;
    return NO_DESCRIPTOR;
  }
  if (!source) return imageInMemory(target, mappings);
  if (source.fd !== undefined) return { fd: source.fd, close: () => source.close() };
  return readAndClose(source);
}

function readAndClose(source: ByteSource): Uint8Array | null {
  try {
    return source.size > MAX_IMAGE_BYTES ? null : source.read(0, source.size);
  } finally {
    source.close();
  }
}

/**
 * What is mapped of a file that is not to be had, laid out as in the file: enough to unwind by, as unwind data is mapped
 * with the code. Null when nothing can be read, or too much would have to be.
 */
function imageInMemory(target: Process, mappings: readonly Mapping[]): Uint8Array | null {
  const readable = mappings.filter(
    ({ readable, fileOffset, path }) => readable || path === '[vdso]' || fileOffset === 0,
  );
  const offsetOf = ({ fileOffset, path }: Mapping) => (path === '[vdso]' ? 0 : fileOffset);
  const size = readable.reduce((most, mapping) => Math.max(most, offsetOf(mapping) + mapping.end - mapping.start), 0);
  if (size === 0 || size > MAX_IMAGE_BYTES) return null;
  const image = new Uint8Array(size);
  let any = false;
  for (const mapping of readable) {
    try {
      image.set(bytesOf(target.memory.read(mapping.start, mapping.end - mapping.start)), offsetOf(mapping));
      any = true;
    } catch (error) {
      if (!(error instanceof MemoryFault)) throw error;
    }
  }
  return any ? image : null;
}
