/**
 * Where does each greenlet stand? As Python says itself (`gr_frame`), in many ways to stand: across C code, in generators,
 * in `__init__`, 200 deep, started from other depths of the C stack; live, without a stop, in cores and in snapshots, with
 * the newest greenlet that each Python has and with older ones.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectCore, inspectProcess, snapshotProcess } from '../../src/index.js';
import type { Snapshot } from '../../src/snapshot.js';
import { noKernelCores, withFolder, withKernelCore } from '../support/cores.js';
import { findInterpreters } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { type Program, untilAllSleep, withProgram } from '../support/target.js';
import { packagesFor } from './packages.js';
import { type ToldGreenlet, wrongGreenlets } from './truth.js';

const PROGRAM = 'greenlets.py';
/** One of each way to keep the state, and of each change of it; those that a Python has no wheel of are skipped. */
const VERSIONS = ['1.0.0', '1.1.3.post0', '2.0.2', '3.0.1', '3.0.3', '3.1.0', '3.2.2', '3.2.4', '3.3.2', '3.5.3'];

function expectTold(snapshot: Snapshot, { ready }: Program): void {
  const told = ready['greenlets'] as ToldGreenlet[];
  expect(told.length).toBeGreaterThan(25);
  expect(wrongGreenlets(snapshot, told)).toEqual([]);
}

for (const runs of ['main', 'other']) {
  onEveryInterpreter(`greenlets, the ${runs} one runs`, async (interpreter, context) => {
    const path = packagesFor(interpreter, ['greenlet']);
    if (path === null) return context.skip('there is no greenlet for it');
    const options = { args: [runs], environment: { PYTHONPATH: path } };
    await withProgram(interpreter, PROGRAM, options, async (program) => {
      await untilAllSleep(program.pid);
      for (const mode of MODES) expectTold(await inspectProcess(program.pid, { mode }), program);
      await withFolder(async (folder) => {
        const file = join(folder, 'snapshot');
        const { snapshot } = await snapshotProcess(program.pid, file);
        expectTold(snapshot, program);
        expectTold(await inspectCore(file), program);
      });
    });
  });
}

describe.skipIf(noKernelCores !== null)('greenlets, in a core of the kernel', () => {
  for (const interpreter of findInterpreters()) {
    test(interpreter.label, async (context) => {
      const path = packagesFor(interpreter, ['greenlet']);
      if (path === null) return context.skip('there is no greenlet for it');
      const options = { args: ['other'], environment: { PYTHONPATH: path } };
      await withKernelCore(interpreter, PROGRAM, options, async (core, program) => {
        expectTold(await inspectCore(core), program);
      });
    });
  }
});

for (const version of VERSIONS) {
  onEveryInterpreter(`greenlet ${version}`, async (interpreter, context) => {
    const path = packagesFor(interpreter, [`greenlet==${version}`]);
    if (path === null) return context.skip('there is no such wheel for it');
    const options = { args: ['other'], environment: { PYTHONPATH: path } };
    await withProgram(interpreter, PROGRAM, options, async (program) => {
      expect(program.ready['version']).toBe(version);
      await untilAllSleep(program.pid);
      expectTold(await inspectProcess(program.pid), program);
    });
  });
}
