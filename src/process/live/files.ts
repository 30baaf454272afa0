/**
 * How are the target's files opened: those it mapped, and those it would see under a path? It may live in another mount
 * namespace, and what it mapped may be deleted or replaced since.
 */

import { ElfFile } from '../../elf/elf-file.js';
import type { FileSource } from '../../elf/file-source.js';
import { NotARegularFile, openFileSource } from '../../elf/file-source.js';
import { bytesEqual, EHDR64_SIZE, ElfError, hasElfMagic } from '../../elf/header.js';
import { MappedElf } from '../../elf/mapped-elf.js';
import type { Mapping } from '../../memory/mapping.js';
import type { MemoryReader } from '../../memory/reader.js';
import { bytesOf, MemoryFault } from '../../memory/reader.js';
import type { TargetFile } from '../process.js';
import { errnoOf, isOutOfDescriptors } from './proc-files.js';

/** Source files larger than this are not quoted from. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Opens the very file behind `mapping`, or null. `mappings`: all of the process, to find the file's start in memory.
 * Throws where that fails for want of descriptors, which says nothing of the file.
 *
 * map_files leads to the mapped inode itself, whatever has become of its name, but needs a privilege, and the range may
 * have been mapped anew since; the other ways go by name. So what each leads to is compared with what is mapped.
 */
export function openMappedFile(
  pid: number,
  mapping: Mapping,
  mappings: readonly Mapping[],
  memory: MemoryReader,
): FileSource | null {
  if (mapping.path === null || mapping.inode === 0) return null;
  const range = `${mapping.start.toString(16)}-${mapping.end.toString(16)}`;
  const names = mapping.deleted ? [`${mapping.path} (deleted)`, mapping.path] : [mapping.path];
  const ways = [
    `/proc/${pid}/map_files/${range}`,
    `/proc/${pid}/exe`,
    ...names.map((name) => `/proc/${pid}/root${name}`),
    ...names,
  ];
  for (const way of ways) {
    const source = openOrNull(way, mapping.path);
    if (!source) continue;
    if (isMappedFile(source, mapping, mappings, memory)) return source;
    source.close();
  }
  return null;
}

/**
 * Whether `source` is what is mapped: the same inode of the same device; or, as overlay file systems show another device
 * (and inode) in maps than in stat, the same build id in memory, or without one the same ELF header.
 */
function isMappedFile(
  source: FileSource,
  mapping: Mapping,
  mappings: readonly Mapping[],
  memory: MemoryReader,
): boolean {
  if (source.identity.inode === mapping.inode && source.identity.device === mapping.device) return true;
  const start = mappings.find(
    ({ inode, device, fileOffset, path }) =>
      fileOffset === 0 && inode === mapping.inode && device === mapping.device && path === mapping.path,
  );
  if (!start) return false;
  try {
    const inFile = source.read(0, EHDR64_SIZE);
    if (!hasElfMagic(inFile) || !bytesEqual(inFile, bytesOf(memory.read(start.start, EHDR64_SIZE)))) return false;
    const mappedId = new MappedElf(memory, start.start, source.name).buildId;
    return mappedId === null ? !mapping.deleted : mappedId === new ElfFile(source).buildId;
  } catch (error) {
    if (error instanceof MemoryFault || error instanceof ElfError) return false;
    throw error;
  }
}

/**
 * A whole file as the target would see it: an absolute path below its root, a relative one below its working directory.
 * null: not there, not to be read, not a regular file, or larger than 16 MiB.
 */
export function readTargetFile(pid: number, path: string): TargetFile | null {
  if (path === '' || path.includes('\0')) return null;
  const base = path.startsWith('/') ? `/proc/${pid}/root` : `/proc/${pid}/cwd/`;
  let source: FileSource | null = null;
  try {
    source = openOrNull(base + path, path);
    if (!source) return null;
    if (source.size > MAX_FILE_BYTES) return null;
    return { bytes: source.read(0, source.size), mtimeMs: source.identity.mtimeMs };
  } catch (error) {
    // EIO, ESTALE: there, and not to be read. EMFILE: its lines are not worth the whole look.
    if (errnoOf(error) === null) throw error;
    return null;
  } finally {
    source?.close();
  }
}

function openOrNull(path: string, name: string): FileSource | null {
  try {
    return openFileSource(path, name);
  } catch (error) {
    if (isOutOfDescriptors(error)) throw error;
    if (error instanceof NotARegularFile || errnoOf(error) !== null) return null;
    throw error;
  }
}
