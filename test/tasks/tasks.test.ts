/**
 * Are the tasks of asyncio, what each awaits and why, what the program itself says they are? On every interpreter: live, without
 * a stop, in a core of the kernel, in a snapshot.
 */
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { inspectCore, inspectProcess, snapshotProcess } from '../../src/index.js';
import { noKernelCores, withFolder, withKernelCore } from '../support/cores.js';
import { findInterpreters, type Interpreter } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { NotOnThisPython, type Program, type ProgramOptions, withProgram } from '../support/target.js';
import { expectTasks, type TasksTruth } from './truth.js';

const OPTIONS: ProgramOptions = { flags: ['-W', 'ignore'] };

function truthOf({ ready }: Program): TasksTruth {
  return ready as unknown as TasksTruth;
}

onEveryInterpreter('all that tasks wait for, live and from a snapshot', (interpreter) =>
  withProgram(interpreter, 'tasks.py', OPTIONS, async (program) => {
    for (const mode of MODES) expectTasks(await inspectProcess(program.pid, { mode }), truthOf(program));
    await withFolder(async (folder) => {
      const file = join(folder, 'snapshot');
      const { snapshot } = await snapshotProcess(program.pid, file);
      expectTasks(snapshot, truthOf(program));
      expectTasks(await inspectCore(file, { sysroot: '/nonexistent' }), truthOf(program));
    });
  }),
);

describe.skipIf(noKernelCores !== null)('all that tasks wait for, in a core of the kernel', () => {
  for (const interpreter of findInterpreters()) test(interpreter.label, (context) => inCore(interpreter, context));
});

async function inCore(interpreter: Interpreter, context: { skip(why: string): void }): Promise<void> {
  try {
    await withKernelCore(interpreter, 'tasks.py', OPTIONS, async (core, program) => {
      expectTasks(await inspectCore(core), truthOf(program), { withoutDescriptors: true });
    });
  } catch (error) {
    if (error instanceof NotOnThisPython) context.skip(error.message);
    else throw error;
  }
}
