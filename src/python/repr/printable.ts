/** Is a character printable, as `str.isprintable` of the running version says? */
import { UNICODE_VERSIONS, type UnicodeVersion } from '../layouts/spelling.js';
import { NEVER_PRINTABLE, PRINTABLE_SINCE } from './printable-ranges.js';

/** One past the last code point. */
const CODE_POINTS = 0x11_0000;

const tables = new Map<UnicodeVersion, Uint8Array>();

/** 1 for every code point that `repr` of that version escapes. (ASCII is for the caller: quotes and the backslash.) */
export function unprintable(version: UnicodeVersion): Uint8Array {
  let table = tables.get(version);
  if (!table) {
    table = new Uint8Array(CODE_POINTS);
    mark(table, NEVER_PRINTABLE);
    const later = UNICODE_VERSIONS.slice(UNICODE_VERSIONS.indexOf(version) + 1);
    for (const since of later) mark(table, PRINTABLE_SINCE[since] ?? '');
    tables.set(version, table);
  }
  return table;
}

function mark(table: Uint8Array, ranges: string): void {
  let at = 0;
  for (const range of ranges.split(' ')) {
    const [gap = '0', length = '1'] = range.split('.');
    at += Number.parseInt(gap, 36);
    const end = at + Number.parseInt(length, 36);
    table.fill(1, at, end);
    at = end;
  }
}
