/**
 * Machine code that Python itself made at run time, without a file and without unwind data: the stack goes on behind it,
 * and no Python frame is lost.
 */
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

onEveryInterpreter('a loop that was compiled', (interpreter) =>
  withProgram(
    interpreter,
    '../native-stack/programs/jitted.py',
    { environment: { PYTHON_JIT: '1' } },
    async ({ pid }) => {
      const without = await inspectProcess(pid);
      const snapshot = await inspectProcess(pid, { native: 'python' });
      const [python, merged] = [without, snapshot].map(({ threads }) => threads.find(({ name }) => name === 'loops'));
      expect(merged?.nativeEnding).toEqual({ kind: 'complete', reason: null });
      const frames = merged?.frames ?? [];
      const functions = (all: typeof frames) =>
        all.flatMap((frame) => (frame.kind === 'python' ? [frame.function] : []));
      expect(functions(frames)).toEqual(functions(python?.frames ?? []));
      // What the compiled code called is inside of it, and it is inside of the loop's function.
      const made = frames.findIndex((frame) => frame.kind === 'native' && frame.library === null);
      const loops = frames.findIndex((frame) => frame.kind === 'python' && frame.function === 'loops');
      const sleeps = frames.findIndex(
        (frame) => frame.kind === 'native' && /^clock_nanosleep/.test(frame.symbol ?? ''),
      );
      expect(loops).toBeGreaterThan(0);
      expect(made).toBeGreaterThan(loops);
      expect(sleeps).toBeGreaterThan(made);
      // The thread's own beginning was reached.
      expect(frames[0]).toMatchObject({ kind: 'native', library: expect.stringMatching(/libc/) });
    },
  ),
);
