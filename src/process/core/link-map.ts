/**
 * Which libraries had the dynamic loader loaded, when the core has no list of mapped files? The loader keeps one for
 * debuggers: AT_PHDR → program headers → dynamic section → DT_DEBUG → struct r_debug → struct link_map.
 * https://sourceware.org/git/?p=glibc.git;a=blob;f=elf/link.h;hb=refs/tags/glibc-2.36
 */

import { ElfFile } from '../../elf/elf-file.js';
import type { FileSource } from '../../elf/file-source.js';
import { EHDR64_SIZE, ElfError } from '../../elf/header.js';
import { MappedElf } from '../../elf/mapped-elf.js';
import { PT } from '../../elf/segments.js';
import { type Address, isUserSpace, toAddress } from '../../memory/address.js';
import type { MemoryReader } from '../../memory/reader.js';
import { MemoryFault, pointerAt, readCString } from '../../memory/reader.js';
import type { MappedFile } from './note-records.js';
import { AT } from './note-records.js';

/** Large programs load a few thousand libraries. */
const MAX_LIBRARIES = 65_536;
const AT_PAGESZ = 6;

/** A file that may be the one of that name; `isProgram`: the executable. Closed by who asked. */
export type OpenNamed = (path: string, isProgram: boolean) => FileSource | null;

/**
 * The mapped files as the loader's list and each module's own headers tell; empty when these are not to be had. Where the
 * core leaves out what is constant (emulators do, with the headers), `open` gives the file that has it.
 */
export function filesFromLinkMap(
  memory: MemoryReader,
  auxv: ReadonlyMap<number, bigint>,
  open: OpenNamed = () => null,
): { files: MappedFile[]; problem: string | null } {
  const pageBytes = Number(auxv.get(AT_PAGESZ) ?? 4096n) || 4096;
  const opened: FileSource[] = [];
  const openKept: OpenNamed = (path, isProgram) => {
    const source = open(path, isProgram);
    if (source) opened.push(source);
    return source;
  };
  try {
    const name = executableName(memory, auxv) ?? 'executable';
    const program = programImage(memory, auxv, name, openKept);
    if (!program) return { files: [], problem: 'it has no list of mapped files, nor the headers of the executable' };
    const files = filesOf(program, name, pageBytes);
    const debug = program.dynamic?.debug ?? 0;
    let problem: string | null = null;
    if (isUserSpace(debug)) {
      try {
        problem = followLinks(program.memory, debug, (bias, library, dynamicAt) => {
          const image = imageAt(memory, bias, library) ?? libraryImage(memory, bias, library, dynamicAt, openKept);
          if (image) for (const file of filesOf(image, library, pageBytes)) files.push(file);
        });
      } catch (error) {
        if (!(error instanceof MemoryFault)) throw error;
        problem = "the dynamic loader's list of libraries cannot be read to its end";
      }
    }
    return { files: files.sort((a, b) => a.start - b.start), problem };
  } finally {
    for (const source of opened) source.close();
  }
}

/** The executable: from memory, or from its file if that is placed as the auxiliary vector says. */
function programImage(
  memory: MemoryReader,
  auxv: ReadonlyMap<number, bigint>,
  name: string,
  open: OpenNamed,
): MappedElf | null {
  const tableAt = Number(auxv.get(AT.PHDR) ?? 0n);
  // Linkers put the program headers right behind the file header.
  const image = imageAt(memory, tableAt - EHDR64_SIZE, name);
  if (image) return image;
  return fileImage(memory, name, open(name, true), ({ header, segments }) => {
    const bias = Number(auxv.get(AT.ENTRY) ?? 0n) - header.entry;
    const table = segments.find(({ type }) => type === PT.PHDR)?.vaddr;
    return table !== undefined && table + bias === tableAt ? bias : null;
  });
}

/** A library: from its file, if its dynamic section is where the loader says. */
function libraryImage(
  memory: MemoryReader,
  bias: number,
  name: string,
  dynamicAt: number,
  open: OpenNamed,
): MappedElf | null {
  return fileImage(memory, name, open(name, false), ({ segments }) => {
    const dynamic = segments.find(({ type }) => type === PT.DYNAMIC)?.vaddr;
    return dynamic !== undefined && dynamic + bias === dynamicAt ? bias : null;
  });
}

/** What memory and, where it has nothing, the file together say; null: it is not that file. */
function fileImage(
  memory: MemoryReader,
  name: string,
  source: FileSource | null,
  biasOf: (file: ElfFile) => number | null,
): MappedElf | null {
  if (!source) return null;
  try {
    const file = new ElfFile(source);
    const bias = biasOf(file);
    const first = file.segments.find(({ type }) => type === PT.LOAD);
    if (bias === null || !first || !isUserSpace(bias + first.vaddr - first.offset)) return null;
    return imageAt(new FileBehindMemory(memory, file, bias), bias + first.vaddr - first.offset, name);
  } catch (error) {
    if (error instanceof ElfError) return null;
    throw error;
  }
}

/** Memory, with the bytes of a file's constant segments where it has none. */
class FileBehindMemory implements MemoryReader {
  constructor(
    private readonly memory: MemoryReader,
    private readonly file: ElfFile,
    private readonly bias: number,
  ) {}

  read(address: Address, size: number): DataView {
    try {
      return this.memory.read(address, size);
    } catch (error) {
      if (!(error instanceof MemoryFault)) throw error;
      const bytes = this.file.readAt(address - this.bias, size);
      if (bytes.length < size) throw error;
      return new DataView(bytes.buffer, bytes.byteOffset, size);
    }
  }
}

/**
 * Calls `visit` with load bias, name and address of the dynamic section of each entry but the unnamed (the program itself);
 * returns what is wrong.
 */
function followLinks(
  memory: MemoryReader,
  debug: number,
  visit: (bias: number, name: string, dynamicAt: number) => void,
): string | null {
  // struct r_debug { int r_version; struct link_map *r_map; … }
  let link = pointerAt(memory.read(toAddress(debug), 16), 8);
  const seen = new Set<number>();
  while (link !== 0) {
    if (!isUserSpace(link) || seen.has(link) || seen.size >= MAX_LIBRARIES) {
      return "the dynamic loader's list of libraries runs in a circle or into nowhere";
    }
    seen.add(link);
    // struct link_map { ElfW(Addr) l_addr; char *l_name; ElfW(Dyn) *l_ld; struct link_map *l_next, *l_prev; }
    const entry = memory.read(toAddress(link), 40);
    const nameAt = pointerAt(entry, 8);
    const name = nameOf(memory, nameAt);
    if (name.startsWith('/')) visit(pointerAt(entry, 0), name, pointerAt(entry, 16));
    link = pointerAt(entry, 24);
  }
  return null;
}

/** '' where there is none: constants of the loader itself, as the program's own empty name, may not be in the core. */
function nameOf(memory: MemoryReader, nameAt: number): string {
  if (!isUserSpace(nameAt)) return '';
  try {
    return readCString(memory, toAddress(nameAt));
  } catch (error) {
    if (error instanceof MemoryFault) return '';
    throw error;
  }
}

/** AT_EXECFN: what was executed, as it was named; for a script this is the script, so only an absolute name counts. */
export function executableName(memory: MemoryReader, auxv: ReadonlyMap<number, bigint>): string | null {
  const at = Number(auxv.get(AT.EXECFN) ?? 0n);
  if (!isUserSpace(at)) return null;
  try {
    return readCString(memory, toAddress(at)) || null;
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
}

function imageAt(memory: MemoryReader, start: number, name: string): MappedElf | null {
  if (!isUserSpace(start)) return null;
  try {
    return new MappedElf(memory, toAddress(start), name);
  } catch (error) {
    if (error instanceof MemoryFault || error instanceof ElfError) return null;
    throw error;
  }
}

function filesOf(image: MappedElf, path: string, pageBytes: number): MappedFile[] {
  const files: MappedFile[] = [];
  for (const { type, vaddr, filesz, offset } of image.segments) {
    if (type !== PT.LOAD || filesz === 0) continue;
    const start = Math.floor((image.bias + vaddr) / pageBytes) * pageBytes;
    const end = Math.ceil((image.bias + vaddr + filesz) / pageBytes) * pageBytes;
    if (!isUserSpace(start) || !isUserSpace(end)) continue;
    files.push({ start, end, offset: Math.floor(offset / pageBytes) * pageBytes, path, deleted: false });
  }
  return files;
}
