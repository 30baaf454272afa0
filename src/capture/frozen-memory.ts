/**
 * What does the replay read? The copy, and nothing else. A page that was not copied is not quietly read from the running
 * target: it faults, and is noted so that the next freeze copies it too.
 */
import { PAGE_BYTES, PageRecorder, type PageSet, type PageSource } from '../memory/pages.js';

/** Pages of a copy: `bytes` holds PAGE_BYTES for each of `pageNumbers`, valid where `ok` is 1. */
export interface PageCopy {
  readonly pageNumbers: readonly number[];
  readonly bytes: Uint8Array;
  readonly ok: Uint8Array;
}

export class FrozenMemory extends PageRecorder {
  /** Pages asked for that are not in the copy. (Those that could not be read when it was taken are not missing.) */
  readonly missing: PageSet;

  constructor(copy: PageCopy) {
    const missing: PageSet = new Set();
    super(new CopiedPages(copy, missing));
    this.missing = missing;
  }
}

class CopiedPages implements PageSource {
  readonly #copy: PageCopy;
  readonly #missing: PageSet;
  readonly #indexOf: Map<number, number>;

  constructor(copy: PageCopy, missing: PageSet) {
    this.#copy = copy;
    this.#missing = missing;
    this.#indexOf = new Map(copy.pageNumbers.map((page, index) => [page, index]));
  }

  fetch(page: number): DataView | null {
    const index = this.#indexOf.get(page);
    if (index === undefined) {
      this.#missing.add(page);
      return null;
    }
    if (this.#copy.ok[index] !== 1) return null;
    const { buffer, byteOffset } = this.#copy.bytes;
    return new DataView(buffer, byteOffset + index * PAGE_BYTES, PAGE_BYTES);
  }
}
