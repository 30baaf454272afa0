/**
 * What stood at an address when the core was written? What was dumped, from the core; what was left out because a file
 * has it, from that file, if it is the right one; the rest is a MemoryFault. Never zeros for what is not known.
 */

import type { Segment } from '../../elf/segments.js';
import type { Address } from '../../memory/address.js';
import { firstEndingAfter, type Range } from '../../memory/ranges.js';
import type { MemoryReader } from '../../memory/reader.js';
import { MemoryFault, pointerAt } from '../../memory/reader.js';
import type { CachedSource } from './cached-source.js';

/** Up to `size` bytes at `address`, at least one, from the file that was mapped there; null: not to be had. */
export type Fill = (address: number, size: number) => Uint8Array | null;

/** More than any structure or string is read in one piece; sizes come from untrusted memory. */
const MAX_READ = 64 * 1024 * 1024;

/** Memory of a core: the first p_filesz bytes of each PT_LOAD, whatever p_memsz says. */
export class CoreMemory implements MemoryReader {
  readonly #file: CachedSource;
  /** Dumped ranges in address order, not overlapping: [starts[i], ends[i]) is at offsets[i] of the file. */
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  readonly #offsets: Float64Array;
  #last = 0;
  #fill: Fill = () => null;
  /** How many segments claim addresses that another one has. */
  readonly overlapping: number;
  /** Bytes that should have been dumped. */
  readonly dumpedBytes: number;
  /** Of these, those that lie beyond the end of the file. */
  readonly missingBytes: number;

  /** `kept`: the bytes of it that are real (sorted and merged), the others being written as zeros; null: all are. */
  constructor(file: CachedSource, loads: readonly Segment[], kept: readonly Range[] | null = null) {
    this.#file = file;
    const dumped = loads.filter(({ filesz }) => filesz > 0).sort((a, b) => a.vaddr - b.vaddr);
    const starts: number[] = [];
    const ends: number[] = [];
    const offsets: number[] = [];
    let overlapping = 0;
    let taken = 0;
    let dumpedBytes = 0;
    let missingBytes = 0;
    for (const { vaddr, filesz, offset } of dumped) {
      const start = Math.max(vaddr, taken);
      const end = vaddr + filesz;
      if (start > vaddr) overlapping++;
      if (start >= end) continue;
      const at = offset + (start - vaddr);
      const add = (from: number, to: number) => {
        starts.push(from);
        ends.push(to);
        offsets.push(at + (from - start));
      };
      if (kept === null) add(start, end);
      else for (const real of within(kept, start, end)) add(real.start, real.end);
      taken = end;
      dumpedBytes += end - start;
      missingBytes += Math.min(end - start, Math.max(0, at + (end - start) - file.size));
    }
    this.#starts = new Float64Array(starts);
    this.#ends = new Float64Array(ends);
    this.#offsets = new Float64Array(offsets);
    this.overlapping = overlapping;
    this.dumpedBytes = dumpedBytes;
    this.missingBytes = missingBytes;
  }

  /** From now on what was not dumped is asked of `fill`. */
  fillWith(fill: Fill): void {
    this.#fill = fill;
  }

  /** What the file holds of it, in address order. */
  get written(): Range[] {
    const size = this.#file.size;
    const written: Range[] = [];
    this.#starts.forEach((start, i) => {
      const held = Math.min((this.#ends[i] ?? start) - start, Math.max(size - (this.#offsets[i] ?? size), 0));
      if (held > 0) written.push({ start, end: start + held });
    });
    return written;
  }

  /** The same memory without anything that is not in the core itself. */
  get dumpedOnly(): MemoryReader {
    return { read: (address, size) => this.#read(address, size, () => null) };
  }

  read(address: Address, size: number): DataView {
    return this.#read(address, size, this.#fill);
  }

  pointer(address: Address): number {
    const i = this.#indexAt(address);
    const start = this.#starts[i];
    if (start !== undefined && address >= start && address + 8 <= (this.#ends[i] ?? 0)) {
      const value = this.#file.pointer((this.#offsets[i] ?? 0) + (address - start));
      if (value !== null) return value;
    }
    return pointerAt(this.read(address, 8), 0);
  }

  unitAt(address: Address, size: number): number {
    const i = this.#indexAt(address);
    const start = this.#starts[i];
    if (start === undefined || address < start || address + size > (this.#ends[i] ?? 0)) return -1;
    return this.#file.unitAt((this.#offsets[i] ?? 0) + (address - start), size);
  }

  get units(): Uint32Array {
    return this.#file.units;
  }

  /** How many of the bytes from `start` to `end` were dumped (and perhaps cut off since). */
  dumpedWithin(start: number, end: number): number {
    let total = 0;
    for (let i = this.#indexAt(start); i < this.#starts.length; i++) {
      const from = this.#starts[i] ?? 0;
      if (from >= end) break;
      total += Math.max(0, Math.min(end, this.#ends[i] ?? 0) - Math.max(start, from));
    }
    return total;
  }

  #read(address: number, size: number, fill: Fill): DataView {
    const i = this.#indexAt(address);
    const start = this.#starts[i];
    if (start !== undefined && address >= start && address + size <= (this.#ends[i] ?? 0)) {
      const view = this.#file.view((this.#offsets[i] ?? 0) + (address - start), size);
      if (view) return view;
      throw new MemoryFault(address, size, 'lie beyond the end of the core file, which was cut short');
    }
    return this.#assemble(address, size, fill);
  }

  #assemble(address: number, size: number, fill: Fill): DataView {
    if (size > MAX_READ) throw new MemoryFault(address, size, 'are more than is ever read at once');
    const pieces: Uint8Array[] = [];
    const end = address + size;
    for (let at = address; at < end; ) {
      const piece = this.#piece(at, end - at, fill);
      if (typeof piece === 'string') throw new MemoryFault(address, size, piece);
      pieces.push(piece);
      at += piece.length;
    }
    const only = pieces[0];
    if (pieces.length === 1 && only) return new DataView(only.buffer, only.byteOffset, size);
    const bytes = new Uint8Array(size);
    let done = 0;
    for (const piece of pieces) {
      bytes.set(piece, done);
      done += piece.length;
    }
    return new DataView(bytes.buffer);
  }

  /** At least one byte at `address`, at most `size`; or why not. */
  #piece(address: number, size: number, fill: Fill): Uint8Array | string {
    const i = this.#indexAt(address);
    const start = this.#starts[i] ?? Number.POSITIVE_INFINITY;
    if (address >= start) {
      const length = Math.min(size, (this.#ends[i] ?? 0) - address);
      const bytes = this.#file.read((this.#offsets[i] ?? 0) + (address - start), length);
      return bytes.length === length ? bytes : 'lie beyond the end of the core file, which was cut short';
    }
    const bytes = fill(address, Math.min(size, start - address));
    return bytes ?? 'are not in the core file, nor in a file that was found for it';
  }

  /** Index of the first dumped range that ends after `address`: the one that holds it, or the next. */
  #indexAt(address: number): number {
    const last = this.#last;
    if (address >= (this.#starts[last] ?? 0) && address < (this.#ends[last] ?? 0)) return last;
    // Whoever goes through them in order asks for the next one, or for what lies before it.
    if (address >= (this.#ends[last] ?? Number.POSITIVE_INFINITY) && address < (this.#ends[last + 1] ?? 0)) {
      this.#last = last + 1;
      return last + 1;
    }
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    if (low < this.#ends.length) this.#last = low;
    return low;
  }
}

/** The parts of the sorted ranges that lie between start and end. */
function* within(ranges: readonly Range[], start: number, end: number): Generator<Range> {
  for (let i = firstEndingAfter(ranges, start); i < ranges.length; i++) {
    const range = ranges[i];
    if (!range || range.start >= end) return;
    yield { start: Math.max(range.start, start), end: Math.min(range.end, end) };
  }
}
