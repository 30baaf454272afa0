import { expect, test } from 'vitest';
import { commonOuterFrames, isCertain, isSettled, sameSpine } from '../../src/moment/same-stack.js';
import { passOf, threadOf, walkOf } from './walks.js';

test.each([
  ['1000:a000@4 2000:b000@8', '1000:a000@4 2000:b000@8', 2],
  ['1000:a000@4 2000:b000@8', '1000:a000@4 2000:b000@a', 1],
  ['1000:a000@4 2000:b000@8', '1000:a000@4', 1],
  ['1000:a000@4 2000:b000@8', '1000:a000@6 2000:b000@8', 0],
  ['1000:a000@4 2000:b000@8', '1000:a000@4 2000:c000@8', 1],
  ['1000:a000@4 2000:b000@8', '1000:a000@4 3000:b000@8', 1],
  ['1000:a000@4', '', 0],
])('the outer frames that %s and %s have in common', (a, b, common) => {
  expect(commonOuterFrames(walkOf(a), walkOf(b))).toBe(common);
  expect(commonOuterFrames(walkOf(b), walkOf(a))).toBe(common);
  expect(commonOuterFrames(walkOf(a), walkOf(b, { complete: false }))).toBe(0);
  expect(sameSpine(walkOf(a), walkOf(b))).toBe(a === b);
});

test('a stack that did not come to its end is no spine', () => {
  const cut = walkOf('1000:a000@4', { complete: false });
  expect(sameSpine(cut, cut)).toBe(false);
});

test('what is whole needs no second view', () => {
  expect(isSettled(threadOf(walkOf('1000:a000@4')), null)).toBe(true);
  expect(isCertain(threadOf(walkOf('1000:a000@4')))).toBe(true);
});

test.each([
  ['cut short', threadOf(walkOf('1000:a000@4', { complete: false }))],
  ['at odds with the eval loops', threadOf(walkOf('1000:a000@4', { fitsEvalLoops: false }))],
  ['of no thread', threadOf(walkOf('1000:a000@4'), { tid: null, unowned: true })],
  ['of a thread that has ended', threadOf(walkOf('1000:a000@4'), { gone: true })],
])('a stack %s needs the same view twice', (_, thread) => {
  expect(isSettled(thread, null)).toBe(false);
  expect(isSettled(thread, passOf())).toBe(false);
  expect(isSettled(thread, passOf(thread))).toBe(true);
  // ... and is in doubt for all that: who stands there may have had no CPU in between.
  expect(isCertain(thread)).toBe(false);
  const moved = threadOf(walkOf('1000:a000@6', { complete: thread.walk.stack.ending.kind === 'complete' }));
  expect(isSettled(thread, passOf(moved))).toBe(false);
});

test('what a thread leaves behind as it ends is not what it ran', () => {
  const walk = walkOf('1000:a000@4');
  expect(isSettled(threadOf(walk, { gone: true }), passOf(threadOf(walk)))).toBe(false);
});
