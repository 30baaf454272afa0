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

/** The bytes of a page; null where it could not be had. */
export type PageBytes = (page: number) => Uint8Array | null;

/** The pages of a copy, by number. */
export function bytesOfPages({ pageNumbers, bytes, ok }: PageCopy): PageBytes {
  const indexOf = new Map(pageNumbers.map((page, index) => [page, index]));
  return (page) => {
    const index = indexOf.get(page);
    return index === undefined || ok[index] !== 1 ? null : bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES);
  };
}

export class FrozenMemory extends PageRecorder {
  /** Pages asked for that are not in the copy. (Those that could not be read when it was taken are not missing.) */
  readonly missing: PageSet;

  /** With `valid`, only pages for which it is true are answered from the copy; the others are missing. */
  constructor(copy: PageCopy, valid: (page: number) => boolean = () => true) {
    const missing: PageSet = new Set();
    super(new CopiedPages(copy, missing, valid));
    this.missing = missing;
  }
}

class CopiedPages implements PageSource {
  readonly #copy: PageCopy;
  readonly #missing: PageSet;
  readonly #valid: (page: number) => boolean;
  readonly #indexOf: Map<number, number>;

  constructor(copy: PageCopy, missing: PageSet, valid: (page: number) => boolean) {
    this.#valid = valid;
    this.#copy = copy;
    this.#missing = missing;
    this.#indexOf = new Map(copy.pageNumbers.map((page, index) => [page, index]));
  }

  fetch(page: number): DataView | null {
    const index = this.#indexOf.get(page);
    if (index === undefined || !this.#valid(page)) {
      this.#missing.add(page);
      return null;
    }
    if (this.#copy.ok[index] !== 1) return null;
    const { buffer, byteOffset } = this.#copy.bytes;
    return new DataView(buffer, byteOffset + index * PAGE_BYTES, PAGE_BYTES);
  }
}

/** The pages in these ranges of page numbers, as far as each could be read from its start on. */
export function copiedRanges(
  { pageNumbers, bytes, ok }: PageCopy,
  ranges: readonly (readonly [number, number])[],
): { readonly address: number; readonly bytes: Uint8Array }[] {
  if (ranges.length === 0) return [];
  const indexOf = new Map(pageNumbers.map((page, index) => [page, index]));
  return ranges.flatMap(([first, end]) => {
    const pages: Uint8Array[] = [];
    for (let page = first; page < end; page++) {
      const index = indexOf.get(page);
      if (index === undefined || ok[index] !== 1) break;
      pages.push(bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES));
    }
    return pages.length === 0 ? [] : [{ address: first * PAGE_BYTES, bytes: Buffer.concat(pages) }];
  });
}
