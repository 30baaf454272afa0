/**
 * Does a thread that waits notice that it is looked at? Many system calls end early (EINTR) when their thread is
 * stopped, signal(7); so none that waits may be. `PYSTACK_TEST_ROUNDS` is how many looks of each kind (12);
 * bench/full-rounds.mjs takes ten thousand.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { withFolder } from '../support/cores.js';
import { pythonThreads } from '../support/expectation.js';
import type { Interpreter } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

const ROUNDS = Number(process.env['PYSTACK_TEST_ROUNDS'] ?? 12);
vi.setConfig({ testTimeout: 600_000 + ROUNDS * 500 });

const NATIVE = ['off', 'python'] as const;
const COMPLETE = { kind: 'complete', reason: null };

/** The program ends by itself after some minutes: so many rounds of one process, then another. */
const ROUNDS_OF_ONE_PROCESS = 500;

onEveryInterpreter('waiting system calls are not disturbed', async (interpreter) => {
  for (let left = ROUNDS; left > 0; left -= ROUNDS_OF_ONE_PROCESS) {
    await looksDisturbNone(interpreter, Math.min(left, ROUNDS_OF_ONE_PROCESS));
  }
});

function looksDisturbNone(interpreter: Interpreter, rounds: number): Promise<void> {
  return withFolder((folder) => {
    const counts = join(folder, 'counts');
    writeFileSync(counts, Buffer.alloc(4096));
    return withProgram(interpreter, 'blocked_calls.py', { args: [counts] }, async (program) => {
      const calls = program.ready['calls'] as string[];
      const disturbed = () => {
        const words = readFileSync(counts);
        return Object.fromEntries(calls.map((call, index) => [call, words.readUInt32LE(index * 4)]));
      };
      const none = Object.fromEntries(calls.map((call) => [call, 0]));
      expect(disturbed(), 'before any look').toEqual(none);
      expect(calls.length).toBeGreaterThan(10);
      for (let round = 0; round < rounds; round++) {
        for (const mode of MODES) {
          for (const native of NATIVE) {
            const snapshot = await inspectProcess(program.pid, { mode, native });
            expect(snapshot.capture).toMatchObject({ stoppedThreads: 0, simultaneous: true });
            const threads = pythonThreads(snapshot);
            expect(threads.length).toBe(calls.length + 1);
            // Nobody shows its frame pointer, which the code that ctypes calls through needs.
            if (native === 'off') continue;
            for (const { name, nativeEnding } of threads) expect([name, nativeEnding]).toEqual([name, COMPLETE]);
            expect(snapshot.warnings).toEqual([]);
          }
        }
      }
      expect(disturbed()).toEqual(none);
    });
  });
}
