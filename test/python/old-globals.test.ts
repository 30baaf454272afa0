/** What do the variables of 2.7 and 3.6 say, and what is said where they cannot be found? */
import { describe, expect, it } from 'vitest';
import { type Address, toAddress } from '../../src/memory/address.js';
import { collectingOf, gilStateOf } from '../../src/python/gil.js';
import type { GlobalAddresses } from '../../src/python/layouts/old-layout.js';
import { numberByAge, readCollectingVariable, readGilLock, readGilVariables } from '../../src/python/old-globals.js';
import { FakeMemory } from '../support/memory.js';

const FUTEX = 202;
const THREAD = toAddress(0x5000);
const OTHER = toAddress(0x6000);
const states = (gil: Parameters<typeof gilStateOf>[1], uaddr: number) =>
  [THREAD, OTHER].map((address) => gilStateOf({ address }, gil, { nr: FUTEX, args: [uaddr] }));

describe('the GIL of 3.6', () => {
  function variables(locked: number, last_holder: number, current: number) {
    const memory = new FakeMemory();
    const at = (value: number) => {
      const address = memory.allocate(64);
      memory.word(address, value);
      return address;
    };
    const gil_locked = memory.allocate(8);
    memory.int(gil_locked, locked);
    const globals = {
      _PyThreadState_Current: at(current),
      gil_locked,
      gil_last_holder: at(last_holder),
      gil_cond: at(0),
      gil_mutex: at(0),
      switch_cond: at(0),
      switch_mutex: at(0),
    };
    return { memory, globals };
  }

  it('is held by its last holder while it is locked', () => {
    const { memory, globals } = variables(1, THREAD, 0);
    const gil = readGilVariables(memory, globals);
    expect(states(gil, globals.gil_cond + 4)).toEqual(['holding', 'waiting']);
    expect(states(gil, globals.gil_mutex)).toEqual(['holding', 'waiting']);
    expect(states(gil, globals.switch_cond)).toEqual(['holding', 'dropping']);
    expect(states(gil, 0x9000)).toEqual(['holding', 'none']);
    const free = variables(0, THREAD, THREAD);
    expect(states(readGilVariables(free.memory, free.globals), 0x9000)).toEqual(['none', 'none']);
  });

  it('is not there before a second thread is: whoever is current has what there is', () => {
    const { memory, globals } = variables(-1, 0, THREAD);
    expect(states(readGilVariables(memory, globals), 0x9000)).toEqual(['holding', 'none']);
  });

  it('without symbols: who holds it is known, who waits for it is not', () => {
    const { memory, globals } = variables(1, THREAD, THREAD);
    const { _PyThreadState_Current } = globals;
    const gil = readGilVariables(memory, { _PyThreadState_Current });
    expect(states(gil, globals.gil_cond)).toEqual(['holding', 'unknown']);
    expect(gilStateOf({ address: OTHER }, gil, { nr: 0, args: [3] })).toBe('none');
    expect(gilStateOf({ address: OTHER }, gil, null)).toBe('none');
    expect(gilStateOf({ address: OTHER }, readGilVariables(memory, {}), null)).toBe('unknown');
  });
});

describe('the GIL of 2.7', () => {
  function lock(value: number, current: number) {
    const memory = new FakeMemory();
    const [interpreter_lock, _PyThreadState_Current, sem] = [
      memory.allocate(8),
      memory.allocate(8),
      memory.allocate(32),
    ];
    memory.word(interpreter_lock, sem);
    memory.word(_PyThreadState_Current, current);
    memory.int(sem, value);
    const globals: GlobalAddresses = { interpreter_lock, _PyThreadState_Current };
    return { gil: readGilLock(memory, globals), sem };
  }

  it('is held by who is current; who wants it waits at the lock', () => {
    const { gil, sem } = lock(0, THREAD);
    expect(states(gil, sem)).toEqual(['holding', 'waiting']);
    const free = lock(1, 0);
    expect(gilStateOf({ address: THREAD }, free.gil, null)).toBe('none');
  });

  it('taken, but by nobody yet: it may be anybody who runs, and nobody who waits', () => {
    const { gil, sem } = lock(0, 0);
    expect(gilStateOf({ address: THREAD }, gil, null)).toBe('unknown');
    expect(gilStateOf({ address: THREAD }, gil, { nr: 0, args: [3] })).toBe('none');
    expect(states(gil, sem)).toEqual(['waiting', 'waiting']);
    expect(collectingOf({ address: THREAD }, { collecting: true, gil }, [])).toBeNull();
  });
});

it('the collector: not known without its variable', () => {
  const memory = new FakeMemory();
  const collecting = memory.allocate(8);
  memory.int(collecting, 1);
  expect(readCollectingVariable(memory, { collecting })).toBe(true);
  expect(readCollectingVariable(memory, {})).toBeNull();
});

describe('numbers by age', () => {
  const lists = (problems: string[]) => {
    const interpreter = (address: number) => ({
      address: toAddress(address),
      id: null as number | null,
      isMain: false,
    });
    const state = (owner: number) => ({
      interpreter: toAddress(owner) as Address,
      interpreterId: null as number | null,
      uniqueId: 0,
    });
    return {
      interpreters: [interpreter(0x3000), interpreter(0x2000), interpreter(0x1000)],
      threadStates: [state(0x3000), state(0x1000), state(0x1000)],
      problems,
    };
  };

  it('count from the main interpreter, which is the oldest', () => {
    const walk = lists([]);
    numberByAge(walk);
    expect(walk.interpreters.map(({ id, isMain }) => [id, isMain])).toEqual([
      [2, false],
      [1, false],
      [0, true],
    ]);
    expect(walk.threadStates.map(({ interpreterId, uniqueId }) => [interpreterId, uniqueId])).toEqual([
      [2, 1],
      [0, 2],
      [0, 1],
    ]);
  });

  it('are none where the list ends early', () => {
    const walk = lists(['a cycle']);
    numberByAge(walk);
    expect(walk.interpreters.map(({ id }) => id)).toEqual([null, null, null]);
  });
});
