/** Is a value bounded as a whole, and does what is left out leave its mark? */
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { PythonFrame } from '../../src/snapshot.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

const NAMES = 'environment rows wide pair error called named numbers digits escapes octets kinds'.split(' ');

onEveryInterpreter('no value is longer than five of its longest texts', (interpreter) =>
  withProgram(interpreter, 'long_values.py', {}, async ({ pid }) => {
    for (const [maxString, most] of [
      [100, 1000],
      [200, 1000],
      [300, 1500],
    ] as const) {
      const snapshot = await inspectProcess(pid, { locals: { maxString } });
      const frames = snapshot.threads.flatMap((thread) => thread.frames);
      const frame = frames.find((each): each is PythonFrame => each.kind === 'python' && each.function === 'hold');
      expect(frame?.locals?.map(({ name }) => name)).toEqual(NAMES);
      for (const { name, value } of frame?.locals ?? []) {
        expect(value.repr.length, name).toBeLessThanOrEqual(most + '…'.length);
        expect(value.type?.length, name).toBeLessThanOrEqual(most + '…'.length);
        expect({ name, truncated: value.truncated, mark: value.repr.includes('…') }).toEqual({
          name,
          truncated: true,
          mark: true,
        });
      }
    }
  }),
);
