/** The last resort, a walk while all threads stand: has it what native stacks need of each, threads of others included? */
import { expect } from 'vitest';
import { locate } from '../../src/locate/locate.js';
import { walkStanding } from '../../src/moment/standing.js';
import { copyOfThread, NativeStacks } from '../../src/native-stack/native-stacks.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
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
        locals: null,
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
