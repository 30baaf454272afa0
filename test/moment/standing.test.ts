/**
 * The last resort, a walk while all threads stand: has it what native stacks need of each, threads of others included, and
 * is it known which of them wait for the GIL?
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { locate } from '../../src/locate/locate.js';
import { walkStanding } from '../../src/moment/standing.js';
import { copyOfThread, NativeStacks } from '../../src/native-stack/native-stacks.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
import { gilStateOf } from '../../src/python/gil.js';
import type { GilState } from '../../src/snapshot.js';
import { isAtLeast } from '../support/interpreters.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

onEveryInterpreter('registers and stacks of all that were stopped', (interpreter) =>
  withProgram(interpreter, '../native-stack/programs/beside_python.py', { args: ['20'] }, ({ pid }) => {
    const target = openLiveProcess(pid);
    try {
      const python = locate(target, {});
      const found = walkStanding(target.native, python, () => target.tids(), {
        native: { stackBytes: 0, allThreads: true, needOf: () => null },
        maxPauseMs: 2000,
        questions: [],
      });
      expect(found?.capture).toMatchObject({ simultaneous: true, stoppedThreads: 3 });
      const stacks = new NativeStacks(target, { interpreterLibrary: null });
      const threads = [...(found?.threads ?? []), ...(found?.nativeThreads ?? [])];
      expect(threads).toHaveLength(3);
      for (const { native, evidence } of threads) {
        expect(evidence).toBe('stopped');
        expect(native && stacks.stack(copyOfThread(native)).ending).toEqual({ kind: 'complete', reason: null });
      }
    } finally {
      target.close();
    }
  }),
);

onEveryInterpreter('which of the stopped threads wait for the GIL', (interpreter) =>
  withProgram(interpreter, 'contention.py', {}, async ({ pid }) => {
    const live = openLiveProcess(pid);
    try {
      const python = locate(live, {});
      const counts = new Map<GilState, number>();
      for (let round = 0; round < 10; round++) {
        const found = walkStanding(live.native, python, () => live.tids(), {
          native: null,
          maxPauseMs: 2000,
          questions: [],
        });
        expect(found?.threads).toHaveLength(5);
        for (const { walk, runtime, look } of found?.threads ?? []) {
          const gil = runtime.interpreters[0]?.gil ?? null;
          const syscall = look?.syscall ? { nr: look.syscall.number, args: look.syscall.args } : null;
          const word = gilStateOf(walk.state, gil, look?.running == null ? 'unknown' : syscall);
          counts.set(word, (counts.get(word) ?? 0) + 1);
        }
        await sleep(20);
      }
      // AArch64's registers do not tell the system call.
      if (process.arch !== 'x64') return;
      // 3.6 and before: for an instant the lock is taken and nobody is noted as the one who has it.
      if (isAtLeast(interpreter, 7)) expect(counts.get('unknown')).toBeUndefined();
      expect(counts.get('waiting')).toBeGreaterThan(10);
    } finally {
      live.close();
    }
  }),
);
