/** Is a healthy program that contends for locks never said to be in a deadlock? Counted; bench/deadlocks.mjs counts on. */
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

const LOOKS = Number(process.env['PYSTACK_TEST_ROUNDS'] ?? 12);

onEveryInterpreter('no deadlock is announced where there is none', (interpreter) =>
  withProgram(interpreter, 'contending.py', {}, async ({ pid }) => {
    let waits = 0;
    for (let n = 0; n < LOOKS; n++) {
      const { findings, threads } = await inspectProcess(pid, { mode: MODES[n % 2] ?? 'blocking', timeBudgetMs: 50 });
      const announced = findings.filter(({ certain, code }) => certain && code !== 'not-one-instant');
      expect(announced).toEqual([]);
      waits += threads.reduce((sum, thread) => sum + thread.waits.length, 0);
    }
    // It was looked at: they do wait.
    expect(waits).toBeGreaterThan(0);
  }),
);
