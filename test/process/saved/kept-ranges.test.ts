/** Do the ranges that a snapshot notes come back, and what becomes of a note that is no such list? */
import { expect, test } from 'vitest';
import { decodeRanges, encodeRanges } from '../../../src/process/saved/kept-ranges.js';

test('ranges come back', () => {
  const ranges = [
    { start: 0, end: 1 },
    { start: 127, end: 128 },
    { start: 129, end: 300 },
    { start: 0x5555_5555_0000, end: 0x5555_5555_1001 },
    { start: 0x7fff_ffff_f000, end: 0x7fff_ffff_f008 },
  ];
  expect(decodeRanges(encodeRanges(ranges))).toEqual(ranges);
  expect(decodeRanges(encodeRanges([]))).toEqual([]);
});

test('what makes no sense ends the list', () => {
  const good = encodeRanges([{ start: 8, end: 16 }]);
  // Cut within a number, and within a pair.
  expect(decodeRanges(Uint8Array.from([...good, 0x80]))).toEqual([{ start: 8, end: 16 }]);
  expect(decodeRanges(Uint8Array.from([...good, 4]))).toEqual([{ start: 8, end: 16 }]);
  // A number without end, and one beyond what a double holds exactly.
  expect(decodeRanges(new Uint8Array(100).fill(0xff))).toEqual([]);
  expect(decodeRanges(Uint8Array.from([...good, ...new Array(7).fill(0xff), 0x7f, 1]))).toEqual([
    { start: 8, end: 16 },
  ]);
  // Nothing, again and again.
  expect(decodeRanges(new Uint8Array(100))).toEqual([]);
});
