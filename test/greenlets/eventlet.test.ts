/** What do greenlets of eventlet wait for, and who has it? The program writes it down. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { inspectCore, inspectProcess, snapshotProcess } from '../../src/index.js';
import type { Snapshot } from '../../src/snapshot.js';
import { withFolder } from '../support/cores.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { type Program, withProgram } from '../support/target.js';
import { packagesFor } from './packages.js';
import { type ToldWait, wrongWaits } from './truth.js';

function expectTold(snapshot: Snapshot, { ready }: Program, options: Parameters<typeof wrongWaits>[2] = {}): void {
  expect(wrongWaits(snapshot, ready['waits'] as ToldWait[], options)).toEqual([]);
  expect(snapshot.loops).toMatchObject([{ kind: 'greenlet', state: 'polling', tid: snapshot.pid }]);
  expect(snapshot.loops[0]?.type).toMatch(/^eventlet\.hubs\.\w+\.Hub$/);
}

onEveryInterpreter('eventlet', async (interpreter, context) => {
  const six = interpreter.version.major === 2 ? ['six', 'dnspython<2', 'monotonic', 'enum34'] : [];
  const path = packagesFor(interpreter, ['eventlet', ...six]);
  if (path === null) return context.skip('there is no eventlet for it');
  await withProgram(interpreter, 'eventlet_waits.py', { environment: { PYTHONPATH: path } }, async (program) => {
    for (const mode of MODES) expectTold(await inspectProcess(program.pid, { mode }), program);
    await withFolder(async (folder) => {
      const file = join(folder, 'snapshot');
      await snapshotProcess(program.pid, file);
      expectTold(await inspectCore(file), program, { withoutTimes: true });
    });
  });
});
