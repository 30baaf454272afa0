/**
 * Whatever the target does meanwhile (fork, vfork, exec, exit, threads coming and going), is there a clear outcome each
 * time, and no harm? `PYSTACK_TEST_ROUNDS` is how many looks of each kind (12).
 */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { ErrorCode, PystackError } from '../../src/errors.js';
import { inspectProcess } from '../../src/inspect.js';
import { runPystack } from '../support/command.js';
import { pythonThreads } from '../support/expectation.js';
import { anyInterpreter } from '../support/interpreters.js';
import { MODES, type Mode, onEveryInterpreter } from '../support/matrix.js';
import { LONG_MS, withProgram } from '../support/target.js';

const ROUNDS = Number(process.env['PYSTACK_TEST_ROUNDS'] ?? 12);
vi.setConfig({ testTimeout: 180_000 + ROUNDS * 3000 });

/** `shown`, or the code of the error that it ended in; anything but such an error fails the test. */
async function outcome(pid: number, mode: Mode): Promise<'shown' | ErrorCode> {
  try {
    const snapshot = await inspectProcess(pid, { mode });
    expect(snapshot.threads.length).toBeGreaterThan(0);
    return 'shown';
  } catch (error) {
    if ((error as Error).name !== 'PystackError') throw error;
    return (error as PystackError).code;
  }
}

onEveryInterpreter('forks, vforks and threads that come and go', (interpreter) =>
  withProgram(interpreter, 'changing.py', { args: ['forks'] }, async (program) => {
    for (let round = 0; round < ROUNDS; round++) {
      for (const mode of MODES) {
        const snapshot = await inspectProcess(program.pid, { mode });
        const names = pythonThreads(snapshot).map((thread) => thread.name);
        expect(names, mode).toEqual(
          expect.arrayContaining(['MainThread', 'fork_and_wait', 'spawn_and_wait', 'start_brief_ones']),
        );
      }
    }
    expect(existsSync(`/proc/${program.pid}`)).toBe(true);
  }),
);

onEveryInterpreter('a process that replaces itself all the time', (interpreter) =>
  withProgram(interpreter, 'changing.py', { args: ['exec'] }, async (program) => {
    const possible = ['shown', 'process-exited', 'not-python', 'not-initialized', 'unreadable-memory'];
    for (let round = 0; round < ROUNDS; round++) {
      for (const mode of MODES) {
        expect(possible).toContain(await outcome(program.pid, mode));
        await sleep(Math.random() * 20);
      }
    }
    expect(existsSync(`/proc/${program.pid}`)).toBe(true);
  }),
);

test('a process that exits at any step', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await withProgram(anyInterpreter(), 'changing.py', { args: ['exits'] }, async (program) => {
      // Not a child of ours to be reaped: it may be found as a zombie as well.
      const possible = ['shown', 'process-exited', 'no-such-process', 'zombie'];
      const end = performance.now() + LONG_MS;
      let seen = 'shown';
      for (let n = 0; seen === 'shown' && performance.now() < end; n++) {
        seen = await outcome(program.pid, n % 2 === 0 ? 'blocking' : 'non-blocking');
        expect(possible).toContain(seen);
        await sleep(0);
      }
      expect(seen).not.toBe('shown');
    });
  }
});

test('the command says so in one line', () =>
  withProgram(anyInterpreter(), 'changing.py', { args: ['exits'] }, async (program) => {
    for (let round = 0; round < 20; round++) {
      const { code, signal, stderr } = await runPystack(['remote', `${program.pid}`]);
      expect(signal).toBeNull();
      expect([0, 1, 3]).toContain(code);
      expect(stderr).not.toMatch(/\n\s+at /);
      if (code === 1) return;
    }
    throw new Error('it did not exit');
  }));
