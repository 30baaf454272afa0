/** Is a ring of processes called a deadlock only if nobody in it can have moved between the looks? */
import { describe, expect, test } from 'vitest';
import { findingsAmong, waitsOf } from '../../src/many/waits/among.js';
import type { Holder, Resource, Snapshot, Thread } from '../../src/snapshot.js';
import { processInfo, snapshot, thread } from '../render/samples.js';

/** A process with one thread, of the same id, that waits for the lock of a file that another process has. */
function waiting(
  pid: number,
  by: number,
  how: { runs?: number | null; thread?: Partial<Thread>; holder?: Partial<Holder> } = {},
) {
  const id = `file-lock ${by}`;
  const holder: Holder = {
    tid: null,
    task: null,
    pid: by,
    process: 'python3',
    gone: false,
    evidence: 'exact',
    how: 'owner',
    name: null,
    function: null,
    file: null,
    line: null,
    takenAt: null,
    ...how.holder,
  };
  const resource: Resource = {
    id,
    kind: 'file-lock',
    address: null,
    type: null,
    description: `lock of /run/${by}`,
    locked: true,
    holders: [holder],
    waiters: [pid],
    waitingTasks: [],
    shared: id,
    allHolders: false,
  };
  const { runs = 7 } = how;
  const waiter = thread({
    tid: pid,
    name: 'MainThread',
    isMain: true,
    os: { state: 'S', activity: 'waiting', syscall: 'flock', waitingOn: null, runs },
    waits: [{ kind: 'file-lock', resource: id, name: null, timeoutMs: null, evidence: 'still' }],
    ...how.thread,
  });
  return snapshot({ pid, process: processInfo({ threadCount: 1 }), threads: [waiter], resources: [resource] });
}

async function among(first: Snapshot[], second: Snapshot[] = first) {
  const looked: number[] = [];
  const findings = await findingsAmong(first.map(waitsOf), async (pid) => {
    looked.push(pid);
    return second.find((each) => each.pid === pid) ?? null;
  });
  return { looked, findings };
}

const RING = [waiting(1, 2), waiting(2, 3), waiting(3, 1)];

test('a ring is told with each thread by its process, after a second look in the same order', async () => {
  const { looked, findings } = await among([...RING, waiting(9, 1), waiting(8, 7)]);
  expect(looked).toEqual([1, 2, 3]);
  expect(findings).toMatchObject([{ code: 'deadlock', certain: true, pids: [1, 2, 3], tids: [1, 2, 3] }]);
  const [found] = findings;
  expect(found?.message).toContain('3 processes wait for each other');
  expect(found?.edges[0]).toMatchObject({ tid: 1, pid: 1, resource: 'file-lock 2', holder: null, holderPid: 2 });
  expect(found?.edges[0]?.text).toBe(
    'MainThread of process 1 at app.py:17 waits for lock of /run/2, held by process 2 (python3)',
  );
});

test('nothing is looked at twice where there is no ring', async () => {
  expect(await among([waiting(1, 2), waiting(2, 3)])).toEqual({ looked: [], findings: [] });
});

describe('not for certain', () => {
  test.each<[string, Snapshot]>([
    ['who has run between the looks', waiting(2, 3, { runs: 8 })],
    ['of whom it is not known', waiting(2, 3, { runs: null })],
    ['who was not seen still', waiting(2, 3, { thread: { evidence: 'agreed' } })],
    ['a lock of which it is not certain who has it', waiting(2, 3, { holder: { evidence: 'probable' } })],
  ])('%s', async (_, changed) => {
    const { findings } = await among(RING, [waiting(1, 2), changed, waiting(3, 1)]);
    expect(findings).toMatchObject([{ code: 'possible-deadlock', certain: false }]);
  });

  test('an owner that only the second look shows', async () => {
    const first = [waiting(1, 2), waiting(2, 3, { holder: { evidence: 'probable' } }), waiting(3, 1)];
    expect((await among(first, RING)).findings).toMatchObject([{ code: 'possible-deadlock', certain: false }]);
  });
});

test('a ring that has dissolved is none', async () => {
  expect((await among(RING, [waiting(1, 2), waiting(2, 7), waiting(3, 1)])).findings).toEqual([]);
  expect((await among(RING, [waiting(1, 2), waiting(3, 1)])).findings).toEqual([]);
});
