/**
 * What does the file's section table say? It may be absent (kernel cores, stripped bundles) or forged, and nothing the
 * loader does depends on it: every count, offset and size is bounded by the file.
 * https://gabi.xinuos.com/elf/03-sheader.html
 */
import type { ByteSource } from './byte-source.js';
import type { ElfHeader } from './header.js';
import { u64 } from './header.js';

export const SHT = { PROGBITS: 1, SYMTAB: 2, STRTAB: 3, NOTE: 7, NOBITS: 8, DYNSYM: 11 } as const;

export interface Section {
  readonly name: string;
  /** SHT.* */
  readonly type: number;
  /** Address as written in the file; 0: not loaded. */
  readonly addr: number;
  readonly offset: number;
  readonly size: number;
  /** Index of an associated section (the string table of a symbol table). */
  readonly link: number;
  readonly info: number;
}

const SHDR64_SIZE = 64;
const SHN_XINDEX = 0xffff;
/** `-ffunction-sections` objects have some 100,000; what is loaded has dozens. */
const MAX_SECTIONS = 1_000_000;
/** Section names are short; a name table is a few KB. */
const MAX_NAMES = 16 * 1024 * 1024;
const MAX_NAME = 256;

/** Section 0, which holds the counts that do not fit the file header; null without a section table. */
export function readSection0(header: ElfHeader, source: ByteSource): Section | null {
  if (header.shoff === 0 || header.shentsize < SHDR64_SIZE) return null;
  const bytes = source.read(header.shoff, SHDR64_SIZE);
  return bytes.length < SHDR64_SIZE ? null : decodeSection(viewOf(bytes), 0, () => '');
}

/** The section table, empty when there is none that can be read. Entries beyond the end of the file are left out. */
export function readSections(header: ElfHeader, source: ByteSource): Section[] {
  const first = readSection0(header, source);
  if (!first) return [];
  const count = header.shnum === 0 ? first.size : header.shnum;
  if (count === 0 || count > MAX_SECTIONS) return [];
  const bytes = source.read(header.shoff, count * header.shentsize);
  const view = viewOf(bytes);
  const nameIndex = header.shstrndx === SHN_XINDEX ? first.link : header.shstrndx;
  const nameAt = nameIndex * header.shentsize;
  let names: Uint8Array = new Uint8Array(0);
  if (nameAt + SHDR64_SIZE <= bytes.length) {
    const table = decodeSection(view, nameAt, () => '');
    if (table.type === SHT.STRTAB && table.size <= MAX_NAMES) names = source.read(table.offset, table.size);
  }
  const sections: Section[] = [];
  for (let at = 0; at + SHDR64_SIZE <= bytes.length; at += header.shentsize) {
    sections.push(decodeSection(view, at, (offset) => stringAt(names, offset)));
  }
  return sections;
}

function decodeSection(view: DataView, at: number, nameAt: (offset: number) => string): Section {
  return {
    name: nameAt(view.getUint32(at, true)),
    type: view.getUint32(at + 4, true),
    addr: u64(view, at + 16),
    offset: u64(view, at + 24),
    size: u64(view, at + 32),
    link: view.getUint32(at + 40, true),
    info: view.getUint32(at + 44, true),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The NUL-terminated string at `offset` of a string table; empty outside of it. */
function stringAt(table: Uint8Array, offset: number): string {
  if (offset >= table.length) return '';
  const end = table.indexOf(0, offset);
  const limit = Math.min(end < 0 ? table.length : end, offset + MAX_NAME);
  return new TextDecoder().decode(table.subarray(offset, limit));
}
