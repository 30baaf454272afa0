/** Is what stands told from what goes on, and what is stuck from what is idle? Over looks made by hand. */
import { describe, expect, test } from 'vitest';
import type { Task, Thread, Wait, WaitKind } from '../../src/snapshot.js';
import { History } from '../../src/watch/history.js';
import { threadsOf } from '../../src/watch/threads.js';
import { pythonFrame, snapshot, thread } from '../render/samples.js';

const PATIENCE = 3;
const START = Date.parse('2026-01-01T00:00:00Z');
const TID = 112;

/** One thread at a line, look after look. */
interface Look {
  readonly line: number;
  readonly stood?: boolean;
  readonly running?: boolean;
  readonly wait?: Partial<Wait> & Pick<Wait, 'kind'>;
  readonly isMain?: boolean;
  readonly consistent?: boolean;
}

const at = (line: number) => pythonFrame({ line, endLine: line, function: 'work', qualname: 'work' });

function seen({ line, running = false, wait, isMain = false, consistent = true }: Look): Thread {
  const outer = pythonFrame({ function: 'main', qualname: 'main', line: 1 });
  const waits = wait ? [{ resource: null, name: null, timeoutMs: null, evidence: 'still' as const, ...wait }] : [];
  const os = {
    state: 'S',
    activity: running ? ('running' as const) : ('waiting' as const),
    syscall: null,
    waitingOn: null,
    runs: null,
  };
  return thread({ tid: TID, frames: [outer, at(line)], waits, isMain, consistent, os });
}

/** What is known after these looks, a second apart. */
function known(looks: readonly Look[]) {
  const history = new History(PATIENCE);
  const events: string[] = [];
  for (const [i, look] of looks.entries()) {
    const threads = threadsOf(snapshot({ threads: [seen(look)] }));
    const changes = history.add(threads, new Set(look.stood ? [TID] : []), START + i * 1000);
    if (changes.stuck.length > 0) events.push(`stuck at look ${i + 1}`);
    if (changes.wentOn.length > 0) events.push(`went on at look ${i + 1}`);
  }
  const [only] = history.threads();
  if (!only) throw new Error('there is no thread');
  return { ...only, events, pace: history.pace() };
}

const lock = { kind: 'lock' as const };
const times = (count: number, look: Look): Look[] => Array.from({ length: count }, () => look);

describe('from one look to the next', () => {
  test.each<[string, Look, string]>([
    ['stands that has not run', { line: 5, stood: true }, 'stands'],
    ['comes back that has run and is in the same place', { line: 5 }, 'returns'],
    ['computes that has a CPU there', { line: 5, running: true }, 'busy'],
    ['goes on that is at another line', { line: 6 }, 'goes-on'],
    ['goes on that is at another line and had not run before it was copied', { line: 6, stood: true }, 'goes-on'],
    ['is not known whose frames are of several moments', { line: 6, consistent: false }, 'unknown'],
  ])('%s', (_, look, step) => {
    expect(known([{ line: 5 }, look]).step).toBe(step);
  });

  test('the deepest call that never changed is kept', () => {
    expect(known([{ line: 5 }, { line: 6 }]).constant).toMatchObject({ function: 'work' });
  });
});

describe('a thread is stuck', () => {
  test('that waits for a lock, after as many looks as are asked for', () => {
    expect(known(times(PATIENCE, { line: 5, wait: lock, stood: true })).events).toEqual(['stuck at look 3']);
  });

  test('that waits for a lock with a timeout, again and again', () => {
    expect(known(times(4, { line: 5, wait: { ...lock, timeoutMs: 900 } })).isStuck).toBe(true);
  });

  test('that went on before and stands in something unknown', () => {
    expect(known([{ line: 4 }, ...times(PATIENCE, { line: 5, stood: true })]).events).toEqual(['stuck at look 4']);
  });

  test('if it is the main thread, went on before, and waits for what others have to do', () => {
    const waiting: Look = { line: 5, stood: true, isMain: true, wait: { kind: 'queue' } };
    expect(known([{ line: 4, isMain: true }, ...times(4, waiting)]).isStuck).toBe(true);
  });

  test('until it goes on', () => {
    const { events, isStuck } = known([...times(4, { line: 5, wait: lock, stood: true }), { line: 6 }]);
    expect([events, isStuck]).toEqual([['stuck at look 3', 'went on at look 5'], false]);
  });
});

describe('a thread is not stuck', () => {
  test.each<[string, readonly Look[]]>([
    ['before it stood for long enough', times(PATIENCE - 1, { line: 5, wait: lock, stood: true })],
    ['that computes', [{ line: 4 }, ...times(6, { line: 5, running: true })]],
    [
      'that computes at one of the looks',
      [{ line: 4 }, { line: 5 }, { line: 5 }, { line: 5, running: true }, { line: 5 }],
    ],
    [
      'that sleeps for a time',
      [{ line: 4 }, ...times(9, { line: 5, stood: true, wait: { kind: 'timer', timeoutMs: 1e6 } })],
    ],
    ['that waits for the GIL', [{ line: 4 }, ...times(9, { line: 5, wait: { kind: 'gil' } })]],
    [
      'that waits for a lock for a time, the first time',
      times(9, { line: 5, stood: true, wait: { ...lock, timeoutMs: 9 } }),
    ],
    [
      'of a pool that waits for work',
      [{ line: 4 }, ...times(9, { line: 5, stood: true, wait: { kind: 'simple-queue' } })],
    ],
    ['that never went on and is in something unknown', times(9, { line: 5, stood: true })],
    [
      'that has often been in one place for as long',
      [...slow(5), { line: 8 }, ...slow(5), { line: 8 }, ...times(6, { line: 5 })],
    ],
  ])('%s', (_, looks) => {
    expect(known(looks).events).toEqual([]);
  });

  function slow(looks: number): Look[] {
    return times(looks, { line: 5, running: true });
  }
});

test('what grows with time does not grow with looks: the place is since its first look', () => {
  const { since, looks, wentOn, seen } = known([{ line: 4 }, ...times(5, { line: 5 })]);
  expect({ since, looks, wentOn, seen }).toEqual({
    since: new Date(START + 1000).toISOString(),
    looks: 5,
    wentOn: 1,
    seen: 6,
  });
});

test('threads come and go', () => {
  const history = new History(PATIENCE);
  history.add(threadsOf(snapshot({ threads: [thread({ tid: 1 })] })), new Set(), START);
  const { started, ended } = history.add(threadsOf(snapshot({ threads: [thread({ tid: 2 })] })), new Set(), START + 1);
  expect([started.map(({ tid }) => tid), ended.map(({ tid }) => tid)]).toEqual([[2], [1]]);
});

test('who waits for a lock is not stuck while who has it goes on', () => {
  const history = new History(PATIENCE);
  const holder = { tid: 9, pid: null, process: null, gone: false, evidence: 'exact' as const, how: 'owner' as const };
  const place = { task: null, name: null, function: null, file: null, line: null, takenAt: null };
  const resource = {
    id: 'r',
    kind: 'lock' as const,
    address: '0x1',
    type: 'lock',
    description: 'lock',
    locked: true,
    shared: null,
    allHolders: true,
  };
  const look = (line: number) =>
    snapshot({
      threads: [
        seen({ line: 5, wait: { ...lock, resource: 'r' } }),
        thread({ tid: 9, frames: [at(line)], os: seen({ line }).os }),
      ],
      resources: [{ ...resource, holders: [{ ...holder, ...place }], waiters: [TID], waitingTasks: [] }],
    });
  const stuck = (lines: readonly number[], from: number) =>
    lines.map((line, i) => {
      history.add(threadsOf(look(line)), new Set(), START + (from + i) * 1000);
      return history.hasStuck;
    });
  expect(stuck([1, 2, 3, 4, 5, 6], 0)).toEqual([false, false, false, false, false, false]);
  expect(stuck([6, 6, 6], 6).at(-1)).toBe(true);
});

test('a task that waits for a lock is stuck like a thread, and one that waits for another task is not', () => {
  const task = (id: string, wait: WaitKind | null): Task => ({
    id,
    kind: 'asyncio',
    name: id,
    type: 'Task',
    address: '0x1',
    loop: null,
    tid: TID,
    state: 'waiting',
    parent: null,
    awaits: [],
    waits: wait === null ? [] : [{ kind: wait, resource: null, name: null, timeoutMs: null, evidence: 'still' }],
    frames: [at(5)],
    ending: { kind: 'complete', reason: null },
    evidence: 'still',
    consistent: true,
  });
  const history = new History(PATIENCE);
  const look = snapshot({ threads: [thread({ tid: TID })], tasks: [task('a', 'lock'), task('b', null)] });
  for (let i = 0; i < PATIENCE + 1; i++) history.add(threadsOf(look), new Set(), START + i * 1000);
  expect(history.threads().map(({ name, task: id, isStuck }) => [name, id, isStuck])).toEqual([
    ['a', 'a', true],
    ['worker-3', null, false],
    ['b', 'b', false],
  ]);
});
