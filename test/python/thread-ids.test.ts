/** Is a Python thread's kernel id found where the interpreter has not noted it, and never another's? */
import { describe, expect, it } from 'vitest';
import { type Address, toAddress } from '../../src/memory/address.js';
import { resolveNativeIds } from '../../src/python/thread-ids.js';
import { FakeMemory } from '../support/memory.js';

interface Drawn {
  /** At `offset` of its struct pthread; null: its memory is gone. */
  tid: number | null;
  noted?: number;
  /** As another: index into those drawn. */
  sameThreadAs?: number;
  interpreter?: number;
}

function draw(offset: number, threads: Drawn[]) {
  const memory = new FakeMemory();
  const structs: number[] = [];
  const states = threads.map(({ tid, noted, sameThreadAs, interpreter = 1 }, i) => {
    let struct = sameThreadAs === undefined ? undefined : structs[sameThreadAs];
    if (struct === undefined) {
      struct = tid === null ? 0x7fff_0000_0000 + i * 4096 : memory.allocate(0x400);
      if (tid !== null) memory.int(struct + offset, tid);
    }
    structs.push(struct);
    return {
      address: toAddress(0x5_0000 + i * 0x100),
      interpreter: toAddress(interpreter * 0x9000),
      threadId: struct,
      nativeThreadId: noted ?? null,
      uniqueId: i,
    };
  });
  return { memory, states };
}

function resolved(offset: number, threads: Drawn[], inner: number[], used?: number[]) {
  const { memory, states } = draw(offset, threads);
  const inUse = (state: { address: Address }) => used?.includes(states.findIndex((s) => s.address === state.address));
  const ids = resolveNativeIds(memory, states, inner, used ? (state) => inUse(state) ?? false : undefined);
  return states.map(({ address }) => ids.get(address));
}

describe('not noted', () => {
  it.each([
    ['glibc, x86-64', 0x2d0],
    ['glibc, AArch64', 0xd0],
    ['musl', 0x30],
  ])('%s', (_what, offset) => {
    expect(resolved(offset, [{ tid: 11 }, { tid: 12 }, { tid: 10 }], [10, 11, 12, 13])).toEqual([11, 12, 10]);
  });

  it('a thread that is gone has none', () => {
    const threads = [{ tid: 11 }, { tid: 0 }, { tid: null }, { tid: 10 }];
    expect(resolved(0x2d0, threads, [10, 11])).toEqual([11, null, null, 10]);
  });

  it('a word that is the same in all threads is not it', () => {
    const { memory, states } = draw(0x40, [{ tid: 11 }, { tid: 12 }]);
    // The process id, say, before it.
    for (const { threadId } of states) memory.int(threadId + 0x10, 10);
    const ids = resolveNativeIds(memory, states, [10, 11, 12]);
    expect([...ids.values()]).toEqual([11, 12]);
  });

  it('nothing there', () => {
    expect(resolved(0x2d0, [{ tid: 99 }], [10])).toEqual([null]);
    expect(resolved(0x2d0, [], [10])).toEqual([]);
  });
});

describe('noted', () => {
  it('is believed while it is one of the process', () => {
    expect(resolved(0x2d0, [{ tid: null, noted: 11 }], [10, 11])).toEqual([11]);
  });

  it('else the C library knows better: after a fork() behind its back', () => {
    expect(resolved(0x2d0, [{ tid: 20, noted: 11 }], [20])).toEqual([20]);
  });
});

describe('two that claim one thread', () => {
  it('the older has it: the newer has not started', () => {
    expect(resolved(0x2d0, [{ tid: 11 }, { tid: 11, sameThreadAs: 0 }], [11])).toEqual([11, null]);
  });

  it('the one in use has it, if that is known', () => {
    expect(resolved(0x2d0, [{ tid: 11 }, { tid: 11, sameThreadAs: 0 }], [11], [1])).toEqual([null, 11]);
    expect(resolved(0x2d0, [{ tid: 11 }, { tid: 11, sameThreadAs: 0 }], [11], [0])).toEqual([11, null]);
  });

  it('of two interpreters: both', () => {
    const threads = [{ tid: 11 }, { tid: 11, sameThreadAs: 0, interpreter: 2 }];
    expect(resolved(0x2d0, threads, [11])).toEqual([11, 11]);
  });
});
