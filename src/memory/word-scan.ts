/**
 * Where in memory does one of these words stand? For what nothing points to any more: the memory is gone through once, for
 * all that is looked for.
 */
import type { Address } from './address.js';
import { toAddress } from './address.js';
import { readChunks } from './chunks.js';
import { firstEndingAfter, mergeRanges, type Range } from './ranges.js';
import type { MemoryReader } from './reader.js';

const WORD = 8;

/** User-space addresses to look for: single ones, and all of a range. */
export class Words {
  readonly #single = new Set<number>();
  #ranges: Range[] = [];
  /** By the upper half: whether any is wanted. Addresses have 47 bits. */
  readonly #upper = new Uint8Array(2 ** 16);

  get size(): number {
    return this.#single.size + this.#ranges.length;
  }

  add(word: number): void {
    this.#single.add(word);
    this.#upper[Math.floor(word / 2 ** 32)] = 1;
  }

  addRange(range: Range): void {
    this.#ranges = mergeRanges([...this.#ranges, range]);
    for (let half = Math.floor(range.start / 2 ** 32); half <= Math.floor((range.end - 1) / 2 ** 32); half++) {
      this.#upper[half] = 1;
    }
  }

  mayHave(upper: number): boolean {
    return this.#upper[upper] === 1;
  }

  has(word: number): boolean {
    if (this.#single.has(word)) return true;
    const range = this.#ranges[firstEndingAfter(this.#ranges, word)];
    return range !== undefined && range.start <= word;
  }
}

export interface FoundWord {
  readonly at: Address;
  readonly word: number;
}

/**
 * Where they stand, in the order of the ranges; what cannot be read is passed over. Ends early once `outOfTime` says so.
 */
export function* findWords(
  memory: MemoryReader,
  ranges: Iterable<Range>,
  words: Words,
  outOfTime: () => boolean,
): Generator<FoundWord> {
  for (const range of ranges) {
    const aligned = { start: Math.ceil(range.start / WORD) * WORD, end: range.end };
    if (outOfTime()) return;
    for (const { start, view } of readChunks(memory, aligned, 0, outOfTime)) {
      if (isZero(view)) continue;
      // Found first and given out later: the view may not outlive another read.
      const found: FoundWord[] = [];
      for (let i = 0; i + WORD <= view.byteLength; i += WORD) {
        const upper = view.getUint32(i + 4, true);
        if (upper >= 2 ** 16 || !words.mayHave(upper)) continue;
        const word = upper * 2 ** 32 + view.getUint32(i, true);
        if (words.has(word)) found.push({ at: toAddress(start + i), word });
      }
      yield* found;
    }
  }
}

/** Much of what was reserved and never used: told at once. Made when it is first needed, which is rare. */
let zeros: Buffer | null = null;

function isZero(view: DataView): boolean {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  zeros ??= Buffer.alloc(1024 * 1024);
  return bytes.length <= zeros.length && bytes.equals(zeros.subarray(0, bytes.length));
}
