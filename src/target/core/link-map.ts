/**
 * Which libraries had the dynamic loader loaded, when the core has no list of mapped files? The loader keeps one for
 * debuggers: AT_PHDR → program headers → dynamic section → DT_DEBUG → struct r_debug → struct link_map.
 * https://sourceware.org/git/?p=glibc.git;a=blob;f=elf/link.h;hb=refs/tags/glibc-2.36
 */
import { isUserSpace, toAddress } from '../../memory/address.js';
import type { MemoryReader } from '../../memory/reader.js';
import { MemoryFault, pointerAt, readCString } from '../../memory/reader.js';
import { EHDR64_SIZE, ElfError } from '../elf/header.js';
import { MappedElf } from '../elf/mapped-elf.js';
import { PT } from '../elf/segments.js';
import type { MappedFile } from './note-records.js';
import { AT } from './note-records.js';

/** Large programs load a few thousand libraries. */
const MAX_LIBRARIES = 65_536;
const AT_PAGESZ = 6;

/** The mapped files as the loader's list and each module's own headers tell; empty when these are not in the core. */
export function filesFromLinkMap(
  memory: MemoryReader,
  auxv: ReadonlyMap<number, bigint>,
): { files: MappedFile[]; problem: string | null } {
  const tableAt = Number(auxv.get(AT.PHDR) ?? 0n);
  const pageBytes = Number(auxv.get(AT_PAGESZ) ?? 4096n) || 4096;
  // Linkers put the program headers right behind the file header.
  const program = imageAt(memory, tableAt - EHDR64_SIZE, 'executable');
  if (!program) return { files: [], problem: 'it has no list of mapped files, nor the headers of the executable' };
  const files = filesOf(program, executableName(memory, auxv) ?? 'executable', pageBytes);
  const debug = program.dynamic?.debug ?? 0;
  let problem: string | null = null;
  if (isUserSpace(debug)) {
    try {
      problem = followLinks(memory, debug, (bias, name) => {
        const image = imageAt(memory, bias, name);
        if (image) files.push(...filesOf(image, name, pageBytes));
      });
    } catch (error) {
      if (!(error instanceof MemoryFault)) throw error;
      problem = "the dynamic loader's list of libraries cannot be read to its end";
    }
  }
  return { files: files.sort((a, b) => a.start - b.start), problem };
}

/** Calls `visit` with load bias and name of each entry but the unnamed (the program itself); returns what is wrong. */
function followLinks(memory: MemoryReader, debug: number, visit: (bias: number, name: string) => void): string | null {
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
    const name = isUserSpace(nameAt) ? readCString(memory, toAddress(nameAt)) : '';
    if (name.startsWith('/')) visit(pointerAt(entry, 0), name);
    link = pointerAt(entry, 24);
  }
  return null;
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
