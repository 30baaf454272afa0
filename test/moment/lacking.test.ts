/** Is a list of threads that lost most of its members between two looks taken for whole? */
import { expect, test } from 'vitest';
import type { Address } from '../../src/memory/address.js';
import { withLacking } from '../../src/moment/pass.js';
import type { RuntimeWalk, ThreadStateWalk } from '../../src/python/runtime.js';

function listOf(...states: number[]): RuntimeWalk {
  const threadStates = states.map((address) => ({ address }) as unknown as ThreadStateWalk);
  return { threadStates, interpreters: [], problems: [] } as unknown as RuntimeWalk;
}

/** Five states of the threads 1 to 5, as they were just before. */
const tidOf = new Map([1, 2, 3, 4, 5].map((tid) => [(0x1000 * tid) as Address, tid as number | null]));
const thereBut = (...ended: number[]) => new Map([1, 2, 3, 4, 5].map((tid) => [tid, { gone: ended.includes(tid) }]));

test('a list that leads into the state of one that has ended, and ends there, ends early', () => {
  const { problems } = withLacking(listOf(0x5000), { tidOf }, thereBut(5));
  expect(problems).toEqual(['the thread states end early: 4 threads that are there are not among them']);
});

test.each([
  ['all of them', listOf(0x5000, 0x4000, 0x3000, 0x2000, 0x1000), thereBut()],
  ['one that is ending is no longer among them', listOf(0x5000, 0x4000, 0x2000, 0x1000), thereBut()],
  ['those that have ended', listOf(0x5000, 0x1000), thereBut(2, 3, 4)],
])('%s: whole', (_, runtime, frozen) => {
  expect(withLacking(runtime, { tidOf }, frozen)).toBe(runtime);
});

test('states without a thread, and threads that were not in the freeze, tell nothing', () => {
  const none = new Map([...tidOf].map(([state]) => [state, null]));
  const runtime = listOf(0x5000);
  expect(withLacking(runtime, { tidOf: none }, thereBut())).toBe(runtime);
  expect(withLacking(runtime, { tidOf }, new Map())).toBe(runtime);
});
