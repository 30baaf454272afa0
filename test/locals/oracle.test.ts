/** Are values right however they are come by: with a stop, without one, from a core, by the command? */
import { join } from 'node:path';
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import { snapshotProcess } from '../../src/save-snapshot.js';
import type { Snapshot, Variable } from '../../src/snapshot.js';
import { gcore, noGcore, SMALL_THREADS, withFolder } from '../support/cores.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';
import { readExpected, UNLIMITED, wrongValues } from './expected.js';

function variablesOf(snapshot: Snapshot): Variable[] {
  return snapshot.threads
    .flatMap(({ frames }) => frames)
    .flatMap((frame) => (frame.kind === 'python' ? [...(frame.arguments ?? []), ...(frame.locals ?? [])] : []));
}

onEveryInterpreter('values of a running process', (interpreter) =>
  withFolder((folder) => {
    const file = join(folder, 'expected.json');
    return withProgram(interpreter, 'locals_oracle.py', { args: [file, '2', '1500'] }, async ({ pid }) => {
      const expected = readExpected(file);
      for (const mode of MODES) {
        const snapshot = await inspectProcess(pid, { mode, locals: { redactDefaults: false } });
        const wrong = wrongValues(variablesOf(snapshot), expected);
        expect(wrong.slice(0, 20).join('\n'), `${mode}: ${wrong.length} of ${expected.size} wrong`).toBe('');
        expect(snapshot.capture.stoppedThreads).toBe(0);
        expect(snapshot.complete).toBe(true);
        const saved = join(folder, `${mode}.snapshot`);
        await snapshotProcess(pid, saved, { mode, locals: { redactDefaults: false } });
        const read = await inspectCore(saved, { locals: { redactDefaults: false } });
        expect(read.threads.map(({ frames }) => frames)).toEqual(snapshot.threads.map(({ frames }) => frames));
      }
    });
  }),
);

onEveryInterpreter('values in a core', async (interpreter, context) => {
  if (noGcore !== null) return context.skip(noGcore);
  await withFolder((folder) => {
    const file = join(folder, 'expected.json');
    return withProgram(
      interpreter,
      'locals_oracle.py',
      { ...SMALL_THREADS, args: [file, '3', '1000'] },
      async ({ pid }) => {
        const expected = readExpected(file);
        const snapshot = await inspectCore(gcore(pid, folder), { locals: UNLIMITED });
        const wrong = wrongValues(variablesOf(snapshot), expected);
        expect(wrong.slice(0, 20).join('\n'), `${wrong.length} of ${expected.size} wrong`).toBe('');
      },
    );
  });
});
