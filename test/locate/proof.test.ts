import { expect, test } from 'vitest';
import { prove, proveWhileItRuns } from '../../src/locate/proof.js';
import type { Address } from '../../src/memory/address.js';
import { layoutFor } from '../../src/python/layouts/index.js';
import { STATE_BYTES } from '../support/fake-python.js';
import { type RuntimeLayout, withRuntime } from '../support/layouts.js';
import { FakeMemory } from '../support/memory.js';

const layout = row(3, 12);

function row(major: number, minor: number): RuntimeLayout {
  return withRuntime(layoutFor(major, minor, null));
}

/** A runtime with interpreters of so many threads each; the first is the newest, the last the main one. */
function runtimeWith(...threadCounts: number[]) {
  const memory = new FakeMemory();
  const { _PyRuntimeState: runtime, PyInterpreterState: interpreter, PyThreadState: thread } = layout;
  const address = memory.allocate(STATE_BYTES);
  const interpreters = threadCounts.map(() => memory.allocate(STATE_BYTES));
  const threads = threadCounts.map((count) => Array.from({ length: count }, () => memory.allocate(thread.sizeof)));
  memory.word(address + runtime['interpreters.head'], interpreters[0] ?? 0);
  memory.word(address + runtime['interpreters.main'], interpreters.at(-1) ?? 0);
  interpreters.forEach((at, i) => {
    memory.word(at + interpreter.next, interpreters[i + 1] ?? 0);
    memory.word(at + interpreter.threads_head, threads[i]?.[0] ?? 0);
    threads[i]?.forEach((tstate, k) => {
      memory.word(tstate + thread.interp, at);
      memory.word(tstate + thread.prev, threads[i]?.[k - 1] ?? 0);
      memory.word(tstate + thread.next, threads[i]?.[k + 1] ?? 0);
    });
  });
  return { memory, address, interpreters, threads };
}

const PyThreadState = layout.PyThreadState;
const firstThread = (threads: readonly (readonly Address[])[]): Address => {
  const first = threads[0]?.[0];
  if (first === undefined) throw new Error('no thread');
  return first;
};

test('an interpreter with threads, and several', () => {
  const one = runtimeWith(3);
  expect(prove(one.memory, one.address, layout)).toEqual({ kind: 'proven', interpreters: 1, threadStates: 3 });
  const several = runtimeWith(0, 1, 2);
  expect(prove(several.memory, several.address, layout)).toEqual({ kind: 'proven', interpreters: 3, threadStates: 3 });
});

test('lists that are in the middle of a change are waited for, but not for ever', () => {
  const { memory, address, threads } = runtimeWith(2);
  const first = firstThread(threads);
  memory.word(first + PyThreadState.prev, 0x1000);
  let reads = 0;
  const changing = {
    read(at: Address, size: number) {
      // More tries than are made at once: a thread that lost its CPU goes on much later.
      if (at === first + PyThreadState.prev && ++reads === 8) memory.word(at, 0);
      return memory.read(at, size);
    },
  };
  expect(prove(changing, address, layout).kind).toBe('refuted');
  expect(proveWhileItRuns(changing, address, layout, performance.now() + 100_000).kind).toBe('proven');
  memory.word(first + PyThreadState.prev, 0x1000);
  expect(proveWhileItRuns(changing, address, layout, performance.now() + 5).kind).toBe('refuted');
});

test('a thousand threads cost no more than a few', () => {
  const { memory, address } = runtimeWith(1000);
  memory.reads = 0;
  expect(prove(memory, address, layout).kind).toBe('proven');
  expect(memory.reads).toBeLessThan(30);
});

test('not started, or finished', () => {
  const none = runtimeWith();
  expect(prove(none.memory, none.address, layout)).toMatchObject({ kind: 'empty', stage: 'unused' });
  none.memory.word(none.address + layout._PyRuntimeState['interpreters.head'] + 16, 1);
  expect(prove(none.memory, none.address, layout)).toMatchObject({ kind: 'empty', stage: 'over' });
  const idle = runtimeWith(0);
  expect(prove(idle.memory, idle.address, layout).kind).toBe('empty');
});

test('a thread state of another interpreter', () => {
  const { memory, address, threads } = runtimeWith(2);
  memory.word(firstThread(threads) + PyThreadState.interp, 0x123000);
  expect(prove(memory, address, layout)).toMatchObject({
    kind: 'refuted',
    why: expect.stringContaining('does not point back to its interpreter'),
  });
});

test('a list whose links do not agree', () => {
  const { memory, address, threads } = runtimeWith(2);
  memory.word((threads[0]?.[1] ?? 0) + PyThreadState.prev, 0);
  expect(prove(memory, address, layout)).toMatchObject({ why: expect.stringContaining('the one before') });
});

test('cycles, strangers, misaligned and unreadable pointers', () => {
  const cycle = runtimeWith(1, 1);
  memoryWord(cycle, (cycle.interpreters[1] ?? 0) + layout.PyInterpreterState.next, cycle.interpreters[0] ?? 0);
  expect(prove(cycle.memory, cycle.address, layout)).toMatchObject({ why: 'its list of interpreters is a cycle' });

  const stranger = runtimeWith(1);
  memoryWord(stranger, stranger.address + layout._PyRuntimeState['interpreters.main'], 0x123450);
  expect(prove(stranger.memory, stranger.address, layout)).toMatchObject({
    why: expect.stringContaining('main interpreter'),
  });

  for (const pointer of [0x1001, 0x7fff_0000_0000, 2 ** 60, 8]) {
    const wild = runtimeWith(1);
    memoryWord(wild, wild.address + layout._PyRuntimeState['interpreters.head'], pointer);
    expect(prove(wild.memory, wild.address, layout).kind).toBe('refuted');
  }
});

test('the layout of another version', () => {
  const { memory, address } = runtimeWith(2);
  for (const minor of [7, 8, 9, 10, 11]) expect(prove(memory, address, row(3, minor)).kind).not.toBe('proven');
});

function memoryWord({ memory }: { memory: FakeMemory }, at: number, value: number): void {
  memory.word(at, value);
}
