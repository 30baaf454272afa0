/** What is a range of addresses (or of anything else that is counted), and what can be asked of many? */

/** From start up to, not including, end. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Sorted, and merged where they touch or overlap. Empty ones are left out. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else if (start < end) merged.push({ start, end });
  }
  return merged;
}

/** Index of the first of the ranges, which are in order and do not overlap, that ends after `address`; their number: none. */
export function firstEndingAfter(ranges: readonly Range[], address: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.end ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A quick test whether an address lies in one of the ranges, which are in order and do not overlap. */
export function membership(ranges: readonly Range[]): (address: number) => boolean {
  return (address) => (ranges[firstEndingAfter(ranges, address)]?.start ?? Number.POSITIVE_INFINITY) <= address;
}

/** Bytes that stand at an address. */
export interface PlacedBytes {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** What is in both, each sorted and without overlaps. */
export function overlaps(a: readonly Range[], b: readonly Range[]): Range[] {
  const both: Range[] = [];
  for (const { start, end } of a) {
    for (let i = firstEndingAfter(b, start); ; i++) {
      const other = b[i];
      if (other === undefined || other.start >= end) break;
      both.push({ start: Math.max(start, other.start), end: Math.min(end, other.end) });
    }
  }
  return both;
}
