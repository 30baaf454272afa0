/** What is found of interpreters and thread states, and what stays when their lists are damaged? */

import { describe, expect, it } from 'vitest';
import type { Address } from '../../src/memory/address.js';
import { toAddress } from '../../src/memory/address.js';
import { collectingOf, gilStateOf } from '../../src/python/gil.js';
import type { GilWalk } from '../../src/python/gil-walk.js';
import { layoutFor } from '../../src/python/layouts/index.js';
import { readRuntime } from '../../src/python/runtime.js';
import { FakePython } from '../support/fake-python.js';
import { type RuntimeLayout, withRuntime } from '../support/layouts.js';

function row(version: string): RuntimeLayout {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return withRuntime(layoutFor(major, minor, null));
}

describe.each(['3.7', '3.8', '3.9', '3.10', '3.11', '3.12', '3.13'])('%s', (version) => {
  const layout = row(version);

  function threeThreads() {
    const python = new FakePython(layout);
    const threads = [1, 2, 3].map((id) =>
      python.thread(0, { threadId: 0x7f00_0000_0000 + id, nativeThreadId: 100 + id }),
    );
    return { python, newestFirst: threads.map(({ address }) => address).reverse() };
  }

  it('lists thread states, newest first', () => {
    const { python, newestFirst } = threeThreads();
    const walk = readRuntime(python.handle);
    expect(walk.problems).toEqual([]);
    expect(walk.interpreters).toMatchObject([{ id: 0, isMain: true, collecting: false, modules: null }]);
    expect(walk.threadStates.map(({ address }) => address)).toEqual(newestFirst);
    expect(walk.threadStates.map(({ threadId }) => threadId % 16)).toEqual([3, 2, 1]);
    expect(walk.threadStates.map(({ uniqueId }) => uniqueId)).toEqual([3, 2, 1]);
    const hasNative = layout.PyThreadState.native_thread_id !== undefined;
    expect(walk.threadStates.map(({ nativeThreadId }) => nativeThreadId)).toEqual(
      hasNative ? [103, 102, 101] : [null, null, null],
    );
  });

  it('a cycle, a bad pointer or a stranger ends the list; what was before stays', () => {
    const links: [what: number | 'itself', reason: RegExp][] = [
      ['itself', /cycle/],
      [2 ** 60, /not a user-space address/],
      [0x7fff_0000_0000, /cannot be read/],
    ];
    for (const [link, reason] of links) {
      const { python, newestFirst } = threeThreads();
      const [newest = 0, second = 0] = newestFirst;
      python.memory.word(second + layout.PyThreadState.next, link === 'itself' ? newest : link);
      const walk = readRuntime(python.handle);
      expect(walk.threadStates.map(({ address }) => address)).toEqual([newest, second]);
      expect(walk.problems).toEqual([expect.stringMatching(reason)]);
    }
    const { python, newestFirst } = threeThreads();
    python.memory.word((newestFirst[1] ?? 0) + layout.PyThreadState.interp, 0x1234_5000);
    const walk = readRuntime(python.handle);
    expect(walk.threadStates).toHaveLength(1);
    expect(walk.problems).toEqual([expect.stringContaining('belongs to')]);
  });

  it('interpreters in a cycle are each read once', () => {
    const { python } = threeThreads();
    python.memory.word(python.interpreter + layout.PyInterpreterState.next, python.interpreter);
    const walk = readRuntime(python.handle);
    expect(walk.interpreters).toHaveLength(1);
    expect(walk.problems).toEqual([expect.stringContaining('cycle')]);
  });

  it('says whether the runtime is starting or finalizing', () => {
    const { python, newestFirst } = threeThreads();
    const address = python.runtime.address as Address;
    expect(readRuntime(python.handle).state).toMatch(/initialized|unknown/);
    python.memory.word(address + layout._PyRuntimeState.finalizing, newestFirst[2] ?? 0);
    const walk = readRuntime(python.handle);
    expect(walk).toMatchObject({ state: 'finalizing', finalizing: newestFirst[2] });
    const young = new FakePython(layout);
    young.memory.word((young.runtime.address as Address) + layout._PyRuntimeState['interpreters.head'], 0);
    expect(readRuntime(young.handle)).toMatchObject({ state: 'starting', interpreters: [] });
  });

  it('reads the GIL: who holds it, and what waiting for it means', () => {
    const { python, newestFirst } = threeThreads();
    const { fields } = layout.gil;
    python.memory.int(python.gil + fields.locked, 1);
    python.memory.word(python.gil + fields.last_holder, newestFirst[1] ?? 0);
    const gil = readRuntime(python.handle).interpreters[0]?.gil ?? null;
    expect(gil).toMatchObject({ address: python.gil, enabled: true, locked: true, last_holder: newestFirst[1] });
    const states = (uaddr: number) =>
      newestFirst.map((address) => gilStateOf({ address }, gil, { nr: 202, args: [uaddr] }));
    expect(states(0x5000)).toEqual(['none', 'holding', 'none']);
    expect(states(python.gil + fields.cond + 8)).toEqual(['waiting', 'holding', 'waiting']);
    expect(states(python.gil + fields.mutex)).toEqual(['waiting', 'holding', 'waiting']);
    expect(states(python.gil + fields.switch_cond + 40)).toEqual(['dropping', 'holding', 'dropping']);
    expect(states(python.gil + fields.switch_mutex)).toEqual(['dropping', 'holding', 'dropping']);
  });
});

describe('an interpreter whose GIL is elsewhere', () => {
  it('3.12: an unreadable one is a problem, not the end', () => {
    const layout = row('3.12');
    const python = new FakePython(layout);
    python.thread();
    if (layout.gil.kind !== 'interpreter') throw new Error('it is');
    python.memory.word(python.interpreter + layout.gil['ceval.gil'], 0x7fff_0000_0000);
    const walk = readRuntime(python.handle);
    expect(walk.interpreters).toMatchObject([{ gil: null }]);
    expect(walk.threadStates).toHaveLength(1);
    expect(walk.problems).toEqual([expect.stringContaining('GIL')]);
  });
});

describe('GIL states', () => {
  const thread = { address: toAddress(0x5000) };
  const range = (start: number) => [{ start: toAddress(start), end: toAddress(start + 88) }];
  const gil: GilWalk = {
    address: toAddress(0x9000),
    enabled: true,
    locked: false,
    last_holder: thread.address,
    taking: range(0x9020),
    switching: range(0x9078),
  };

  it('a free one is held by nobody', () => {
    expect(gilStateOf(thread, gil, null)).toBe('none');
    expect(gilStateOf(thread, { ...gil, locked: true }, null)).toBe('holding');
  });

  it('nothing known, nothing said', () => {
    expect(gilStateOf(thread, null, null)).toBe('unknown');
    expect(gilStateOf(thread, gil, 'unknown')).toBe('unknown');
    expect(gilStateOf(thread, { ...gil, locked: true }, 'unknown')).toBe('holding');
  });

  it('one that is not used', () => {
    expect(gilStateOf(thread, { ...gil, enabled: false, locked: true }, null)).toBe('disabled');
  });

  it('only a futex is waited for', () => {
    const args = [0x9020];
    expect([202, 219, 98, 128, 0, 230].map((nr) => gilStateOf(thread, gil, { nr, args }))).toEqual([
      'waiting',
      'waiting',
      'waiting',
      'waiting',
      'none',
      'none',
    ]);
  });

  it('who collects', () => {
    const held = { ...gil, locked: true };
    const other = { address: toAddress(0x6000) };
    expect(collectingOf(thread, { collecting: false, gil: held }, [])).toBe(false);
    expect(collectingOf(thread, { collecting: true, gil: held }, [])).toBe(true);
    expect(collectingOf(other, { collecting: true, gil: held }, [])).toBe(false);
    expect(collectingOf(thread, { collecting: true, gil }, [])).toBeNull();
    expect(collectingOf(thread, { collecting: true, gil: null }, [])).toBeNull();
    expect(collectingOf(thread, { collecting: null, gil: held }, [])).toBeNull();
  });

  it('who collects where there is no GIL: the one beside whom all others are suspended', () => {
    const off = { collecting: true, gil: { ...gil, enabled: false } };
    const interpreter = toAddress(0x9000);
    const one = { address: thread.address, interpreter, attachment: 'attached' } as const;
    const other = { address: toAddress(0x6000), interpreter, attachment: 'suspended' } as const;
    const elsewhere = { address: toAddress(0x7000), interpreter: toAddress(0xa000), attachment: 'attached' } as const;
    const all = [other, one, elsewhere];
    expect(collectingOf(one, off, all)).toBe(true);
    expect(collectingOf(other, off, all)).toBe(false);
    expect(collectingOf(one, off, [one, { ...other, attachment: 'detached' }])).toBeNull();
    expect(collectingOf(one, { ...off, collecting: false }, all)).toBe(false);
  });
});
