/**
 * Is it told what each blocked thread waits for, and who has it? The program hangs in all ways that it knows and writes down
 * the truth; what is seen from outside must be that, live, in a snapshot and in cores.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectCore, inspectProcess, snapshotProcess } from '../../src/index.js';
import {
  gcore,
  hasThreadStacks,
  noGcore,
  noKernelCores,
  SMALL_THREADS,
  withFolder,
  withKernelCore,
} from '../support/cores.js';
import { expectTruth, type Truth } from '../support/hangs.js';
import { findInterpreters, laterPatches } from '../support/interpreters.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { type Program, type ProgramOptions, until, withProgram } from '../support/target.js';

const OPTIONS: ProgramOptions = { ...SMALL_THREADS, flags: ['-W', 'ignore'] };

function truthOf({ ready }: Program): Truth {
  return ready as unknown as Truth;
}

onEveryInterpreter(
  'hangs, live',
  (interpreter) =>
    withProgram(interpreter, 'hangs.py', OPTIONS, async (program) => {
      for (const mode of ['blocking', 'non-blocking'] as const) {
        const snapshot = await inspectProcess(program.pid, { mode });
        expectTruth(snapshot, truthOf(program));
        expect(snapshot.capture).toMatchObject({ stoppedThreads: 0, pauseMs: 0 });
      }
      await withFolder(async (folder) => {
        const file = join(folder, 'snapshot');
        const { snapshot } = await snapshotProcess(program.pid, file);
        const { threads, resources, findings } = await inspectCore(file);
        expectTruth(await inspectCore(file), truthOf(program));
        const waits = (of: typeof threads) => of.map(({ tid, stillMs, waits }) => ({ tid, stillMs, waits }));
        expect({ waits: waits(threads), resources, findings }).toEqual({
          waits: waits(snapshot.threads),
          resources: snapshot.resources,
          findings: snapshot.findings,
        });
      });
    }),
  laterPatches(),
);

describe.skipIf(noKernelCores !== null)('hangs, in a core of the kernel', () => {
  for (const interpreter of [...findInterpreters(), ...laterPatches()]) {
    test(interpreter.label, () =>
      withKernelCore(interpreter, 'hangs.py', OPTIONS, async (core, program) => {
        expectTruth(await inspectCore(core), truthOf(program), { withoutDescriptors: true });
      }),
    );
  }
});

onEveryInterpreter(
  'hangs, in a core of gdb',
  (interpreter, { skip }) => {
    if (noGcore !== null) return skip(noGcore);
    return withFolder((folder) =>
      withProgram(interpreter, 'hangs.py', OPTIONS, async (program) => {
        const core = gcore(program.pid, folder);
        if (!(await hasThreadStacks(core))) return skip('this gdb writes zeros for the stacks of its threads');
        expectTruth(await inspectCore(core), truthOf(program), { withoutDescriptors: true });
      }),
    );
  },
  laterPatches(),
);

const ALONE = [
  'rlock_of_the_dead',
  'fork_rlock',
  'fork_lock',
  'gil_held',
  'object_mutex',
  'object_mutex_cycle',
  'stop_held',
  'held_by_who_runs',
  'self_deadlock_main',
  'signal_handler',
  'wrong_lock',
  'wrong_event',
  'timed_cycle',
  'starved_queue',
  'zombie',
  'join_cycle',
];

for (const name of ALONE) {
  onEveryInterpreter(`hangs alone: ${name}`, (interpreter) =>
    withProgram(interpreter, 'hangs_alone.py', { ...OPTIONS, args: [name] }, async (program) => {
      // What is found of these is only told once it lasts.
      const lasting = { gil_held: 'gil-held', stop_held: 'stop-held' }[name];
      const isTold = async () => (await inspectProcess(program.pid)).findings.some(({ code }) => code === lasting);
      if (lasting !== undefined) await until(`${lasting} is told`, isTold);
      expectTruth(await inspectProcess(program.pid), truthOf(program));
    }),
  );
}
