/** What of a rehearsal stands? All of a thread whose words the copy has too, and nothing else. */
import { describe, expect, test } from 'vitest';
import { toAddress } from '../../src/memory/address.js';
import { PAGE_BYTES, type PageSource } from '../../src/memory/pages.js';
import { WordRecorder } from '../../src/memory/touched-words.js';
import { ReadLog } from '../../src/moment/attribution.js';
import { KnownStacks } from '../../src/moment/known-stacks.js';
import { PagePlan } from '../../src/moment/plan.js';
import { Unchanged } from '../../src/moment/unchanged.js';
import type { RuntimeWalk } from '../../src/python/runtime.js';
import { walkOf } from './walks.js';

const zeros: PageSource = { fetch: () => new DataView(new ArrayBuffer(PAGE_BYTES)) };
const TID = 100;
const at = (page: number, offset: number) => toAddress(page * PAGE_BYTES + offset);

/** Thread 100 read a word of page 7, and a value a word of page 9; the copy has a 1 where `changed` says. */
function unchanged(changed: Record<number, number | null> = {}) {
  const walk = walkOf('5000:6000@2');
  const plan = new PagePlan();
  const memory = new WordRecorder(zeros);
  memory.recordInto(plan.ownedBy(TID));
  memory.pointer(at(7, 64));
  const objects = new WordRecorder(zeros);
  objects.recordInto(plan.shared);
  objects.pointer(at(9, 64));
  const rehearsal = { tidOf: new Map([[walk.state.address, TID]]), threads: [walk], memory, objects };
  const copied = (page: number) => {
    const offset = changed[page];
    return offset === null ? null : Uint8Array.from({ length: PAGE_BYTES }, (_, i) => (i === offset ? 1 : 0));
  };
  const runtime: RuntimeWalk = {
    interpreters: [],
    threadStates: [walk.state],
    state: 'initialized',
    finalizing: null,
    problems: [],
  };
  // Read across the border of pages 10 and 11.
  const log = new ReadLog(memory);
  log.read(at(10, PAGE_BYTES - 8), 16);
  const found = new Unchanged(
    { ...rehearsal, runtime, known: new KnownStacks(), runtimeReads: log.reads },
    plan,
    copied,
  );
  return { found, walk, runtime };
}

describe('a thread', () => {
  test('whose words are the same stands, with the state of the copy', () => {
    const { found, walk } = unchanged({ 7: 72 });
    const state = { ...walk.state };
    expect(found.walkOf(state, TID)).toEqual(walk);
    expect(found.walkOf(state, TID)?.state).toBe(state);
  });

  test.each([
    ['one of whose words is another', { 7: 64 }],
    ['one of whose pages could not be copied', { 7: null }],
  ])('%s does not', (_, changed) => {
    const { found, walk } = unchanged(changed);
    expect(found.walkOf(walk.state, TID)).toBeNull();
  });

  test('of another state or another system thread does not', () => {
    const { found, walk } = unchanged();
    expect(found.walkOf({ ...walk.state, address: toAddress(0x8000) }, TID)).toBeNull();
    expect(found.walkOf(walk.state, TID + 1)).toBeNull();
    expect(found.walkOf(walk.state, null)).toBeNull();
  });
});

test('values stand together, or not at all', () => {
  expect(unchanged().found.objects).toBe(true);
  expect(unchanged({ 9: 8 }).found.objects).toBe(true);
  expect(unchanged({ 9: 71 }).found.objects).toBe(false);
  expect(unchanged({ 7: 64 }).found.objects).toBe(true);
});

test('the shared walk stands where each page that it read of says the same', () => {
  const { found, runtime } = unchanged({ 7: 64, 9: 71, 10: PAGE_BYTES - 9, 11: 8 });
  expect(found.shared?.runtime).toBe(runtime);
  expect(unchanged({ 10: PAGE_BYTES - 1 }).found.shared).toBeNull();
  expect(unchanged({ 11: 0 }).found.shared).toBeNull();
  expect(unchanged({ 11: null }).found.shared).toBeNull();
});
