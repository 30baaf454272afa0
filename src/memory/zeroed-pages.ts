/**
 * Is a zero that was read really one? Of a core that was damaged, or written by something that could not read a page, whole
 * pages hold nothing but zeros. In a structure that is known to be there by a word on an earlier page, a zero on such a page
 * tells nothing.
 */
import { type Address, isUserSpace, toAddress } from './address.js';
import { PAGE_BYTES } from './pages.js';
import type { MemoryReader } from './reader.js';
import { MemoryFault } from './reader.js';

const WORD = 8;

/** Whether the page that `address` lies on can be read, and holds nothing but zeros. */
export function isZeroedPage(memory: MemoryReader, address: number): boolean {
  if (!isUserSpace(address)) return false;
  const page = pageOf(address);
  const there = memory.doubt?.undoubted ?? memory;
  try {
    // No further than to the first word that is none: what is read for a snapshot is in its file.
    for (let at = page; at < page + PAGE_BYTES; at += WORD) {
      if (there.read(toAddress(at), WORD).getBigUint64(0) !== 0n) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof MemoryFault) return false;
    throw error;
  }
}

/**
 * Whether the zero that was read at `at` may stand for anything. `known`: where in the same structure something else than
 * zeros was read. It costs nothing where both lie on one page, as they nearly always do.
 */
export function isLostZero(memory: MemoryReader, known: number, at: number): boolean {
  return pageOf(known) !== pageOf(at) && isZeroedPage(memory, at);
}

/**
 * The bytes of a table, most of whose entries may be empty: a page of zeros is as good as any. Whoever reads it has to count
 * what is in it where {@link hasZeroedPage}. Throws MemoryFault.
 */
export function readTable(memory: MemoryReader, start: Address, size: number): DataView {
  return (memory.doubt?.undoubted ?? memory).read(start, size);
}

/** Whether one of these pages is one of zeros, and so may be lost. Never where pages cannot be. */
export function hasZeroedPage({ doubt }: MemoryReader, start: number, size: number): boolean {
  return doubt?.hasZeroedPage({ start, end: start + size }) ?? false;
}

/** Where the page begins that `address` lies on. */
export function pageOf(address: number): number {
  return address - (address % PAGE_BYTES);
}
