/** Does the native stack of a greenlet that goes on elsewhere end with the greenlet, and not with whatever lies beyond? */
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { packagesFor } from '../greenlets/packages.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

onEveryInterpreter('a greenlet that goes on where it was not started', async (interpreter, context) => {
  const path = packagesFor(interpreter, ['greenlet']);
  if (path === null) return context.skip('there is no greenlet for it');
  const options = { environment: { PYTHONPATH: path } };
  await withProgram(interpreter, 'greenlet_resumed.py', options, async ({ pid }) => {
    const { threads, warnings } = await inspectProcess(pid, { native: 'python' });
    const [thread] = threads;
    expect(warnings).toEqual([]);
    expect(thread?.nativeEnding).toEqual({ kind: 'complete', reason: 'end of a switched stack' });
    const frames = thread?.frames ?? [];
    // The module's own frames, and then the program's.
    const [first] = frames;
    expect(first).toMatchObject({ kind: 'native', library: expect.stringMatching(/greenlet[^/]*\.so$/) });
    expect(frames.every((frame) => frame.kind === 'python' || frame.library !== null)).toBe(true);
    expect(frames.filter(({ kind }) => kind === 'python')).toMatchObject([{ function: 'stays' }]);
  });
});
