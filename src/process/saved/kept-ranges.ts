/**
 * Which bytes of a small core were kept? Pages are written whole, with zeros for what nobody needed; zeros that were
 * never in the process must not be read as if they had been. A note of our own lists the ranges that are real.
 */
import { mergeRanges, type Range } from '../../memory/ranges.js';

/** Seven bits a byte, the lowest first, the highest bit set in all but the last: gaps and lengths are mostly small. */
const BITS = 7;
const CONTINUES = 0x80;
/** Bytes of the largest number that a double holds exactly. */
const MOST_BYTES = 8;

/** Gap and length of each range in turn. `ranges`: sorted, not overlapping. */
export function encodeRanges(ranges: readonly Range[]): Uint8Array {
  const bytes: number[] = [];
  let at = 0;
  for (const { start, end } of ranges) {
    pushNumber(bytes, start - at);
    pushNumber(bytes, end - start);
    at = end;
  }
  return Uint8Array.from(bytes);
}

/** Sorted and merged; whatever makes no sense ends the list. */
export function decodeRanges(bytes: Uint8Array): Range[] {
  const ranges: Range[] = [];
  const numbers = eachNumber(bytes);
  for (let at = 0; ; ) {
    const gap = numbers.next();
    const length = numbers.next();
    if (gap.done || length.done) return mergeRanges(ranges);
    const start = at + gap.value;
    at = start + length.value;
    if (!Number.isSafeInteger(at)) return mergeRanges(ranges);
    ranges.push({ start, end: at });
  }
}

function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= CONTINUES; rest = Math.floor(rest / CONTINUES)) bytes.push(CONTINUES + (rest % CONTINUES));
  bytes.push(rest);
}

function* eachNumber(bytes: Uint8Array): Generator<number> {
  let value = 0;
  let digits = 0;
  for (const byte of bytes) {
    if (digits === MOST_BYTES) return;
    value += (byte % CONTINUES) * 2 ** (BITS * digits);
    digits++;
    if (byte >= CONTINUES) continue;
    yield value;
    value = 0;
    digits = 0;
  }
}
