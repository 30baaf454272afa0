/**
 * What does a program or library say that is mapped but whose file cannot be had? Its header, segments, dynamic symbols
 * and build id are in memory too; sections and `.symtab` are not.
 */
import type { Address } from '../memory/address.js';
import { toAddress } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';
import { bytesOf, MemoryFault } from '../memory/reader.js';
import type { DynamicSection } from './dynamic.js';
import { decodeDynamic, MAX_DYNAMIC_BYTES } from './dynamic.js';
import type { ElfHeader } from './header.js';
import { decodeElfHeader, EHDR64_SIZE } from './header.js';
import { buildIdOf, decodeNotes } from './notes.js';
import type { Segment } from './segments.js';
import { PT, readSegments } from './segments.js';
import type { ElfSymbol } from './symbols.js';
import { findDynamicSymbol } from './symbols.js';

const MAX_PROGRAM_NOTES = 64 * 1024;

export class MappedElf {
  readonly header: ElfHeader;
  readonly segments: readonly Segment[];
  /** Address in memory minus address in the file. */
  readonly bias: number;
  #dynamic: DynamicSection | null | undefined;

  /**
   * `start`: where the file's first byte is mapped (fileOffset 0). Throws ElfError when no readable header is there,
   * MemoryFault when nothing is.
   */
  constructor(
    readonly memory: MemoryReader,
    readonly start: Address,
    readonly name: string,
  ) {
    this.header = decodeElfHeader(bytesOf(memory.read(start, EHDR64_SIZE)), name);
    this.segments = readSegments(
      this.header,
      (offset, length) => this.#read(start + offset, length),
      () => null,
      name,
    );
    const first = this.segments.find(({ type }) => type === PT.LOAD);
    this.bias = first ? start - (first.vaddr - first.offset) : start;
  }

  get dynamic(): DynamicSection | null {
    if (this.#dynamic === undefined) {
      const segment = this.segments.find(({ type }) => type === PT.DYNAMIC);
      this.#dynamic = segment
        ? decodeDynamic(this.readAt(segment.vaddr, Math.min(segment.memsz, MAX_DYNAMIC_BYTES)), (value) =>
            this.#unrelocated(value),
          )
        : null;
    }
    return this.#dynamic;
  }

  dynamicSymbol(name: string): ElfSymbol | null {
    return this.dynamic
      ? findDynamicSymbol(name, this.dynamic, (address, length) => this.readAt(address, length))
      : null;
  }

  get buildId(): string | null {
    for (const segment of this.segments) {
      if (segment.type !== PT.NOTE) continue;
      const bytes = this.readAt(segment.vaddr, Math.min(segment.memsz, MAX_PROGRAM_NOTES));
      const id = buildIdOf(decodeNotes(bytes, segment.align));
      if (id !== null) return id;
    }
    return null;
  }

  /** Memory at an address as written in the file; nothing where it cannot be read. */
  readAt(address: number, length: number): Uint8Array {
    return this.#read(address + this.bias, length);
  }

  /**
   * glibc adds the bias to the pointers of a mapped dynamic section, musl and the vDSO do not. Which it was shows in
   * where they point.
   */
  #unrelocated(value: number): number {
    const inside = (address: number) =>
      this.segments.some(({ type, vaddr, memsz }) => type === PT.LOAD && address >= vaddr && address < vaddr + memsz);
    return !inside(value) && inside(value - this.bias) ? value - this.bias : value;
  }

  #read(address: number, length: number): Uint8Array {
    if (length <= 0) return new Uint8Array(0);
    try {
      return bytesOf(this.memory.read(toAddress(address), length));
    } catch (error) {
      // "Fewer bytes" is what every reader of tables expects of a range that is not there.
      if (error instanceof MemoryFault || (error instanceof Error && error.name === 'InvalidAddress')) {
        return new Uint8Array(0);
      }
      throw error;
    }
  }
}
