/**
 * What do greenlets of gevent wait for, and who has it? The program writes it down, and gevent's own `format_run_info` where
 * each stands; live, without a stop, in cores and in snapshots, on every Python that has a wheel of it.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectCore, inspectProcess, snapshotProcess } from '../../src/index.js';
import type { Snapshot } from '../../src/snapshot.js';
import { noKernelCores, withFolder, withKernelCore } from '../support/cores.js';
import { findInterpreters } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { type Program, withProgram } from '../support/target.js';
import { geventFor } from './packages.js';
import { type ToldWait, wrongWaits } from './truth.js';

const PROGRAM = 'gevent_waits.py';

interface ToldStack {
  readonly name: string;
  readonly address: number;
  readonly frames: readonly (readonly [string, number])[];
}

function expectTold(snapshot: Snapshot, { ready }: Program, options: Parameters<typeof wrongWaits>[2] = {}): void {
  const told = ready['waits'] as ToldWait[];
  expect(told.length).toBeGreaterThan(12);
  expect(wrongWaits(snapshot, told, options)).toEqual([]);
  for (const { name, address, frames } of ready['greenlets'] as ToldStack[]) {
    const task = snapshot.tasks?.find((one) => Number(one.address) === address);
    if (task?.state === 'running') continue;
    const seen = task?.frames.flatMap((frame) => (frame.kind === 'python' ? [[frame.function, frame.line]] : []));
    expect(seen, name).toEqual(frames);
  }
  const [hub, ...more] = snapshot.loops;
  expect(more).toEqual([]);
  expect(hub).toMatchObject({
    kind: 'greenlet',
    type: 'gevent.hub.Hub',
    tid: snapshot.pid,
    evidence: expect.not.stringMatching('none'),
  });
}

for (const runs of ['main', 'busy']) {
  onEveryInterpreter(`gevent, ${runs}`, async (interpreter, context) => {
    const path = geventFor(interpreter);
    if (path === null) return context.skip('there is no gevent for it');
    const options = { args: [runs], environment: { PYTHONPATH: path } };
    await withProgram(interpreter, PROGRAM, options, async (program) => {
      for (const mode of MODES) {
        const snapshot = await inspectProcess(program.pid, { mode });
        expectTold(snapshot, program);
        const running = snapshot.tasks?.find(({ state }) => state === 'running');
        if (runs === 'busy') {
          expect(running).toMatchObject({ name: 'blocks', tid: program.pid });
          expect(snapshot.loops).toMatchObject([{ state: 'running', runs: running?.id }]);
        } else expect(snapshot.loops).toMatchObject([{ state: 'polling', runs: null }]);
      }
      await withFolder(async (folder) => {
        const file = join(folder, 'snapshot');
        await snapshotProcess(program.pid, file);
        // What is left of a time is not kept.
        expectTold(await inspectCore(file), program, { withoutTimes: true });
      });
    });
  });
}

describe.skipIf(noKernelCores !== null)('gevent, in a core of the kernel', () => {
  for (const interpreter of findInterpreters()) {
    test(interpreter.label, async (context) => {
      const path = geventFor(interpreter);
      if (path === null) return context.skip('there is no gevent for it');
      const options = { args: ['busy'], environment: { PYTHONPATH: path } };
      await withKernelCore(interpreter, PROGRAM, options, async (core, program) => {
        expectTold(await inspectCore(core), program, { withoutTimes: true, withoutDescriptors: true });
      });
    });
  }
});
