/**
 * Would the same walk find the same in other bytes? It would if every word that it read is the same there: what it does
 * next depends on nothing else. So each word read is noted, and a page that has changed elsewhere (a reference count, a
 * neighbour's object) is as good as one that has not.
 */
import type { Address } from './address.js';
import { PAGE_BYTES, PageRecorder } from './pages.js';

const WORD_BYTES = 8;
/** Words of a page, a bit each, in units of 32 bits. */
const UNITS_A_PAGE = PAGE_BYTES / WORD_BYTES / 32;

/** PageRecorder that also notes, for all owners together, which words were read. */
export class WordRecorder extends PageRecorder {
  readonly #rows = new Map<number, number>();
  #words = new Uint32Array(256 * UNITS_A_PAGE);
  #lastPage = -1;
  #lastRow = 0;

  override read(address: Address, size: number): DataView {
    const view = super.read(address, size);
    if (size > 0) this.#note(address, size);
    return view;
  }

  override pointer(address: Address): number {
    const value = super.pointer(address);
    this.#note(address, WORD_BYTES);
    return value;
  }

  /** Whether what was read of a page is the same in `other`: its bytes, or null where it cannot be had. */
  isSame(page: number, other: Uint8Array | null): boolean {
    const own = this.pages.get(page) ?? null;
    if (own === null || other === null) return own === null && other === null;
    const bytes = Buffer.from(own.buffer, own.byteOffset, PAGE_BYTES);
    return bytes.equals(other) || this.#wordsAreSame(this.#rows.get(page), bytes, other);
  }

  #wordsAreSame(row: number | undefined, own: Uint8Array, other: Uint8Array): boolean {
    // Asked for, but not one read of it was answered.
    if (row === undefined) return true;
    for (let at = 0; at < PAGE_BYTES; at++) {
      if (own[at] === other[at]) continue;
      const word = at >>> 3;
      if ((this.#words[row + (word >>> 5)] ?? 0) & (1 << (word & 31))) return false;
    }
    return true;
  }

  #note(address: number, size: number): void {
    const first = Math.floor(address / PAGE_BYTES);
    const start = address - first * PAGE_BYTES;
    if (first !== this.#lastPage) this.#select(first);
    const end = Math.min(PAGE_BYTES, start + size);
    for (let word = start >>> 3; word <= (end - 1) >>> 3; word++) {
      const at = this.#lastRow + (word >>> 5);
      this.#words[at] = (this.#words[at] ?? 0) | (1 << (word & 31));
    }
    if (start + size > PAGE_BYTES) this.#note(address + PAGE_BYTES - start, size - (PAGE_BYTES - start));
  }

  #select(page: number): void {
    let row = this.#rows.get(page);
    if (row === undefined) {
      row = this.#rows.size * UNITS_A_PAGE;
      this.#rows.set(page, row);
      if (row === this.#words.length) {
        const larger = new Uint32Array(2 * row);
        larger.set(this.#words);
        this.#words = larger;
      }
    }
    this.#lastPage = page;
    this.#lastRow = row;
  }
}
