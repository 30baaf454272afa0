/** Are only running threads stopped, and is what is said of the others true? */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { PAGE_BYTES } from '../../src/memory/pages.js';
import {
  EVIDENCE,
  type FreezePlan,
  type FreezeResult,
  LOOK,
  type NativeProcess,
  native,
} from '../../src/process/native.js';
import { CPrograms, eventually, type Started, threadStates } from './c_program.js';
import { type PlanWish, plan } from './plan.js';

const programs = new CPrograms();
const opened: NativeProcess[] = [];
const addonPath = new URL('../../build/Release/pystack_native.node', import.meta.url).pathname;

/** The process, once no more than `running` of its threads run: the rest of its start may take a while. */
async function open(started: Started, running: number): Promise<NativeProcess> {
  const target = new (native().LiveProcess)(started.pid);
  opened.push(target);
  await eventually(() => spinning(target).length === running);
  return target;
}

function word(target: NativeProcess, address: number | undefined): number {
  const bytes = new Uint8Array(8);
  expect(target.read(address ?? 0, bytes)).toBe(8);
  return Number(new DataView(bytes.buffer).getBigUint64(0, true));
}

/** Which threads the scheduler wants to run; the others sleep. */
function spinning(target: NativeProcess): number[] {
  const { tids, states } = target.look();
  return [...tids].filter((_, i) => states[i] === LOOK.running);
}

/**
 * Freezes until all that have to be stopped got a CPU in time. On a machine that has none for them, that is said of them, and
 * of nobody else; nobody stays stopped.
 */
function freezeInTime(target: NativeProcess, wish: PlanWish, toBeStopped: readonly number[]): FreezeResult {
  for (;;) {
    const result = target.freeze(plan(wish));
    const starved = result.refused.flatMap(({ tid, why }) => (why === 'ETIMEDOUT' ? [tid] : []));
    if (starved.length === 0) return result;
    expect(toBeStopped).toEqual(expect.arrayContaining(starved));
    expect(result.simultaneous).toBe(false);
    for (const tid of starved) expect(result.evidence[wish.tids.indexOf(tid)]).not.toBe(EVIDENCE.stopped);
  }
}

afterEach(() => {
  for (const target of opened.splice(0)) target.close();
  programs.endAll();
});
afterAll(() => programs.dispose());

describe('look', () => {
  test('tells sleeping from spinning, and where they sleep', async () => {
    const target = await open(await programs.start('threads', 3, 2), 2);
    const look = target.look();
    expect(look.method).toBe('schedstat+syscall');
    expect(look.tids.length).toBe(6);
    expect([...look.states]).toEqual([1, 1, 1, 1, 0, 0]);
    const epollWait = process.arch === 'x64' ? 232 : 22;
    expect([...look.syscalls.subarray(1, 4)]).toEqual([epollWait, epollWait, epollWait]);
    // timeout -1, maxevents 1
    expect(look.args[6 + 2]).toBe(1);
    for (let i = 0; i < 4; i++) {
      expect(look.sp[i]).toBeGreaterThan(4096);
      expect(look.pc[i]).toBeGreaterThan(4096);
      expect(look.runs[i]).toBeGreaterThan(0);
    }
    expect(look.sp[4]).toBe(0);
    const again = target.look();
    expect([...again.runs.subarray(1, 4)]).toEqual([...look.runs.subarray(1, 4)]);
  });
});

describe('freeze, proving', () => {
  test('stops the spinning threads and no other', async () => {
    const started = await programs.start('threads', 20, 2);
    const target = await open(started, 2);
    const tids = target.look().tids;
    const running = spinning(target);
    expect(running.length).toBe(2);
    const shared = Math.floor((started.says['spins'] ?? 0) / PAGE_BYTES) * PAGE_BYTES;
    for (let k = 0; k < 20; k++) {
      const result = freezeInTime(target, { tids, shared: [shared], stackBytes: 16384 }, running);
      expect([...result.stoppedTids]).toEqual(running);
      expect(result.simultaneous).toBe(true);
      expect(result.refused).toEqual([]);
      expect(result.pauseMs).toBeGreaterThan(0);
      expect(result.ok[0]).toBe(1);
      tids.forEach((tid, i) => {
        const stopped = running.includes(tid);
        expect(result.evidence[i]).toBe(stopped ? EVIDENCE.stopped : EVIDENCE.still);
        expect(result.registers[i] === null).toBe(!stopped);
        expect(result.look.sp[i]).toBeGreaterThan(4096);
        if (stopped && process.arch === 'x64') expect(Number(result.registers[i]?.[19])).toBe(result.look.sp[i]);
        // The end of a 256 KiB stack may be nearer than 16 KiB.
        expect(result.stacks[i]?.length).toBeGreaterThan(512);
      });
    }
    expect(word(target, started.says['interrupted'])).toBe(0);
    expect([...threadStates(started.pid, tids).values()].filter((state) => !'RS'.includes(state))).toEqual([]);
  });

  test('stops nothing where nothing runs', async () => {
    const target = await open(await programs.start('threads', 50, 0), 0);
    const tids = target.look().tids;
    const result = target.freeze(plan({ tids, stackBytes: 4096 }));
    expect(result.stoppedTids.length).toBe(0);
    expect(result.pauseMs).toBe(0);
    expect(result.simultaneous).toBe(true);
    expect([...result.evidence].every((evidence) => evidence === EVIDENCE.still)).toBe(true);
  });

  test('leaves threads alone that are not in the plan', async () => {
    const target = await open(await programs.start('threads', 2, 2), 2);
    const tids = [...target.look().tids].slice(0, 3);
    const result = target.freeze(plan({ tids }));
    expect(result.stoppedTids.length).toBe(0);
    expect(result.simultaneous).toBe(true);
  });

  test('a stopped process is proven, and stays stopped', async () => {
    const started = await programs.start('threads', 3, 2);
    const target = await open(started, 2);
    const tids = target.look().tids;
    started.child.kill('SIGSTOP');
    const allStopped = () => [...threadStates(started.pid, tids).values()].every((state) => state === 'T');
    await eventually(allStopped);
    const proven = target.freeze(plan({ tids }));
    expect(proven.simultaneous).toBe(true);
    expect(proven.stoppedTids.length).toBe(0);
    expect(allStopped()).toBe(true);
    const stopped = freezeInTime(target, { tids, stopAll: true }, [...tids]);
    expect([...stopped.evidence].every((evidence) => evidence === EVIDENCE.stopped)).toBe(true);
    await eventually(allStopped);
    started.child.kill('SIGCONT');
    await eventually(() => spinning(target).length === 2);
  });

  test('a process under another tracer: what sleeps is proven, what runs is said to be refused', async () => {
    const started = await programs.start('threads', 5, 1);
    await programs.start('tracer', started.pid);
    const target = await open(started, 1);
    const tids = target.look().tids;
    const [runner] = spinning(target);
    for (const stopAll of [false, true]) {
      const result = target.freeze(plan({ tids, stopAll }));
      expect(result.simultaneous).toBe(false);
      expect(result.refused).toContainEqual({ tid: runner, why: 'EPERM' });
      expect(result.stoppedTids.length).toBe(0);
      tids.forEach((tid, i) => {
        expect(result.evidence[i]).toBe(tid === runner ? EVIDENCE.none : EVIDENCE.still);
      });
    }
  });

  test('a thread in uninterruptible sleep is proven; when it cannot be stopped, it is let go', async () => {
    const started = await programs.start('uninterruptible');
    const target = await open(started, 0);
    const sleeper = started.says['tid'] ?? 0;
    await eventually(() => threadStates(started.pid, [sleeper]).get(sleeper) === 'D');
    const tids = target.look().tids;
    expect(target.freeze(plan({ tids })).simultaneous).toBe(true);
    const all = target.freeze(plan({ tids, stopAll: true }));
    expect(all.refused).toEqual([{ tid: sleeper, why: 'ETIMEDOUT' }]);
    expect(all.evidence[tids.indexOf(sleeper)]).toBe(EVIDENCE.still);
    expect(readFileSync(`/proc/${started.pid}/task/${sleeper}/status`, 'utf8')).toContain('TracerPid:\t0');
    started.child.stdin?.write('x');
    await eventually(() => threadStates(started.pid, [sleeper]).get(sleeper) === 'S');
  });

  test('threads that are gone, and the process too', async () => {
    const started = await programs.start('threads', 1, 0);
    const target = await open(started, 0);
    const tids = [...target.look().tids, process.pid, 2 ** 30];
    expect([...target.freeze(plan({ tids })).evidence]).toEqual([1, 1, 3, 3]);
    started.child.kill('SIGKILL');
    await new Promise((resolve) => started.child.once('exit', resolve));
    const after = target.freeze(plan({ tids, shared: [started.says['spins'] ?? 0] }));
    expect([...after.evidence]).toEqual([3, 3, 3, 3]);
    expect([...after.ok]).toEqual([0]);
  });
});

describe('freeze, otherwise', () => {
  test('what must be stopped is, though it stands still', async () => {
    const started = await programs.start('threads', 8, 1);
    const target = await open(started, 1);
    const tids = target.look().tids;
    const result = freezeInTime(target, { tids, stopAll: true, stackBytes: 4096 }, [...tids]);
    expect([...result.evidence].every((evidence) => evidence === EVIDENCE.stopped)).toBe(true);
    expect([...result.stoppedTids]).toEqual([...tids]);
    expect(result.registers.every((registers) => registers?.length === (process.arch === 'x64' ? 27 : 34))).toBe(true);
    expect(result.stacks.every((stack) => stack !== null && stack.length > 0)).toBe(true);
    await eventually(() => spinning(target).length === 1);
  });

  test('no-stop stops none', async () => {
    const target = await open(await programs.start('threads', 5, 1), 1);
    const { tids, states } = target.look();
    const result = target.freeze(plan({ tids, mode: 'no-stop' }));
    expect(result.stoppedTids.length).toBe(0);
    expect(result.simultaneous).toBe(false);
    expect(result.rounds).toBe(4);
    expect([...result.evidence]).toEqual(
      Array.from(states, (state) => (state === LOOK.running ? EVIDENCE.none : EVIDENCE.still)),
    );
  });

  test('a pause that takes too long is ended', async () => {
    const target = await open(await programs.start('threads', 200, 1), 1);
    const tids = target.look().tids;
    const result = target.freeze(plan({ tids, stopAll: true, maxPauseMs: 0.001 }));
    expect(result.overPause).toBe(true);
    expect(result.simultaneous).toBe(false);
    expect([...result.evidence]).not.toContain(EVIDENCE.stopped);
    await eventually(() => spinning(target).length === 1);
  });

  test('a plan that does not hold together is a TypeError', async () => {
    const target = await open(await programs.start('threads', 1, 0), 0);
    const good = plan({ tids: target.look().tids, owned: [[4096], [8192]], shared: [12288] });
    expect(target.freeze(good).simultaneous).toBe(true);
    const bad: Partial<Record<keyof FreezePlan, unknown>>[] = [
      { mode: 'fast' },
      { tids: Int32Array.of(0, 1) },
      { tids: Int32Array.of(1) },
      { tids: [1, 2] },
      { pages: Float64Array.of(1, 2, 3) },
      { pages: Float64Array.of(4096) },
      { ownedStart: Uint32Array.of(0, 2, 1) },
      { ownedStart: Uint32Array.of(1, 1, 2) },
      { ownedStart: Uint32Array.of(0, 1) },
      { ownedPages: Uint32Array.of(0, 3) },
      { sharedPages: Uint32Array.of(4) },
      { stackBytes: -1 },
      { stackBytes: 0.5 },
      { stackBytes: 2 ** 40 },
      { maxRounds: 0 },
      { maxPauseMs: 0 },
      { maxPauseMs: Number.NaN },
    ];
    for (const change of bad) {
      expect(() => target.freeze({ ...good, ...change } as FreezePlan), JSON.stringify(change)).toThrow(TypeError);
    }
    expect(() => target.freeze(undefined as unknown as FreezePlan)).toThrow(TypeError);
  });

  test('a worker thread is refused', async () => {
    const code = `const { parentPort, workerData } = require('node:worker_threads');
      try { new (require(workerData).LiveProcess)(process.pid); } catch (error) { parentPort.postMessage(error.code); }`;
    const worker = new Worker(code, { eval: true, workerData: addonPath });
    expect(await new Promise((resolve) => worker.once('message', resolve))).toBe('ERR_NOT_MAIN_THREAD');
    await worker.terminate();
  });
});

describe('stop', () => {
  test('holds threads until release', async () => {
    const started = await programs.start('threads', 2, 2);
    const target = await open(started, 2);
    const tids = target.look().tids;
    let held = target.stop(Int32Array.of(...tids, process.pid));
    // Who got no CPU in time is left running.
    while (held.stopped.subarray(0, tids.length).includes(0)) {
      held.release();
      held = target.stop(Int32Array.of(...tids, process.pid));
    }
    expect([...held.stopped]).toEqual([1, 1, 1, 1, 1, 0]);
    const spins = word(target, started.says['spins']);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(word(target, started.says['spins'])).toBe(spins);
    expect([...threadStates(started.pid, tids).values()]).toEqual(['t', 't', 't', 't', 't']);
    // Held by a thread of ours, they are still to everybody.
    expect(target.freeze(plan({ tids })).simultaneous).toBe(true);
    expect(held.release()).toBeGreaterThan(20);
    expect(held.release()).toBe(0);
    await eventually(() => word(target, started.says['spins']) > spins);
    expect(started.child.exitCode).toBe(null);
  });
});
