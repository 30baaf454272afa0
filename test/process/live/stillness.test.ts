/** For how long has a thread not run? By the scheduler's own note. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { decodeExecStart, readStillMs } from '../../../src/process/live/stillness.js';
import { anyInterpreter } from '../../support/interpreters.js';
import { withProgram } from '../../support/target.js';

const SCHED = `python3 (4711, #threads: 1)
-------------------------------------------------------------------
se.exec_start                                :       4792828.123456
se.vruntime                                  :           100.000000
`;

test('the note is read', () => {
  expect(decodeExecStart(SCHED)).toBe(4792828.123456);
});

test('a thread that was moved in its sleep tells nothing', () => {
  expect(decodeExecStart(SCHED.replace('4792828.123456', '0.000000'))).toBeNull();
  expect(decodeExecStart('nothing of the kind')).toBeNull();
});

test.skipIf(readStillMs(process.pid, [process.pid]).size === 0)('a thread that sleeps', () =>
  withProgram(anyInterpreter(), 'idle.py', {}, async ({ pid }) => {
    const before = readStillMs(pid, [pid]).get(pid) ?? null;
    await sleep(1500);
    const after = readStillMs(pid, [pid]).get(pid) ?? null;
    // Not every kernel keeps it while the thread sleeps; where it does, it grows as time does, to about a second.
    if (before === null || after === null) return;
    expect(after - before).toBeGreaterThan(400);
    expect(after - before).toBeLessThan(10_000);
  }),
);
