/** What people reported of looks at their programs: is it told right? */
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { renderText } from '../../src/render/text.js';
import { pythonThreads } from '../support/expectation.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { NotOnThisPython, withProgram } from '../support/target.js';

/** More frames than a call may have arguments. */
const DEPTH = 150_000;

onEveryInterpreter('150,000 frames with native ones between them, all of them', (interpreter) => {
  const { major, minor } = interpreter.version;
  if (major < 3 || minor < 11) throw new NotOnThisPython('each call takes C stack, and native frames are as many');
  return withProgram(interpreter, 'deep.py', { args: [`${DEPTH}`] }, async ({ pid }) => {
    for (const mode of MODES) {
      const snapshot = await inspectProcess(pid, { mode, native: 'python' });
      const deep = pythonThreads(snapshot).find(({ name }) => name === 'deep');
      const descending = deep?.frames.filter((frame) => frame.kind === 'python' && frame.function === 'descend');
      expect(descending?.length).toBe(DEPTH + 1);
      expect(deep?.nativeEnding).toEqual({ kind: 'complete', reason: null });
      expect(renderText(snapshot).split('\n').length).toBeGreaterThan(DEPTH);
    }
  });
});

onEveryInterpreter('threads that compute are not said to all wait for a GIL that nobody has', (interpreter) =>
  withProgram(interpreter, 'spinning.py', {}, async ({ pid }) => {
    for (const mode of MODES) {
      for (let look = 0; look < 10; look++) {
        const { threads, findings } = await inspectProcess(pid, { mode });
        const spinning = threads.filter(({ name }) => name?.startsWith('spin-'));
        expect(spinning.length).toBe(3);
        const nobody = spinning.every(({ gil }) => gil === 'waiting') && !threads.some(({ gil }) => gil === 'holding');
        // Of one instant it may be: between two turns nobody has it.
        if (nobody && mode === 'non-blocking') expect(findings.map(({ code }) => code)).toContain('not-one-instant');
      }
    }
  }),
);
