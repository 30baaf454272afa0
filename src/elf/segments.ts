/**
 * Which parts of the file does the loader map, and where? Program headers.
 * https://gabi.xinuos.com/elf/07-pheader.html
 */
import type { ElfHeader } from './header.js';
import { ElfError, u64 } from './header.js';

export const PT = { LOAD: 1, DYNAMIC: 2, INTERP: 3, NOTE: 4, PHDR: 6, TLS: 7, GNU_EH_FRAME: 0x6474e550 } as const;
export const PF = { X: 1, W: 2, R: 4 } as const;

export interface Segment {
  /** PT.* */
  readonly type: number;
  /** PF.* */
  readonly flags: number;
  /** Offset into the file. */
  readonly offset: number;
  /** Address as written in the file. */
  readonly vaddr: number;
  /** Bytes that are in the file. */
  readonly filesz: number;
  /** Bytes in memory; what exceeds filesz is zeroes. */
  readonly memsz: number;
  readonly align: number;
}

const PHDR64_SIZE = 56;
const PN_XNUM = 0xffff;

/** More segments than any process can have mappings (vm.max_map_count is 65,530 by default, and may be raised). */
const MAX_SEGMENTS = 4_000_000;

/**
 * The program headers of a file. `read` returns bytes at a file offset, fewer where they end; `section0` is asked only
 * where their number does not fit the header (PN_XNUM). Entries that lie beyond the end are left out: a truncated file
 * gives what it has. Throws {@link ElfError} when the table contradicts itself.
 */
export function readSegments(
  header: ElfHeader,
  read: (offset: number, length: number) => Uint8Array,
  section0: () => { info: number } | null,
  name: string,
): Segment[] {
  let count = header.phnum;
  if (count === PN_XNUM) count = section0()?.info ?? count;
  if (count === 0) return [];
  if (header.phentsize < PHDR64_SIZE) {
    throw new ElfError('malformed', `${name}: program header size ${header.phentsize} is below ${PHDR64_SIZE}`);
  }
  if (count > MAX_SEGMENTS) {
    throw new ElfError('malformed', `${name}: ${count} program headers are more than ${MAX_SEGMENTS}`);
  }
  const bytes = read(header.phoff, count * header.phentsize);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const segments: Segment[] = [];
  for (let at = 0; at + PHDR64_SIZE <= bytes.length; at += header.phentsize) {
    segments.push({
      type: view.getUint32(at, true),
      flags: view.getUint32(at + 4, true),
      offset: u64(view, at + 8),
      vaddr: u64(view, at + 16),
      filesz: u64(view, at + 32),
      memsz: u64(view, at + 40),
      align: u64(view, at + 48),
    });
  }
  return segments;
}
