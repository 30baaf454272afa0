/**
 * How does a copy hold no more of a process than is shown of it? Bytes that nobody needs become zeros.
 */
import { firstEndingAfter, type Range } from '../memory/ranges.js';

/** A copy of `bytes`, which stand at `address`, with zeros outside of `keep` (sorted and merged). */
export function keepOnly(address: number, bytes: Uint8Array, keep: readonly Range[]): Uint8Array {
  const kept = new Uint8Array(bytes.length);
  const end = address + bytes.length;
  for (let i = firstEndingAfter(keep, address); i < keep.length; i++) {
    const range = keep[i];
    if (!range || range.start >= end) break;
    const from = Math.max(range.start, address) - address;
    const to = Math.min(range.end, end) - address;
    kept.set(bytes.subarray(from, to), from);
  }
  return kept;
}
