/**
 * A stack could not be followed to its end: what more must be copied of its thread? Pure.
 */

import type { Mapping } from '../memory/mapping.js';
import type { PlacedBytes } from '../memory/ranges.js';
import type { StackNeed } from '../process/native.js';
import type { UnwindStop } from './unwinder.js';

/** Most that is copied of one thread's stack: what `ulimit -s` gives a main thread, and glibc every other. */
export const MAX_STACK_BYTES = 8 * 1024 * 1024;
/** Where no mapping is known around the address: the stack is younger than the list of mappings. */
const UNMAPPED_BYTES = 256 * 1024;

/** A frame record apart from the stack: the caller's, where it returns to, and where these two are on the stack. */
const RECORD_BYTES = 24;

/**
 * Null: nothing more would help, or it would be too much. A missing word is on the stack in use (or on another one: a
 * signal's, a coroutine's), and from there to the end of its mapping is all in use as well.
 */
export function needOf(
  stop: UnwindStop,
  copied: readonly PlacedBytes[],
  knowsRegisters: boolean,
  mappings: readonly Mapping[],
): StackNeed | null {
  if (stop.kind === 'needs-register') return knowsRegisters ? null : { kind: 'registers' };
  if (stop.kind === 'record-missing') {
    const start = stop.address;
    const isMapped = mappings.some((at) => start >= at.start && start + RECORD_BYTES <= at.end && at.readable);
    return isMapped ? { kind: 'memory', start, end: start + RECORD_BYTES } : null;
  }
  if (stop.kind !== 'memory-missing') return null;
  const room = MAX_STACK_BYTES - copied.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const start = stop.address - (stop.address % 8);
  const mapping = mappings.find((at) => start >= at.start && start < at.end);
  const end = Math.min(mapping?.end ?? start + UNMAPPED_BYTES, start + room);
  return end <= start ? null : { kind: 'memory', start, end };
}
