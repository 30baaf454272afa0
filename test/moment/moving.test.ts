/** What is claimed of a thread that is never caught standing? */
import { expect, test } from 'vitest';
import { follow, type Moving } from '../../src/moment/moving.js';
import type { ThreadWalk } from '../../src/moment/walker.js';
import type { FreezeResult } from '../../src/process/native.js';
import type { RuntimeWalk } from '../../src/python/runtime.js';
import { passOf, threadOf, walkOf } from './walks.js';

const look = { tids: Int32Array.of(100), states: Uint8Array.of(0), syscalls: Int32Array.of(-2) };
const frozen = { look, registers: [null] } as unknown as FreezeResult;

/** After passes in which the thread was seen so: rehearsed, then copied. */
function after(...views: [rehearsed: () => ThreadWalk, copied: () => ThreadWalk, missing?: boolean][]) {
  let moving: Moving | undefined;
  for (const [rehearsed, copied, missing = false] of views) {
    const pass = { ...passOf(), frozen };
    moving = follow(moving, rehearsed(), threadOf(copied(), { missing }), {} as RuntimeWalk, pass);
  }
  if (!moving) throw new Error('no views');
  const { evidence, movingFrames, walk } = moving.best();
  return { evidence, movingFrames, depth: walk.stack.frames.length };
}

const deep = () => walkOf('1000:a000@4 2000:b000@8 3000:c000@2');
const deepLater = () => walkOf('1000:a000@4 2000:b000@8 3000:c000@6');
const shallow = () => walkOf('1000:a000@4 2000:b000@8');
const elsewhere = () => walkOf('1000:a000@9 5000:d000@2');

test('two copies and the walk between them that are equal are agreement', () => {
  expect(after([deep, deep], [deep, deep])).toEqual({ evidence: 'agreed', movingFrames: 0, depth: 3 });
});

test('one copy is none, nor are two with something else between', () => {
  expect(after([deep, deep])).toMatchObject({ evidence: 'none', movingFrames: 1 });
  expect(after([deep, deep], [deepLater, deep])).toEqual({ evidence: 'none', movingFrames: 1, depth: 3 });
  expect(after([deep, deep], [deep, deep, true])).toMatchObject({ evidence: 'none' });
});

test('only what all views had in common is said not to move', () => {
  expect(after([deep, deepLater])).toEqual({ evidence: 'none', movingFrames: 1, depth: 3 });
  expect(after([deep, deepLater], [elsewhere, deep])).toEqual({ evidence: 'none', movingFrames: 3, depth: 3 });
});

test('the frame that has just been returned to moves as well', () => {
  expect(after([deep, shallow])).toEqual({ evidence: 'none', movingFrames: 1, depth: 2 });
});

test('views that did not come to their end, or at odds with the eval loops, count for nothing', () => {
  const cut = () => walkOf('1000:a000@4', { complete: false });
  const odd = () => walkOf('1000:a000@9', { fitsEvalLoops: false });
  expect(after([deep, cut], [odd, deep])).toEqual({ evidence: 'none', movingFrames: 1, depth: 3 });
  expect(after([cut, cut], [cut, cut])).toMatchObject({ evidence: 'none', movingFrames: 1 });
});
