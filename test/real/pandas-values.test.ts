/** Are pandas's own dates and spans shown as they are, never as the dates they derive from? Skipped where pandas is not to be had. */
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { PythonFrame } from '../../src/snapshot.js';
import { pythonWithPackages } from '../support/real-python.js';
import { withProgram } from '../support/target.js';

const interpreter = pythonWithPackages();

test.skipIf(interpreter === null)('moments and spans as pandas itself says', async () => {
  if (interpreter === null) return;
  await withProgram(interpreter, 'pandas_values.py', {}, async ({ pid, ready }) => {
    const expected = ready['reprs'] as Record<string, string>;
    const snapshot = await inspectProcess(pid, { locals: { maxItems: 1000, maxString: 100_000 } });
    const frames = snapshot.threads.flatMap(({ frames }) => frames);
    const frame = frames.find((each): each is PythonFrame => each.kind === 'python' && each.function === 'hold');
    const shown = new Map(frame?.locals?.map(({ name, value }) => [name, value.repr]));
    for (const [name, repr] of Object.entries(expected)) expect(shown.get(name), name).toBe(repr);
  });
});
