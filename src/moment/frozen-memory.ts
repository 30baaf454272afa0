/**
 * What does the replay read? The copy, and nothing else. A page that was not copied is not quietly read from the running
 * target: it faults, and is noted so that the next freeze copies it too.
 */
import { FetchedPage, PAGE_BYTES, PageRecorder, type PageSet, unitsOf } from '../memory/pages.js';

/** Pages of a copy: `bytes` holds PAGE_BYTES for each of `pageNumbers`, valid where `ok` is 1. */
export class PageCopy {
  readonly #bytes: Uint8Array;
  readonly #ok: Uint8Array;
  readonly #indexOf: ReadonlyMap<number, number>;
  readonly #block: DataView<ArrayBuffer>;
  readonly #units: Uint32Array | null;

  /** `indexOf`: the place of each page in `bytes`, by its number. */
  constructor(indexOf: ReadonlyMap<number, number>, bytes: Uint8Array, ok: Uint8Array) {
    this.#bytes = bytes;
    this.#ok = ok;
    this.#indexOf = indexOf;
    this.#block = new DataView(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
    this.#units = unitsOf(bytes);
  }

  /** Whether it was to be copied, though that may have failed. */
  has(page: number): boolean {
    return this.#indexOf.has(page);
  }

  /** The bytes of a page; null where it could not be had. */
  bytesOf(page: number): Uint8Array | null {
    const index = this.#indexOf.get(page);
    if (index === undefined || this.#ok[index] !== 1) return null;
    return this.#bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES);
  }

  /** The same, for who reads pages. */
  pageOf(page: number): FetchedPage | null {
    const index = this.#indexOf.get(page);
    if (index === undefined || this.#ok[index] !== 1) return null;
    return new FetchedPage(this.#block, index * PAGE_BYTES, this.#units);
  }
}

export class FrozenMemory extends PageRecorder {
  /** Pages asked for that are not in the copy. (Those that could not be read when it was taken are not missing.) */
  readonly missing: PageSet;

  /** With `valid`, only pages for which it is true are answered from the copy; the others are missing. */
  constructor(copy: PageCopy, valid: (page: number) => boolean = () => true) {
    const missing: PageSet = new Set();
    super({
      held: (page) => (valid(page) ? copy.pageOf(page) : null),
      fetch: (page) => {
        if (!copy.has(page) || !valid(page)) missing.add(page);
        return null;
      },
    });
    this.missing = missing;
  }
}

/** The pages in these ranges of page numbers, as far as each could be read from its start on. */
export function copiedRanges(
  copy: PageCopy,
  ranges: readonly (readonly [number, number])[],
): { readonly address: number; readonly bytes: Uint8Array }[] {
  return ranges.flatMap(([first, end]) => {
    const pages: Uint8Array[] = [];
    for (let page = first; page < end; page++) {
      const bytes = copy.bytesOf(page);
      if (bytes === null) break;
      pages.push(bytes);
    }
    return pages.length === 0 ? [] : [{ address: first * PAGE_BYTES, bytes: Buffer.concat(pages) }];
  });
}
