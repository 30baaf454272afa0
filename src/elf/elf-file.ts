/**
 * What does an ELF file say, without reading it? Every part is read when first asked for, from its own range.
 */
import type { ByteSource } from './byte-source.js';
import type { DynamicSection } from './dynamic.js';
import { decodeDynamic, MAX_DYNAMIC_BYTES } from './dynamic.js';
import type { ElfHeader } from './header.js';
import { decodeElfHeader, EHDR64_SIZE } from './header.js';
import { buildIdOf, decodeNotes } from './notes.js';
import type { Section } from './sections.js';
import { readSection0, readSections, SHT } from './sections.js';
import type { Segment } from './segments.js';
import { PT, readSegments } from './segments.js';
import type { ElfSymbol } from './symbols.js';
import { findDynamicSymbol, scanSymbols } from './symbols.js';

/** Notes of a program are a few dozen bytes; a forged size must not cost gigabytes. */
const MAX_PROGRAM_NOTES = 64 * 1024;
/** What is read around a small range, bytes: to find a symbol takes a dozen reads of a few bytes each, in tables that lie together. */
const WINDOW_BYTES = 8 * 1024;

export class ElfFile {
  readonly header: ElfHeader;
  /** By number, from the file's beginning. */
  readonly #windows = new Map<number, Uint8Array>();
  #segments: Segment[] | undefined;
  #sections: Section[] | undefined;
  #dynamic: DynamicSection | null | undefined;
  /** Of the dynamic table, by name; null: it is not there. */
  readonly #symbols = new Map<string, ElfSymbol | null>();
  readonly #readAt = (address: number, length: number): Uint8Array => this.readAt(address, length);

  /**
   * Reads what is around the header only. Throws ElfError. The source stays the caller's to close; what was read of it stays
   * here.
   */
  constructor(readonly source: ByteSource) {
    this.header = decodeElfHeader(this.#near(0, EHDR64_SIZE), source.name);
  }

  get segments(): readonly Segment[] {
    this.#segments ??= readSegments(
      this.header,
      (offset, length) => this.#near(offset, length),
      () => readSection0(this.header, this.source),
      this.source.name,
    );
    return this.#segments;
  }

  /** Empty where there is no readable section table. */
  get sections(): readonly Section[] {
    this.#sections ??= readSections(this.header, this.source);
    return this.#sections;
  }

  section(name: string): Section | null {
    return this.sections.find((section) => section.name === name) ?? null;
  }

  /** The dynamic section, as the loader finds it; null in a static program. */
  get dynamic(): DynamicSection | null {
    if (this.#dynamic === undefined) {
      const segment = this.segments.find(({ type }) => type === PT.DYNAMIC);
      this.#dynamic = segment
        ? decodeDynamic(this.source.read(segment.offset, Math.min(segment.filesz, MAX_DYNAMIC_BYTES)))
        : null;
    }
    return this.#dynamic;
  }

  /** A defined symbol of the dynamic table, through its hash; null when not there. */
  dynamicSymbol(name: string): ElfSymbol | null {
    let found = this.#symbols.get(name);
    if (found === undefined) {
      found = this.dynamic ? findDynamicSymbol(name, this.dynamic, this.#readAt) : null;
      this.#symbols.set(name, found);
    }
    return found;
  }

  /** Symbols of `.symtab` called one of `names` (compilers' suffixes allowed); empty in a stripped file. */
  scanSymbols(names: readonly string[]): ElfSymbol[] {
    const symtab = this.sections.find(({ type }) => type === SHT.SYMTAB);
    const strtab = symtab && this.sections[symtab.link];
    if (!symtab || !strtab || strtab.type !== SHT.STRTAB) return [];
    return scanSymbols(names, symtab, strtab, (offset, length) => this.source.read(offset, length));
  }

  /** The build id, lower-case hexadecimal; null without one. */
  get buildId(): string | null {
    for (const segment of this.segments) {
      if (segment.type !== PT.NOTE) continue;
      const bytes = this.#near(segment.offset, Math.min(segment.filesz, MAX_PROGRAM_NOTES));
      const id = buildIdOf(decodeNotes(bytes, segment.align));
      if (id !== null) return id;
    }
    // Detached debug files keep the section where the segment has no bytes.
    const section = this.section('.note.gnu.build-id');
    if (section?.type !== SHT.NOTE) return null;
    return buildIdOf(decodeNotes(this.source.read(section.offset, Math.min(section.size, MAX_PROGRAM_NOTES))));
  }

  /** File name and CRC-32 of the detached debug file that `.gnu_debuglink` names; null without one. */
  get debugLink(): { name: string; crc: number } | null {
    const section = this.section('.gnu_debuglink');
    if (!section || section.type === SHT.NOBITS || section.size > 4096) return null;
    const bytes = this.source.read(section.offset, section.size);
    const end = bytes.indexOf(0);
    // The name, its NUL, padding to four bytes, the checksum.
    const crcAt = Math.ceil((end + 1) / 4) * 4;
    if (end <= 0 || crcAt + 4 > bytes.length) return null;
    const crc = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(crcAt, true);
    return { name: new TextDecoder().decode(bytes.subarray(0, end)), crc };
  }

  /** The file's bytes for an address as written in it; fewer where its segment's file part ends. */
  readAt(address: number, length: number): Uint8Array {
    for (const segment of this.segments) {
      if (segment.type !== PT.LOAD) continue;
      const into = address - segment.vaddr;
      if (into < 0 || into >= segment.filesz) continue;
      return this.#near(segment.offset + into, Math.min(length, segment.filesz - into));
    }
    return new Uint8Array(0);
  }

  /** As the source's `read`; what lies within one window comes from there. */
  #near(offset: number, length: number): Uint8Array {
    const number = Math.floor(offset / WINDOW_BYTES);
    const at = offset - number * WINDOW_BYTES;
    if (!(offset >= 0 && length > 0 && at + length <= WINDOW_BYTES)) return this.source.read(offset, length);
    let window = this.#windows.get(number);
    if (window === undefined) {
      window = this.source.read(number * WINDOW_BYTES, WINDOW_BYTES);
      this.#windows.set(number, window);
    }
    // Of memory that stands in for a file the window may be there in part, and that is then not told.
    return at + length <= window.length ? window.subarray(at, at + length) : this.source.read(offset, length);
  }
}
