/** For how long has a thread not run? By the scheduler's own note. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readStillMs } from '../../../src/process/live/stillness.js';
import { native } from '../../../src/process/native.js';
import { anyInterpreter } from '../../support/interpreters.js';
import { withProgram } from '../../support/target.js';

const stillMs = (pid: number, tids: number[]) => {
  const target = new (native().LiveProcess)(pid);
  const still = readStillMs(target, tids);
  target.close();
  return still;
};

test('a thread that runs has run just now; one that is not there is left out', () => {
  const still = stillMs(process.pid, [process.pid, 1]);
  expect([...still.keys()].every((tid) => tid === process.pid)).toBe(true);
  // Where the kernel tells at all.
  expect(still.get(process.pid) ?? 0).toBeLessThan(1000);
});

test.skipIf(stillMs(process.pid, [process.pid]).size === 0)('a thread that sleeps', () =>
  withProgram(anyInterpreter(), 'idle.py', {}, async ({ pid }) => {
    const before = stillMs(pid, [pid]).get(pid) ?? null;
    await sleep(1500);
    const after = stillMs(pid, [pid]).get(pid) ?? null;
    // Not every kernel keeps it while the thread sleeps; where it does, it grows as time does, to about a second.
    if (before === null || after === null) return;
    expect(after - before).toBeGreaterThan(400);
    expect(after - before).toBeLessThan(10_000);
  }),
);
