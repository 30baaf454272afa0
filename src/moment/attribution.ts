/**
 * Whose is what the shared walk reads? A thread state belongs to its thread, which alone writes to it while it lives;
 * everything else to all.
 */

import type { Address } from '../memory/address.js';
import { PAGE_BYTES, type PageSet } from '../memory/pages.js';
import { type MemoryReader, readPointer } from '../memory/reader.js';
import type { ThreadStateWalk } from '../python/runtime.js';

/** Bytes that were read. */
export interface Read {
  readonly address: Address;
  readonly size: number;
}

const NO_UNITS = new Uint32Array(0);

/** Notes every read on its way to `memory`. */
export class ReadLog implements MemoryReader {
  readonly reads: Read[] = [];
  readonly #memory: MemoryReader;

  constructor(memory: MemoryReader) {
    this.#memory = memory;
  }

  read(address: Address, size: number): DataView {
    this.reads.push({ address, size });
    return this.#memory.read(address, size);
  }

  pointer(address: Address): number {
    this.reads.push({ address, size: 8 });
    return readPointer(this.#memory, address);
  }

  unitAt(address: Address, size: number): number {
    // First, for what cannot be read is noted too.
    this.reads.push({ address, size });
    const unit = this.#memory.unitAt?.(address, size) ?? -1;
    // Then it is read, and noted there.
    if (unit < 0) this.reads.pop();
    return unit;
  }

  get units(): Uint32Array {
    return this.#memory.units ?? NO_UNITS;
  }
}

/** The pages that were read, each once. */
export function pagesOfReads(reads: readonly Read[]): PageSet {
  const pages: PageSet = new Set();
  for (const { address, size } of reads) {
    const last = Math.floor((address + size - 1) / PAGE_BYTES);
    for (let page = Math.floor(address / PAGE_BYTES); page <= last; page++) pages.add(page);
  }
  return pages;
}

/**
 * Calls `note` for each page that was read, with the kernel id of the thread it was read for, null: for all. (A main
 * thread state lies inside its interpreter state from 3.12 on, so it is the first byte of a read that tells.)
 */
export function attribute(
  reads: readonly Read[],
  states: readonly ThreadStateWalk[],
  stateBytes: number,
  tidOf: ReadonlyMap<Address, number | null>,
  note: (tid: number | null, page: number) => void,
): void {
  const starts = states.map((state) => state.address).sort((a, b) => a - b);
  for (const { address, size } of reads) {
    const state = lastAtOrBelow(starts, address);
    const within = state !== null && address < state + stateBytes;
    const tid = within ? (tidOf.get(state) ?? null) : null;
    const last = Math.floor((address + size - 1) / PAGE_BYTES);
    for (let page = Math.floor(address / PAGE_BYTES); page <= last; page++) note(tid, page);
  }
}

/** The greatest of the sorted `starts` that is not above `address`. */
function lastAtOrBelow(starts: readonly Address[], address: Address): Address | null {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? address) <= address) low = middle + 1;
    else high = middle;
  }
  return starts[low - 1] ?? null;
}
