/** What do tasks of anyio wait for, who has it, and whose are they? On asyncio and on trio; the program writes it down. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { inspectCore, inspectProcess, snapshotProcess } from '../../src/index.js';
import type { Snapshot } from '../../src/snapshot.js';
import { withFolder } from '../support/cores.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { type Program, withProgram } from '../support/target.js';
import { trioFor } from './packages.js';
import { type ToldWait, wrongWaits } from './truth.js';

function expectTold(snapshot: Snapshot, { ready }: Program, options: Parameters<typeof wrongWaits>[2] = {}): void {
  expect(wrongWaits(snapshot, ready['waits'] as ToldWait[], options)).toEqual([]);
  const { tasks } = snapshot;
  const parent = tasks?.find(({ name }) => name === 'parent');
  const children = tasks?.filter(({ name }) => name?.startsWith('child'));
  expect(children?.map((child) => child.parent)).toEqual([parent?.id, parent?.id]);
  expect(parent?.awaits.map(({ task, how }) => `${task} ${how}`).sort()).toEqual(
    children?.map(({ id }) => `${id} group`).sort(),
  );
}

for (const backend of ['asyncio', 'trio']) {
  onEveryInterpreter(`anyio on ${backend}`, async (interpreter, context) => {
    const path = trioFor(interpreter, 'anyio');
    if (path === null) return context.skip('there is no anyio for it');
    const options = { args: [backend], environment: { PYTHONPATH: path } };
    await withProgram(interpreter, 'anyio_waits.py', options, async (program) => {
      for (const mode of MODES) expectTold(await inspectProcess(program.pid, { mode }), program);
      await withFolder(async (folder) => {
        const file = join(folder, 'snapshot');
        await snapshotProcess(program.pid, file);
        expectTold(await inspectCore(file), program, { withoutTimes: true });
      });
    });
  });
}
