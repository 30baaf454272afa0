/** For how long has a thread not run? By the scheduler's own note. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readStillMs } from '../../../src/process/live/stillness.js';
import { native } from '../../../src/process/native.js';
import { anyInterpreter } from '../../support/interpreters.js';
import { until, withProgram } from '../../support/target.js';

const stillMs = (pid: number, tids: number[]) => {
  const target = new (native().LiveProcess)(pid);
  const still = readStillMs(target, tids);
  target.close();
  return still;
};

const readNow = (pid: number) => stillMs(pid, [pid]).get(pid);

test('a thread that runs has run just now; one that is not there is left out', () => {
  const still = stillMs(process.pid, [process.pid, 1]);
  expect([...still.keys()].every((tid) => tid === process.pid)).toBe(true);
  // Where the kernel tells at all.
  expect(still.get(process.pid) ?? 0).toBeLessThan(1000);
});

test.skipIf(stillMs(process.pid, [process.pid]).size === 0)('a thread that sleeps', () =>
  withProgram(anyInterpreter(), 'idle.py', {}, async ({ pid }) => {
    const begun = performance.now();
    const before = stillMs(pid, [pid]).get(pid) ?? null;
    await sleep(1500);
    const after = stillMs(pid, [pid]).get(pid) ?? null;
    const atMost = performance.now() - begun;
    // Not every kernel keeps it while the thread sleeps; where it does, it grows as time does.
    if (before === null || after === null) return;
    expect(after - before).toBeGreaterThan(1000);
    expect(after - before).toBeLessThan(atMost + 1000);
  }),
);

// Each CPU keeps that clock for itself, and those of two may be minutes apart.
test.skipIf(stillMs(process.pid, [process.pid]).size === 0)(
  'a thread that sleeps on another CPU than ours',
  async () => {
    for (const cpu of [0, availableParallelism() - 1]) {
      const begun = performance.now();
      const child = spawn('taskset', ['-c', String(cpu), 'sleep', '60']);
      try {
        const ask = () => readNow(child.pid ?? 0);
        await sleep(1000);
        // Not a CPU of ours, or taskset is not installed.
        if (ask() === undefined) continue;
        await until('it is said to have slept for a while', async () => (ask() ?? 0) > 300);
        expect(ask()).toBeLessThan(performance.now() - begun + 100);
      } finally {
        child.kill();
      }
    }
  },
);
