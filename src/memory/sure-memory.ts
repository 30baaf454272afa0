/**
 * What can be read of memory that lost pages, if only what is certain counts? Of a core that was damaged, or written by
 * something that could not read a page, whole pages hold nothing but zeros. Where an object, a table of pointers or a frame
 * should be, such a page is one that cannot be read: a NULL, a zero or an empty text on it was never there.
 *
 * Of what may hold anything (bytes, characters, digits, elements of arrays) zeros may be true: see {@link SureMemory.mayBeZeros}.
 */
import type { Address } from './address.js';
import { toAddress } from './address.js';
import { PAGE_BYTES } from './pages.js';
import type { Range } from './ranges.js';
import { bytesOf, type Doubt, MemoryFault, type MemoryReader, pointerAt, readPointer } from './reader.js';
import { isZeroedPage, pageOf } from './zeroed-pages.js';

const WORD = 8;
const WHY = 'may be lost: all of their page is zeros';
/**
 * How close to a page's edge something else than zeros has to stand: a run of zeros that is true begins and ends anywhere. As
 * many bytes as the widest element of an array has, so that one that is not zero is never missed.
 */
const EDGE = 16;

export class SureMemory implements MemoryReader, Doubt {
  readonly undoubted: MemoryReader;
  /** Whether a page is one of zeros, by its address. */
  readonly #zeroed = new Map<number, boolean>();
  /** By address of a page of zeros: what of it is taken for true. */
  readonly #believed = new Map<number, Range[]>();
  /** Whether pages are known to be lost: then what could be true is not certain either. */
  #isDamaged: boolean;

  /** `isDamaged`: whether part of `memory` is known to be lost. */
  constructor(memory: MemoryReader, isDamaged: boolean) {
    this.undoubted = memory;
    this.#isDamaged = isDamaged;
  }

  get doubt(): Doubt {
    return this;
  }

  read(address: Address, size: number): DataView {
    const view = this.undoubted.read(address, size);
    const end = address + size;
    for (let at: number = address; at < end; at = nextPage(at)) {
      const to = Math.min(nextPage(at), end);
      if (isZero(view, at - address, to - address) && this.#isDoubtful(at, to)) throw this.#lost(address, size);
    }
    return view;
  }

  pointer(address: Address): number {
    const value = readPointer(this.undoubted, address);
    if (value !== 0) return value;
    const end = address + WORD;
    const to = Math.min(nextPage(address), end);
    if (this.#isDoubtful(address, to) || (to < end && this.#isDoubtful(to, end))) throw this.#lost(address, WORD);
    return value;
  }

  hasZeroedPage({ start, end }: Range): boolean {
    for (let at = start; at < end; at = nextPage(at)) if (this.#isZeroed(at)) return true;
    return false;
  }

  /**
   * Says that the bytes `wanted` may be zeros: they are part of `whole`, which may hold anything. A page of zeros is lost
   * nevertheless where that shows: the zeros end or begin just where the page does, or `whole` begins within it, which has
   * memory of its own (`isOwn`), so that what the allocator keeps before it would stand there. What is not told by this is
   * believed, unless pages of this memory are known to be lost. Throws MemoryFault where they are lost.
   */
  mayBeZeros(wanted: Range, whole: Range, isOwn: boolean): void {
    for (let at = wanted.start; at < wanted.end; at = nextPage(at)) {
      if (!this.#isZeroed(at) || this.#isBelieved(at, Math.min(nextPage(at), wanted.end))) continue;
      const page = pageOf(at);
      if (this.#hasSharpEdge(page, whole, isOwn)) throw this.#lost(wanted.start, wanted.end - wanted.start);
      if (this.#isDamaged) throw new MemoryFault(wanted.start, wanted.end - wanted.start, WHY);
      this.#believed.set(page, [...(this.#believed.get(page) ?? []), whole]);
    }
  }

  #hasSharpEdge(page: number, { start, end }: Range, isOwn: boolean): boolean {
    if (start > page && isOwn) return true;
    if (start < page && this.#isWritten(Math.max(start, page - EDGE), page)) return true;
    let next = page + PAGE_BYTES;
    while (next < end && this.#isZeroed(next)) next += PAGE_BYTES;
    return next < end && this.#isWritten(next, Math.min(end, next + EDGE));
  }

  /** Whether something else than zeros is there. */
  #isWritten(start: number, end: number): boolean {
    try {
      return !isZero(this.undoubted.read(toAddress(start), end - start), 0, end - start);
    } catch (error) {
      if (error instanceof MemoryFault) return false;
      throw error;
    }
  }

  /** Whether what is in between, on one page, is zeros that may be lost. */
  #isDoubtful(from: number, to: number): boolean {
    return this.#isZeroed(from) && !this.#isBelieved(from, to);
  }

  #isBelieved(from: number, to: number): boolean {
    const believed = this.#believed.get(pageOf(from));
    return believed?.some(({ start, end }) => start <= from && to <= end) === true;
  }

  #isZeroed(address: number): boolean {
    const page = pageOf(address);
    let is = this.#zeroed.get(page);
    if (is === undefined) {
      is = isZeroedPage(this.undoubted, page);
      this.#zeroed.set(page, is);
    }
    return is;
  }

  #lost(address: number, size: number): MemoryFault {
    this.#isDamaged = true;
    return new MemoryFault(address, size, WHY);
  }
}

function isZero(view: DataView, from: number, to: number): boolean {
  if (to - from === WORD) return pointerAt(view, from) === 0;
  const bytes = bytesOf(view);
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false;
  return true;
}

function nextPage(address: number): number {
  return pageOf(address) + PAGE_BYTES;
}
