/** Has the main thread its name where greenlets have taken the idents over, and only then, and only it? */
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

onEveryInterpreter('the name of the main greenlet', async (interpreter) => {
  for (const [kind, name] of [
    ['greenlet', 'the main one'],
    ['ended', null],
  ] as const) {
    await withProgram(interpreter, 'main_greenlet.py', { args: [kind] }, async ({ pid }) => {
      for (const mode of MODES) {
        const { threads } = await inspectProcess(pid, { mode });
        expect(threads.length).toBeGreaterThan(0);
        for (const thread of threads) expect(thread.name).toBe(thread.isMain ? name : null);
      }
    });
  }
});
