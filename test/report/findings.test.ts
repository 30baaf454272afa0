/** Is a deadlock only called one when it is one for certain, and is what is less told as such? */
import { describe, expect, test } from 'vitest';
import { findingsOf } from '../../src/report/findings.js';
import { cyclesOf, waitGraph, waitingBehind } from '../../src/report/wait-graph.js';
import type { Capture, Finding, Holder, Resource, Thread, Wait } from '../../src/snapshot.js';
import { pythonFrame, snapshot, thread } from '../render/samples.js';

const { capture } = snapshot();

function waiter(tid: number, resource: string, fields: Partial<Thread> = {}, wait: Partial<Wait> = {}): Thread {
  const waits: Wait[] = [
    { kind: 'lock', resource, name: `lock_${resource}`, timeoutMs: null, evidence: 'still', ...wait },
  ];
  return thread({
    tid,
    name: `t${tid}`,
    waits,
    frames: [pythonFrame({ file: '/app/cache.py', line: tid })],
    ...fields,
  });
}

function holder(tid: number | null, fields: Partial<Holder> = {}): Holder {
  return {
    tid,
    task: null,
    pid: null,
    process: null,
    gone: tid === null,
    evidence: 'exact',
    how: 'with',
    name: null,
    function: 'held',
    file: '/app/db.py',
    line: 7,
    takenAt: 6,
    ...fields,
  };
}

function lock(id: string, holders: Holder[], waiters: number[], fields: Partial<Resource> = {}): Resource {
  return {
    id,
    kind: 'lock',
    address: `0x${id}`,
    type: 'lock',
    description: 'Lock',
    locked: true,
    holders,
    waiters,
    waitingTasks: [],
    shared: null,
    allHolders: false,
    ...fields,
  };
}

function findings(threads: Thread[], resources: Resource[], how: Partial<Capture> = {}): Finding[] {
  return findingsOf({
    pid: 1,
    threadCount: threads.length,
    threads,
    resources,
    tasks: [],
    loops: [],
    capture: { ...capture, ...how },
    zombies: [],
  });
}

function party(threads: Thread[], resources: Resource[], pid = 1) {
  return { pid, threadCount: threads.length, threads, resources };
}

const ABBA = {
  threads: [waiter(1, 'b'), waiter(2, 'a')],
  resources: [lock('a', [holder(1)], [2]), lock('b', [holder(2)], [1])],
};

describe('deadlocks', () => {
  test('two threads', () => {
    const [found] = findings(ABBA.threads, ABBA.resources);
    expect(found).toMatchObject({ code: 'deadlock', certain: true, tids: [1, 2] });
    expect(found?.message).toBe('2 threads wait for each other: t1 (1) at cache.py:1, t2 (2) at cache.py:2');
    expect(found?.edges.map(({ text }) => text)).toEqual([
      't1 (1) at cache.py:1 waits for lock_b (Lock), held by t2 (2), `with` in held at db.py:6',
      't2 (2) at cache.py:2 waits for lock_a (Lock), held by t1 (1), `with` in held at db.py:6',
    ]);
  });

  test('a thread with itself', () => {
    const found = findings([waiter(1, 'a')], [lock('a', [holder(1)], [1])]);
    expect(found).toMatchObject([{ code: 'self-deadlock', certain: true }]);
  });

  test.each([
    ['an edge that is probable', ABBA.threads, [lock('a', [holder(1, { evidence: 'probable' })], [2])]],
    ['a thread that has run', [waiter(1, 'b', {}, { evidence: 'agreed' }), waiter(2, 'a')], []],
    ['a stack that is not certain', [waiter(1, 'b', { consistent: false }), waiter(2, 'a')], []],
    ['a stack of another moment', [waiter(1, 'b', { evidence: 'agreed' }), waiter(2, 'a')], []],
    ['a place of a semaphore', ABBA.threads, [lock('a', [holder(1)], [2], { kind: 'semaphore' })]],
  ])('%s makes it a possible one', (_, threads, changed) => {
    const resources = ABBA.resources.map((one) => changed.find(({ id }) => id === one.id) ?? one);
    expect(findings(threads, resources)).toMatchObject([{ code: 'possible-deadlock', certain: false }]);
  });

  test('who waits behind them is counted', () => {
    const more = [waiter(3, 'a'), waiter(4, 'c'), waiter(5, 'd')];
    const resources = [
      lock('a', [holder(1)], [2, 3]),
      lock('b', [holder(2)], [1]),
      lock('c', [holder(3)], [4]),
      lock('d', [], [5]),
    ];
    const [found] = findings([...ABBA.threads, ...more], resources);
    expect(found?.message).toContain('2 threads wait for each other; 2 more wait behind them');
    expect(waitingBehind(waitGraph([party([...ABBA.threads, ...more], resources)]), [1, 2])).toBe(2);
  });

  test('a long chain is none, a ring of a thousand is one', () => {
    const ring = (last: number) => {
      const threads = Array.from({ length: 1000 }, (_, i) => waiter(i + 1, `r${i}`));
      const resources = threads.map((_, i) => lock(`r${i}`, [holder(i === 999 ? last : i + 2)], [i + 1]));
      return cyclesOf(waitGraph([party(threads, resources)]));
    };
    expect(ring(5000)).toEqual([]);
    expect(ring(1).map(({ length }) => length)).toEqual([1000]);
  });
});

describe('what processes have', () => {
  /** Had by processes, of which it is not known which thread. */
  const end = (id: string, pids: number[], waiters: number[], fields: Partial<Resource> = {}) =>
    lock(
      id,
      pids.map((pid) => holder(null, { pid, process: 'python3', gone: false, how: 'end', file: null })),
      waiters,
      { kind: 'pipe', description: 'pipe:[4711]', address: null, locked: null, allHolders: true, ...fields },
    );
  const fileLock = (pid: number, waiters: number[]) =>
    lock('f', [holder(null, { pid, process: 'python3', gone: false, how: 'owner', file: null })], waiters, {
      kind: 'file-lock',
      description: 'lock of /run/a',
    });

  test('a process that locks a file twice waits for itself', () => {
    const [found] = findings([waiter(1, 'f')], [fileLock(1, [1])]);
    expect(found).toMatchObject({ code: 'self-deadlock', certain: true, tids: [1], pids: [1] });
    expect(found?.edges[0]).toMatchObject({ holder: null, holderPid: 1, pid: 1 });
    expect(found?.edges[0]?.text).toBe(
      't1 (1) at cache.py:1 waits for lock_f (lock of /run/a), held by this process itself (1)',
    );
    // Another thread of it may let go.
    expect(findings([waiter(1, 'f'), thread({ tid: 2 })], [fileLock(1, [1])])).toEqual([]);
  });

  test('of a pipe, all who have the other end have to be among them', () => {
    expect(findings([waiter(1, 'p')], [end('p', [1], [1])])).toMatchObject([{ code: 'self-deadlock', certain: true }]);
    expect(findings([waiter(1, 'p')], [end('p', [1, 2], [1])])).toEqual([]);
    expect(findings([waiter(1, 'p')], [end('p', [1], [1], { allHolders: false })])).toMatchObject([
      { code: 'possible-deadlock', certain: false },
    ]);
  });

  test('a process of which not all threads are known is none for certain', () => {
    const threads = [waiter(1, 'p')];
    const resources = [end('p', [1], [1])];
    const found = findingsOf({
      pid: 1,
      threadCount: 2,
      threads,
      resources,
      tasks: [],
      loops: [],
      capture,
      zombies: [],
    });
    expect(found).toMatchObject([{ code: 'possible-deadlock', certain: false }]);
  });
});

test('an owner that is no thread any more', () => {
  const found = findings([waiter(1, 'a')], [lock('a', [holder(null, { how: 'owner' })], [1], { kind: 'rlock' })]);
  expect(found).toMatchObject([{ code: 'orphaned-lock', certain: true, tids: [1] }]);
});

test('a plain lock that nobody else could release', () => {
  expect(findings([waiter(1, 'a')], [lock('a', [], [1])])).toMatchObject([{ code: 'orphaned-lock', certain: false }]);
  expect(findings([waiter(1, 'a'), thread({ tid: 2 })], [lock('a', [], [1])])).toEqual([]);
});

test('who waits for the GIL without a stop, one after the other, was not seen at one instant', () => {
  const gil = lock('gil 0', [], [1, 2], { kind: 'gil', address: null });
  const threads = [1, 2].map((tid) => waiter(tid, 'gil 0', { gil: 'waiting' }, { kind: 'gil', evidence: 'agreed' }));
  expect(findings(threads, [gil], { mode: 'non-blocking' })).toMatchObject([
    { code: 'not-one-instant', certain: true },
  ]);
  expect(findings(threads, [gil])).toEqual([]);
});

test('a queue that nobody is left to fill', () => {
  const queue = lock('q', [], [1], { kind: 'queue', description: 'Queue, 0 items' });
  const consumer = waiter(1, 'q', {}, { kind: 'queue' });
  expect(findings([consumer], [queue])).toMatchObject([{ code: 'queue-starved', certain: false }]);
  // One who sleeps may go on.
  const sleeper = waiter(2, 'none', {}, { kind: 'timer', resource: null });
  expect(findings([consumer, sleeper], [queue])).toEqual([]);
});
