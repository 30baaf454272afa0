/**
 * Would the same walk find the same in other bytes? It would if every word that it read is the same there: what it does
 * next depends on nothing else. So each word read is noted, and a page that has changed elsewhere (a reference count, a
 * neighbour's object) is as good as one that has not.
 */
import type { Address } from './address.js';
import { type FetchedPage, PAGE_BYTES, PageRecorder } from './pages.js';

const WORD_BYTES = 8;
/** Words of a page, a bit each, in units of 32 bits. */
const UNITS_A_PAGE = PAGE_BYTES / WORD_BYTES / 32;

/** PageRecorder that also notes, for all owners together, which words were read. */
export class WordRecorder extends PageRecorder {
  override read(address: Address, size: number): DataView {
    const view = super.read(address, size);
    if (size > 0) this.#note(address, size);
    return view;
  }

  override pointer(address: Address): number {
    const value = super.pointer(address);
    const start = address - this.lastStart;
    if (start >= 0 && start % WORD_BYTES === 0) {
      // Nearly always: one word of the page that was just read.
      this.last.words ??= new Uint32Array(UNITS_A_PAGE);
      this.last.words[start >>> 8] = (this.last.words[start >>> 8] ?? 0) | (1 << ((start >>> 3) & 31));
    } else this.#note(address, WORD_BYTES);
    return value;
  }

  override unitAt(address: Address, size: number): number {
    const unit = super.unitAt(address, size);
    if (unit >= 0 && size > 0) this.#note(address, size);
    return unit;
  }

  /** Whether what was read of a page is the same in `other`: its bytes, or null where it cannot be had. */
  isSame(page: number, other: Uint8Array | null): boolean {
    const { bytes: own = null, words = null } = this.pages.get(page) ?? {};
    if (own === null || other === null) return own === null && other === null;
    return Buffer.compare(own, other) === 0 || words === null || wordsAreSame(words, own, other);
  }

  /** Called after the read, so that the page it ended on is the last one. */
  #note(address: number, size: number): void {
    const start = address % PAGE_BYTES;
    if (start + size <= PAGE_BYTES) {
      mark(this.last, start, start + size);
      return;
    }
    for (let at = address; at < address + size; ) {
      const from = at % PAGE_BYTES;
      const end = Math.min(PAGE_BYTES, from + address + size - at);
      const page = this.pages.get((at - from) / PAGE_BYTES);
      if (page) mark(page, from, end);
      at += end - from;
    }
  }
}

/** Notes bytes [from, end) of a page as read. */
function mark(page: FetchedPage, from: number, end: number): void {
  page.words ??= new Uint32Array(UNITS_A_PAGE);
  const last = (end - 1) >>> 3;
  // Of each unit all bits at once: a structure is a dozen words.
  for (let word = from >>> 3; word <= last; word = (word | 31) + 1) {
    const bits = Math.min(last, word | 31) - word + 1;
    const mask = bits === 32 ? -1 : ((1 << bits) - 1) << (word & 31);
    page.words[word >>> 5] = (page.words[word >>> 5] ?? 0) | mask;
  }
}

function wordsAreSame(words: Uint32Array, own: Uint8Array, other: Uint8Array): boolean {
  for (let at = 0; at < PAGE_BYTES; at++) {
    if (own[at] === other[at]) continue;
    const word = at >>> 3;
    if ((words[word >>> 5] ?? 0) & (1 << (word & 31))) return false;
  }
  return true;
}
