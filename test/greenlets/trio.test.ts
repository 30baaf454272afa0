/**
 * What do tasks of trio wait for, who has it, and who started whom? The program writes it down, with trio's own tree of its
 * tasks and where each stands; live, without a stop, in cores and in snapshots, on every Python that has a wheel of it.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectCore, inspectProcess, snapshotProcess } from '../../src/index.js';
import type { Frame, Snapshot } from '../../src/snapshot.js';
import { noKernelCores, withFolder, withKernelCore } from '../support/cores.js';
import { findInterpreters } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { type Program, withProgram } from '../support/target.js';
import { trioFor } from './packages.js';
import { type ToldWait, wrongWaits } from './truth.js';

const PROGRAM = 'trio_waits.py';

interface ToldTask {
  readonly name: string;
  readonly address: number;
  readonly parent: number;
  readonly frames: readonly (readonly [string, number])[] | null;
}

const functionsOf = (frames: readonly Frame[] = []) =>
  frames.flatMap((frame) => (frame.kind === 'python' ? frame.function : []));

function expectTold(snapshot: Snapshot, { ready }: Program, options: Parameters<typeof wrongWaits>[2] = {}): void {
  const told = ready['waits'] as ToldWait[];
  expect(told.length).toBeGreaterThan(15);
  expect(wrongWaits(snapshot, told, options)).toEqual([]);
  const idOf = (address: number) => (address === 0 ? null : `trio:0x${address.toString(16)}`);
  const { tasks, loops, threads } = snapshot;
  const ofTrio = tasks?.filter(({ name }) => name !== 'tells') ?? [];
  const tree = ready['tasks'] as ToldTask[];
  expect(ofTrio.length).toBe(tree.length);
  for (const { name, address, parent, frames } of tree) {
    const task = ofTrio.find(({ id }) => id === idOf(address));
    expect(task, name).toMatchObject({ name, parent: idOf(parent), tid: snapshot.pid, ending: { kind: 'complete' } });
    expect(task?.evidence, name).not.toBe('none');
    const seen = task?.frames.flatMap((frame) => (frame.kind === 'python' ? [[frame.function, frame.line]] : []));
    expect(seen, name).toEqual(frames);
  }
  const named = (name: string) => ofTrio.find((task) => task.name === name);
  const children = ofTrio.filter(({ parent }) => parent === named('parent')?.id).map(({ id }) => id);
  expect(children.length).toBe(2);
  expect(
    named('parent')
      ?.awaits.map(({ task }) => task)
      .sort(),
  ).toEqual(children.sort());
  expect(named('cancelled')).toMatchObject({ state: 'cancelling', waits: [] });
  expect(named('shielded')).toMatchObject({ state: 'waiting' });
  // A call in a thread: which one.
  const [call] = named('in thread')?.waits ?? [];
  const [holder, ...others] = snapshot.resources.find(({ id }) => id === call?.resource)?.holders ?? [];
  expect(others).toEqual([]);
  const worker = threads.find(({ tid }) => tid === holder?.tid);
  expect(functionsOf(worker?.frames)).toContain('_handle_job');
  expect(loops).toMatchObject([{ kind: 'trio', tid: snapshot.pid }]);
}

for (const runs of ['idle', 'busy']) {
  onEveryInterpreter(`trio, ${runs}`, async (interpreter, context) => {
    const path = trioFor(interpreter);
    if (path === null) return context.skip('there is no trio for it');
    const options = { args: [runs], environment: { PYTHONPATH: path } };
    await withProgram(interpreter, PROGRAM, options, async (program) => {
      for (const mode of MODES) {
        const snapshot = await inspectProcess(program.pid, { mode });
        expectTold(snapshot, program);
        const running = snapshot.tasks?.find(({ state }) => state === 'running');
        if (runs === 'busy') {
          expect(running?.name).toBe('tells');
          expect(functionsOf(running?.frames)[0]).toBe('tells');
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

describe.skipIf(noKernelCores !== null)('trio, in a core of the kernel', () => {
  for (const interpreter of findInterpreters()) {
    test(interpreter.label, async (context) => {
      const path = trioFor(interpreter);
      if (path === null) return context.skip('there is no trio for it');
      const options = { args: ['busy'], environment: { PYTHONPATH: path } };
      await withKernelCore(interpreter, PROGRAM, options, async (core, program) => {
        expectTold(await inspectCore(core), program, { withoutTimes: true, withoutDescriptors: true });
      });
    });
  }
});
