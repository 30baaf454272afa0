import { describe, expect, test } from 'vitest';
import { moreText } from '../../src/render/more-text.js';
import { callOf, foldedPieces, runsOf } from '../../src/report/fold.js';
import { nativeFrame, pythonFrame } from '../render/samples.js';

const letters = (text: string) => [...text];
const self = (item: string) => item;
/** `ab(c)x50`: runs as a text. */
const spelled = (text: string) =>
  runsOf(letters(text), self)
    .map(({ from, length, times }) => {
      const round = text.slice(from, from + length);
      return times === 1 ? round : `(${round})x${times}`;
    })
    .join('');

describe('runs', () => {
  test.each([
    ['', ''],
    ['abc', 'abc'],
    ['aab', 'aab'],
    ['mfffff', 'm(f)x5'],
    ['mfffffs', 'm(f)x5s'],
    ['mababababs', 'm(ab)x4s'],
    ['mabababa', 'm(ab)x3a'],
    [`m${'aab'.repeat(9)}s`, 'm(aab)x9s'],
    [`m${'aaab'.repeat(9)}s`, 'm(aaab)x9s'],
    [`aaabbb`, '(a)x3(b)x3'],
  ])('%s', (text, runs) => {
    expect(spelled(text)).toBe(runs);
  });

  test('whatever the list, its runs are all of it, in order', () => {
    for (let seed = 1; seed <= 500; seed++) {
      let state = seed;
      const next = (below: number) => {
        state = (state * 1103515245 + 12345) % 2147483648;
        return Math.floor((state / 2147483648) * below);
      };
      const list = Array.from({ length: next(40) }, () => letters('ab')[next(2)] ?? '');
      const unfolded = runsOf(list, self).flatMap(({ from, length, times }) =>
        Array.from({ length: times }, () => list.slice(from, from + length)).flat(),
      );
      expect(unfolded).toEqual(list);
    }
  });

  test('50,000 frames take no time', () => {
    const deep = Array.from({ length: 50_000 }, () => 'f');
    const started = process.cpuUsage();
    expect(runsOf(['m', ...deep], self)).toEqual([
      { from: 0, length: 1, times: 1 },
      { from: 1, length: 1, times: 50_000 },
    ]);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1000);
  });
});

describe('pieces', () => {
  const told = (text: string) =>
    foldedPieces(letters(text), self)
      .map((piece) => (piece.kind === 'item' ? piece.item : `[${piece.count} of ${piece.round.join('')}]`))
      .join('');
  test.each([
    ['mfffs', 'mfffs'],
    ['mffffs', 'mfff[1 of f]s'],
    [`m${'f'.repeat(100)}s`, 'mfff[97 of f]s'],
    [`m${'ab'.repeat(100)}s`, 'mab[198 of ab]s'],
    [`m${'abcde'.repeat(3)}s`, 'mabcde[10 of abcde]s'],
  ])('%s', (text, pieces) => {
    expect(told(text)).toBe(pieces);
  });
});

test('equal calls are of one function at one line, wherever the instruction is', () => {
  expect(callOf(pythonFrame({ column: 1 }))).toBe(callOf(pythonFrame({ column: 2 })));
  expect(callOf(pythonFrame({ line: 1 }))).not.toBe(callOf(pythonFrame({ line: 2 })));
  expect(callOf(nativeFrame({ address: '0x1', offset: 1 }))).toBe(callOf(nativeFrame({ address: '0x2', offset: 2 })));
  expect(callOf(nativeFrame())).not.toBe(callOf(pythonFrame()));
});

test('what was left out is told in one line, and hostile names do nothing there', () => {
  const frame = pythonFrame({ qualname: 'f', file: '/srv/x.py', line: 4 });
  expect(moreText(49_990, [frame])).toBe('… 49,990 more of f (x.py:4)');
  const hostile = pythonFrame({ qualname: 'g\u001b[2J', line: null });
  expect(moreText(4, [frame, hostile])).toBe('… 4 more of f (x.py:4) → g\\x1b[2J (app.py)');
  expect(moreText(2, [nativeFrame({ symbol: null, file: null, line: null })])).toBe(
    '… 2 more of ??? (libpython3.12.so.1.0)',
  );
});
