/** How are many numbers, or names that differ in a number, told in a few characters? `0-511,513-1023`, `worker-[3-31,40]`. */
import { thousands } from '../../thousands.js';

/** Ascending pairs of first and last. */
export type Ranges = readonly (readonly [number, number])[];

/** Of numbers in any order, each counted once. */
export function rangesOf(numbers: Iterable<number>): Ranges {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const number of sorted) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

export function countOf(ranges: Ranges): number {
  return ranges.reduce((count, [first, last]) => count + last - first + 1, 0);
}

/** Those of 0 to `size` (excluded) that are in none of `ranges`. */
export function missingOf(ranges: Ranges, size: number): Ranges {
  const missing: [number, number][] = [];
  let next = 0;
  for (const [first, last] of ranges) {
    if (first >= size) break;
    if (first > next) missing.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  if (next < size) missing.push([next, size - 1]);
  return missing;
}

/** @param most ranges shown; of more it is said how many numbers they hold */
export function rangesText(ranges: Ranges, most = Number.POSITIVE_INFINITY): string {
  const shown = ranges.slice(0, most).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  const left = countOf(ranges.slice(most));
  return `${shown.join(',')}${left > 0 ? `,… (${thousands(left)} more)` : ''}`;
}

/** Digits of a number in a name; longer ones are no counters and would not be exact. */
const NUMBER = /(?<!\d)\d{1,9}(?!\d)/g;

/**
 * Names in few words: of those that differ in their last number only, one with a bracket, as host lists are written.
 * Numbers with leading zeros keep their width. Equal names are told once.
 */
export function namesText(names: Iterable<string>, most = Number.POSITIVE_INFINITY): string {
  const templates = new Map<string, { before: string; after: string; width: number; numbers: Set<number> }>();
  for (const name of new Set(names)) {
    const match = [...name.matchAll(NUMBER)].at(-1);
    const digits = match?.[0] ?? '';
    const at = match?.index ?? name.length;
    // A number without a leading zero says nothing of its width.
    const width = digits.length > 1 && digits.startsWith('0') ? digits.length : 0;
    const [before, after] = [name.slice(0, at), name.slice(at + digits.length)];
    const key = `${before}\0${after}\0${digits === '' ? 'none' : width}`;
    const known = templates.get(key);
    if (known) known.numbers.add(Number(digits));
    else templates.set(key, { before, after, width, numbers: new Set(digits === '' ? [] : [Number(digits)]) });
  }
  const told = [...templates.values()].map(({ before, after, width, numbers }) => {
    const pad = (number: number) => String(number).padStart(width, '0');
    const ranges = rangesOf(numbers).map(([first, last]) =>
      first === last ? pad(first) : `${pad(first)}-${pad(last)}`,
    );
    if (numbers.size === 0) return before;
    return `${before}${numbers.size === 1 ? ranges[0] : `[${ranges.join(',')}]`}${after}`;
  });
  told.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const left = told.length - most;
  return `${told.slice(0, most).join(', ')}${left > 0 ? ` and ${thousands(left)} more` : ''}`;
}

/** What names have in common whatever is counted in them: `Thread-# (run)`. */
export function templateOf(name: string): string {
  return name.replaceAll(/\d+/g, '#');
}
