/**
 * Killed at any instant, do we leave the target as it was: no thread stopped, no signal lost or handled twice?
 * `PYSTACK_TEST_ROUNDS` is how often (8).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { PYSTACK, RUNNER } from '../support/command.js';
import { anyInterpreter } from '../support/interpreters.js';
import { type Program, until, withProgram } from '../support/target.js';

const ROUNDS = Number(process.env['PYSTACK_TEST_ROUNDS'] ?? 8);
vi.setConfig({ testTimeout: 180_000 + ROUNDS * 2000 });

/** Ways to end it; SIGKILL mostly, as nothing of ours can run after it. */
const ENDINGS = ['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Threads that somebody has stopped (t, T). */
function stoppedThreads(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).filter((tid) => {
    const stat = readFileSync(`/proc/${pid}/task/${tid}/stat`, 'latin1');
    return 'tT'.includes(stat[stat.lastIndexOf(')') + 2] ?? '');
  });
}

/** How long an undisturbed run takes, ms: the endings are spread over it. */
async function timeOfRun(program: Program): Promise<number> {
  const start = performance.now();
  const run = spawn(RUNNER, [PYSTACK, 'remote', `${program.pid}`], { stdio: 'ignore' });
  expect(await once(run, 'exit')).toEqual([0, null]);
  return performance.now() - start;
}

for (const mode of ['busy', 'waiting']) {
  test(`100 threads, ${mode}: ended at random instants while signals arrive`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pystack-kills-'));
    const counts = join(folder, 'counts');
    writeFileSync(counts, Buffer.alloc(4096));
    const handled = () => readFileSync(counts).readUInt32LE(0);
    let sent = 0;
    try {
      await withProgram(anyInterpreter(), 'signalled.py', { args: [counts, '100', mode] }, async (program) => {
        const signal = Number(program.ready['signal']);
        await timeOfRun(program);
        const usual = await timeOfRun(program);
        for (let round = 0; round < ROUNDS; round++) {
          const ending = ENDINGS[round % ENDINGS.length] ?? 'SIGKILL';
          const run = spawn(RUNNER, [PYSTACK, 'remote', `${program.pid}`], { stdio: 'ignore' });
          const ended = once(run, 'exit');
          const at = performance.now() + Math.random() * usual;
          while (performance.now() < at) {
            process.kill(program.pid, signal);
            sent++;
            await sleep(1);
          }
          run.kill(ending);
          const [code, by] = await ended;
          // It may have been quicker than the signal; and if it could not stop a thread in time, its answer is a partial one.
          expect([code === 0 || code === 3 ? 'itself' : by]).toEqual([expect.stringMatching(`itself|${ending}`)]);
          // The kernel detaches while our threads end, which the end of the process does not wait for.
          await until('all threads run', () => stoppedThreads(program.pid).length === 0);
        }
        await until('every signal is handled', () => handled() >= sent);
        await sleep(20);
        expect(handled()).toBe(sent);
        expect((await inspectProcess(program.pid)).complete).toBe(true);
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test('a process that was stopped stays stopped, whenever we are killed', () =>
  withProgram(anyInterpreter(), 'many_threads.py', { args: ['20', '3'] }, async (program) => {
    program.signal('SIGSTOP');
    await until('it is stopped', () => stoppedThreads(program.pid).length === 21);
    const usual = await timeOfRun(program);
    for (let round = 0; round < Math.ceil(ROUNDS / 4); round++) {
      const run = spawn(RUNNER, [PYSTACK, 'remote', `${program.pid}`], { stdio: 'ignore' });
      const ended = once(run, 'exit');
      await sleep(Math.random() * usual);
      run.kill('SIGKILL');
      await ended;
      await until('all threads are stopped', () => stoppedThreads(program.pid).length === 21);
    }
  }));
