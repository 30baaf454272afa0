/**
 * How are many small reads made few, and how is it known what they touched?
 *
 * A walk over CPython's structures makes some ten thousand reads of a few bytes. `PagedMemory` answers them from whole
 * pages, each fetched once from a `PageSource`; `PageRecorder` adds on whose behalf each page was touched, which is what
 * the capture copies again while threads stand still.
 */
import { type Address, toAddress } from './address.js';
import { MemoryFault, type MemoryReader, pointerAt } from './reader.js';

/** Bytes of a page on every machine we read (x86-64; AArch64 kernels with larger pages still allow 4 KiB reads). */
export const PAGE_BYTES = 4096;

export interface PageSource {
  /** The PAGE_BYTES bytes at `page * PAGE_BYTES`, or null when they cannot be had. Called once per page. */
  fetch(page: number): DataView | null;
  /** The same of many, in their order, where that is cheaper than one by one. */
  fetchAll?(pages: readonly number[]): (DataView | null)[];
}

/** A page that was asked for. */
export interface FetchedPage {
  /** null: it could not be had. */
  readonly view: DataView | null;
  /** Which of its words were read, a bit each, for whom that matters. */
  words: Uint32Array | null;
}

const NO_PAGE: FetchedPage = { view: null, words: null };

/** A MemoryReader that fetches whole pages, each at most once. */
export class PagedMemory implements MemoryReader {
  readonly #source: PageSource;
  readonly #pages = new Map<number, FetchedPage>();
  #lastPage = -1;
  /** The page that was read last. */
  protected last = NO_PAGE;

  constructor(source: PageSource) {
    this.#source = source;
  }

  read(address: Address, size: number): DataView {
    const page = Math.floor(address / PAGE_BYTES);
    const start = address - page * PAGE_BYTES;
    if (start + size <= PAGE_BYTES) {
      const { view } = page === this.#lastPage ? this.last : this.#turnTo(page);
      if (view === null) throw new MemoryFault(address, size);
      return new DataView(view.buffer, view.byteOffset + start, size);
    }
    return this.#readAcross(address, size, page, start);
  }

  pointer(address: Address): number {
    const page = Math.floor(address / PAGE_BYTES);
    const start = address - page * PAGE_BYTES;
    if (start > PAGE_BYTES - 8) return pointerAt(this.read(address, 8), 0);
    const { view } = page === this.#lastPage ? this.last : this.#turnTo(page);
    if (view === null) throw new MemoryFault(address, 8);
    return pointerAt(view, start);
  }

  /** Fetches what is not there yet of these pages, together where the source can. That is no reading of them. */
  prefetch(pages: Iterable<number>): void {
    const fresh: number[] = [];
    for (const page of pages) if (!this.#pages.has(page)) fresh.push(page);
    if (fresh.length === 0 || !this.#source.fetchAll) return;
    const views = this.#source.fetchAll(fresh);
    fresh.forEach((page, i) => {
      this.#pages.set(page, { view: views[i] ?? null, words: null });
    });
  }

  /** Whether the page of that address has been asked for. */
  has(address: number): boolean {
    return this.#pages.has(Math.floor(address / PAGE_BYTES));
  }

  /** The pointer at `address` where its page is there, else null. That is no reading of it either. */
  peek(address: number): number | null {
    const page = Math.floor(address / PAGE_BYTES);
    const start = address - page * PAGE_BYTES;
    const view = this.#pages.get(page)?.view ?? null;
    return view === null || start > PAGE_BYTES - 8 ? null : pointerAt(view, start);
  }

  #turnTo(page: number): FetchedPage {
    this.last = this.page(page);
    this.#lastPage = page;
    return this.last;
  }

  /** The page with that number, fetched if need be. Not asked again for the page it was asked for last. */
  protected page(page: number): FetchedPage {
    let fetched = this.#pages.get(page);
    if (!fetched) {
      fetched = { view: this.#source.fetch(page), words: null };
      this.#pages.set(page, fetched);
    }
    return fetched;
  }

  /** Has {@link page} be asked for whatever page is read next. */
  protected forgetLast(): void {
    this.#lastPage = -1;
  }

  /** All pages asked for so far, by number. */
  get pages(): ReadonlyMap<number, FetchedPage> {
    return this.#pages;
  }

  #readAcross(address: Address, size: number, firstPage: number, start: number): DataView {
    // Checked before anything is allocated: `size` may come from corrupt memory.
    const lastPage = Math.floor((toAddress(address + size - 1) as number) / PAGE_BYTES);
    for (let page = firstPage; page <= lastPage; page++) {
      if (this.#turnTo(page).view === null) throw new MemoryFault(address, size);
    }
    const bytes = new Uint8Array(size);
    let done = 0;
    let from = start;
    for (let page = firstPage; page <= lastPage; page++) {
      const { view } = this.#turnTo(page);
      if (view === null) throw new MemoryFault(address, size);
      const step = Math.min(PAGE_BYTES - from, size - done);
      bytes.set(new Uint8Array(view.buffer, view.byteOffset + from, step), done);
      done += step;
      from = 0;
    }
    return new DataView(bytes.buffer);
  }
}

/** Page numbers touched on one owner's behalf, each once. */
export type PageSet = Set<number>;

/** PagedMemory that also notes, for the owner set at the time, every page touched. */
export class PageRecorder extends PagedMemory {
  #owner: PageSet = new Set();

  /** From now on pages are noted in `owner`. Returns the one before, for putting it back. */
  recordInto(owner: PageSet): PageSet {
    const before = this.#owner;
    this.#owner = owner;
    this.forgetLast();
    return before;
  }

  protected override page(page: number): FetchedPage {
    this.#owner.add(page);
    return super.page(page);
  }
}

/** Reads pages at `addresses` into `into`, one after the other; `ok[i]` is 1 where it could read page i. */
export type ReadPages = (addresses: Float64Array, into: Uint8Array, ok: Uint8Array) => unknown;

/** Pages of a reader (a live process, a core). Of those fetched one at a time, 64 go to an allocation. */
export class ReaderPages implements PageSource {
  static readonly #pagesPerSlab = 64;
  readonly #readInto: (address: number, into: Uint8Array) => number;
  readonly #readPages: ReadPages | null;
  #slab = new Uint8Array(0);
  #used = 0;

  /** `readInto` returns how many bytes it could read. */
  constructor(readInto: (address: number, into: Uint8Array) => number, readPages: ReadPages | null = null) {
    this.#readInto = readInto;
    this.#readPages = readPages;
  }

  fetchAll(pages: readonly number[]): (DataView | null)[] {
    if (!this.#readPages) return pages.map((page) => this.fetch(page));
    const bytes = new Uint8Array(pages.length * PAGE_BYTES);
    const ok = new Uint8Array(pages.length);
    this.#readPages(
      Float64Array.from(pages, (page) => page * PAGE_BYTES),
      bytes,
      ok,
    );
    return pages.map((_, i) => (ok[i] === 1 ? new DataView(bytes.buffer, i * PAGE_BYTES, PAGE_BYTES) : null));
  }

  fetch(page: number): DataView | null {
    if (this.#used === this.#slab.length) {
      this.#slab = new Uint8Array(ReaderPages.#pagesPerSlab * PAGE_BYTES);
      this.#used = 0;
    }
    const into = this.#slab.subarray(this.#used, this.#used + PAGE_BYTES);
    if (this.#readInto(page * PAGE_BYTES, into) < PAGE_BYTES) return null;
    this.#used += PAGE_BYTES;
    return new DataView(into.buffer, into.byteOffset, PAGE_BYTES);
  }
}
