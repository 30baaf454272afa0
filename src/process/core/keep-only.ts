/**
 * How does a copy hold no more of a process than is shown of it? Bytes that nobody needs become zeros.
 */

/** From start up to, not including, end. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** Sorted, and merged where they touch or overlap. */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...intervals].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else if (start < end) merged.push({ start, end });
  }
  return merged;
}

/** A copy of `bytes`, which stand at `address`, with zeros outside of `keep` (sorted and merged). */
export function keepOnly(address: number, bytes: Uint8Array, keep: readonly Interval[]): Uint8Array {
  const kept = new Uint8Array(bytes.length);
  const end = address + bytes.length;
  for (let i = firstEndingAfter(keep, address); i < keep.length; i++) {
    const interval = keep[i];
    if (!interval || interval.start >= end) break;
    const from = Math.max(interval.start, address) - address;
    const to = Math.min(interval.end, end) - address;
    kept.set(bytes.subarray(from, to), from);
  }
  return kept;
}

/** Index of the first of the sorted intervals that ends after `address`. */
export function firstEndingAfter(intervals: readonly Interval[], address: number): number {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((intervals[middle]?.end ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}
