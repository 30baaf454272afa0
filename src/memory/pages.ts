/**
 * How are many small reads made few, and how is it known what they touched?
 *
 * A walk over CPython's structures makes some ten thousand reads of a few bytes. `PagedMemory` answers them from whole
 * pages, each fetched once from a `PageSource`; `PageRecorder` adds on whose behalf each page was touched, which is what
 * the capture copies again while threads stand still.
 */
import { type Address, isUserSpace, toAddress } from './address.js';
import { MemoryFault, type MemoryReader, pointerAt } from './reader.js';

/** Bytes of a page on every machine we read (x86-64; AArch64 kernels with larger pages still allow 4 KiB reads). */
export const PAGE_BYTES = 4096;

export interface PageSource {
  /** The PAGE_BYTES bytes at `page * PAGE_BYTES`, or null when they cannot be had. Called once per page. */
  fetch(page: number): DataView | null;
  /** The same of many, where that is cheaper than one by one. */
  fetchAll?(pages: readonly number[]): PageBlock;
  /** A page that is here already, which costs no fetching; null: it is not. */
  held?(page: number): FetchedPage | null;
}

/** Pages that were fetched together: PAGE_BYTES each, one after the other, valid where `ok` is 1. */
export interface PageBlock {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ok: Uint8Array;
}

/** A page that was asked for. There are thousands of them: those that were fetched together have one view. */
export class FetchedPage {
  /** Which of its words were read, a bit each, for whom that matters. */
  words: Uint32Array | null = null;

  /** `start`: where the page begins in `block`, which is null where it could not be had. `units`: the same in units of four. */
  constructor(
    readonly block: DataView<ArrayBuffer> | null,
    readonly start: number,
    readonly units: Uint32Array | null,
  ) {}

  /** The bytes of the page, not copied; null: it could not be had. */
  get bytes(): Uint8Array | null {
    return this.block && new Uint8Array(this.block.buffer, this.block.byteOffset + this.start, PAGE_BYTES);
  }
}

function fetched(view: DataView | null): FetchedPage {
  return view === null
    ? new FetchedPage(null, 0, null)
    : new FetchedPage(view as DataView<ArrayBuffer>, 0, unitsOf(view));
}

/** The same bytes in units of four, which are had without a call; null where they do not begin at a multiple of four. */
export function unitsOf({ buffer, byteOffset, byteLength }: DataView | Uint8Array): Uint32Array | null {
  // As this machine has them, which is little-endian like all that we read.
  return byteOffset % 4 === 0 ? new Uint32Array(buffer as ArrayBuffer, byteOffset, byteLength / 4) : null;
}

const NO_PAGE = fetched(null);
const NO_UNITS = new Uint32Array(0);

/** A MemoryReader that fetches whole pages, each at most once. */
export class PagedMemory implements MemoryReader {
  readonly #source: PageSource;
  readonly #pages = new Map<number, FetchedPage>();
  /** The page that was read last. */
  protected last = NO_PAGE;
  /** Its address. NaN: none, so that no address is on it. */
  protected lastStart = Number.NaN;

  constructor(source: PageSource) {
    this.#source = source;
  }

  read(address: Address, size: number): DataView {
    const start = this.#offsetOn(address);
    if (start + size > PAGE_BYTES) return this.#readAcross(address, size, (address - start) / PAGE_BYTES, start);
    const { block, start: from } = this.#holding(address, start);
    if (block === null) throw new MemoryFault(address, size);
    return new DataView(block.buffer, block.byteOffset + from + start, size);
  }

  pointer(address: Address): number {
    const start = this.#offsetOn(address);
    if (start > PAGE_BYTES - 8) return pointerAt(this.read(address, 8), 0);
    const { block, units, start: from } = this.#holding(address, start);
    if (block === null) throw new MemoryFault(address, 8);
    if (units === null || start % 4 !== 0) return pointerAt(block, from + start);
    const unit = (from + start) >>> 2;
    return (units[unit] ?? 0) + (units[unit + 1] ?? 0) * 0x1_0000_0000;
  }

  units: Uint32Array = NO_UNITS;

  unitAt(address: Address, size: number): number {
    const start = this.#offsetOn(address);
    if (start % 4 !== 0 || start + size > PAGE_BYTES) return -1;
    const { block, units, start: from } = this.#holding(address, start);
    if (block === null) throw new MemoryFault(address, size);
    if (units === null) return -1;
    this.units = units;
    return (from + start) >>> 2;
  }

  /** How far on its page an address is. Mostly that is the page of the last read, which is known without a division. */
  #offsetOn(address: number): number {
    const start = address - this.lastStart;
    return start >= 0 && start < PAGE_BYTES ? start : address - Math.floor(address / PAGE_BYTES) * PAGE_BYTES;
  }

  /** The page of an address that is `start` bytes on it. */
  #holding(address: number, start: number): FetchedPage {
    return address - start === this.lastStart ? this.last : this.#turnTo((address - start) / PAGE_BYTES);
  }

  /** Fetches what is not there yet of these pages, together where the source can. That is no reading of them. */
  prefetch(pages: Iterable<number>): void {
    const fresh: number[] = [];
    for (const page of pages) if (!this.#pages.has(page) && !this.#hold(page)) fresh.push(page);
    if (fresh.length === 0 || !this.#source.fetchAll) return;
    const { bytes, ok } = this.#source.fetchAll(fresh);
    const block = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const units = unitsOf(bytes);
    for (let i = 0; i < fresh.length; i++) {
      const page = ok[i] === 1 ? new FetchedPage(block, i * PAGE_BYTES, units) : fetched(null);
      this.#pages.set(fresh[i] ?? 0, page);
    }
  }

  /** Whether the source has it here; then it counts as fetched. */
  #hold(page: number): boolean {
    const held = this.#source.held?.(page) ?? null;
    if (held !== null) this.#pages.set(page, held);
    return held !== null;
  }

  ahead(addresses: Iterable<number>): void {
    const pages = new Set<number>();
    for (const address of addresses) if (isUserSpace(address)) pages.add(Math.floor(address / PAGE_BYTES));
    this.prefetch(pages);
  }

  /** Whether the page of that address has been asked for. */
  has(address: number): boolean {
    return this.#pages.has(Math.floor(address / PAGE_BYTES));
  }

  /** The pointer at `address` where its page is there, else null. That is no reading of it either. */
  peek(address: number): number | null {
    const page = Math.floor(address / PAGE_BYTES);
    const start = address - page * PAGE_BYTES;
    const known = this.#pages.get(page);
    return !known?.block || start > PAGE_BYTES - 8 ? null : pointerAt(known.block, known.start + start);
  }

  #turnTo(page: number): FetchedPage {
    this.last = this.page(page);
    this.lastStart = page * PAGE_BYTES;
    return this.last;
  }

  /** The page with that number, fetched if need be. Not asked again for the page it was asked for last. */
  protected page(page: number): FetchedPage {
    let known = this.#pages.get(page);
    if (!known) {
      known = this.#source.held?.(page) ?? fetched(this.#source.fetch(page));
      this.#pages.set(page, known);
    }
    return known;
  }

  /** Has {@link page} be asked for whatever page is read next. */
  protected forgetLast(): void {
    this.lastStart = Number.NaN;
  }

  /** All pages asked for so far, by number. */
  get pages(): ReadonlyMap<number, FetchedPage> {
    return this.#pages;
  }

  #readAcross(address: Address, size: number, firstPage: number, start: number): DataView {
    // Checked before anything is allocated: `size` may come from corrupt memory.
    const lastPage = Math.floor((toAddress(address + size - 1) as number) / PAGE_BYTES);
    for (let page = firstPage; page <= lastPage; page++) {
      if (this.#turnTo(page).block === null) throw new MemoryFault(address, size);
    }
    const bytes = new Uint8Array(size);
    let done = 0;
    let from = start;
    for (let page = firstPage; page <= lastPage; page++) {
      const all = this.#turnTo(page).bytes;
      if (all === null) throw new MemoryFault(address, size);
      const step = Math.min(PAGE_BYTES - from, size - done);
      bytes.set(all.subarray(from, from + step), done);
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

  /** Where pages are noted now. */
  get owner(): PageSet {
    return this.#owner;
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

  fetchAll(pages: readonly number[]): PageBlock {
    const bytes = new Uint8Array(pages.length * PAGE_BYTES);
    const ok = new Uint8Array(pages.length);
    const addresses = Float64Array.from(pages);
    for (let i = 0; i < addresses.length; i++) addresses[i] = (pages[i] ?? 0) * PAGE_BYTES;
    if (this.#readPages) this.#readPages(addresses, bytes, ok);
    else {
      addresses.forEach((address, i) => {
        const into = bytes.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES);
        ok[i] = this.#readInto(address, into) < PAGE_BYTES ? 0 : 1;
      });
    }
    return { bytes, ok };
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
