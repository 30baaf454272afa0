/**
 * Where does a thread's oldest frame lie? From 3.11 on frames lie on a data stack of their own, which consists of pieces, each
 * of which leads to the one before.
 * https://github.com/python/cpython/blob/v3.12.1/Python/pystate.c (search for push_chunk)
 */
import { type Address, isUserSpace, toAddress } from '../memory/address.js';
import { reasonOf } from './problem.js';
import type { Python } from './python.js';

/** struct _stack_chunk: `previous`, `size` in bytes, `top` in words, then the data. https://github.com/python/cpython/blob/v3.12.1/Include/cpython/pystate.h (search for _stack_chunk) */
export const CHUNK = { previous: 0, size: 8, top: 16, data: 24 } as const;
export const WORD = 8;
/** More pieces than frames that memory would hold: a chain that long is damaged. */
export const MOST_PIECES = 100_000;

/**
 * Where the oldest frame begins: the first word of the first piece is left free, so that it is never given back. null: this
 * version has no such stack, or it cannot be followed to its beginning. Never throws for what memory holds.
 */
export function oldestFramePlace(python: Python, threadState: Address): number | null {
  const { datastack_chunk } = python.fields.PyThreadState;
  if (datastack_chunk === undefined) return null;
  try {
    let at = python.get(threadState, datastack_chunk);
    for (let left = MOST_PIECES; left > 0 && isUserSpace(at); left--) {
      const previous = python.pointer(toAddress(at), CHUNK.previous);
      if (previous === 0) return at + CHUNK.data + WORD;
      at = previous;
    }
    return null;
  } catch (error) {
    reasonOf(error);
    return null;
  }
}
