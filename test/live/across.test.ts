/** Is it told which other process has what a thread waits for: the lock of a file, the other end of a pipe? */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { inspectCore, inspectProcess, type Snapshot, snapshotProcess } from '../../src/index.js';
import { renderText } from '../../src/render/text.js';
import { withFolder } from '../support/cores.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

type Owners = Record<string, number[]>;

/** By the waiting thread's name: pids with how certain they are. */
function ownersSeen({ threads, resources }: Snapshot): Record<string, string[]> {
  const named = threads.filter(({ waits, name }) => name !== null && waits[0]?.resource);
  return Object.fromEntries(
    named.map(({ name, tid, waits }) => {
      const resource = resources.find(({ id }) => id === waits[0]?.resource);
      expect(resource?.waiters).toEqual([tid]);
      return [name, (resource?.holders ?? []).map(({ pid, evidence }) => `${pid} ${evidence}`).sort()];
    }),
  );
}

const NAMES = 'child flock full left pipe posix shared tcp unix untaken'.split(' ');

onEveryInterpreter('owners in other processes', (interpreter) =>
  withFolder((folder) =>
    withProgram(interpreter, 'across.py', { flags: ['-W', 'ignore'], args: [folder] }, async (program) => {
      const owners = program.ready['owners'] as Owners;
      expect(Object.keys(owners).sort()).toEqual(NAMES);
      const expected = Object.fromEntries(
        Object.entries(owners).map(([name, pids]) => [
          name,
          pids.map((pid) => `${pid} ${name === 'untaken' ? 'probable' : 'exact'}`).sort(),
        ]),
      );
      for (const mode of MODES) {
        const snapshot = await inspectProcess(program.pid, { mode });
        expect(ownersSeen(snapshot)).toEqual(expected);
        const { holders = [] } = snapshot.resources.find(({ description }) => description.endsWith('/flock')) ?? {};
        expect(holders[0]?.process).toMatch(/^python/);
        const text = renderText(snapshot, {});
        expect(text).toMatch(new RegExp(`/flock.*, held by process ${owners['flock']?.[0]} \\(python`));
        for (const [name, words] of Object.entries({ unix: 'unix socket:', tcp: 'TCP .*ESTABLISHED' })) {
          const open = new RegExp(
            ` for fd \\d+ \\(${words}.*, other end open in process ${owners[name]?.[0]} \\(python`,
          );
          expect(text).toMatch(open);
        }
        expect(text).toMatch(new RegExp(`, probably to be accepted by process ${owners['untaken']?.[0]} \\(python`));
        expect(text).toMatch(new RegExp(` for child process ${owners['child']?.[0]}\\n`));
        expect(text).toMatch(new RegExp(`pipe:.*, other end open in process ${owners['pipe']?.[0]} \\(python`));
      }
      const file = join(folder, 'snapshot');
      const { snapshot } = await snapshotProcess(program.pid, file);
      expect((await inspectCore(file)).resources).toEqual(snapshot.resources);
    }),
  ),
);

function mayReadAllMaps(): boolean {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .every((pid) => {
      try {
        readFileSync(`/proc/${pid}/maps`);
        return true;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code !== 'EACCES';
      }
    });
}

interface Sharing {
  sharers: Record<string, number[]>;
}

onEveryInterpreter('locks of multiprocessing that other processes have', (interpreter) =>
  withProgram(interpreter, 'across_semaphore.py', { flags: ['-W', 'ignore'] }, async (program) => {
    const { sharers } = program.ready as unknown as Sharing;
    // One that may not be looked at may have the lock.
    const isSure = mayReadAllMaps();
    for (const mode of MODES) {
      const snapshot = await inspectProcess(program.pid, { mode });
      const seen = Object.fromEntries(
        snapshot.threads.flatMap(({ name, waits }) => {
          const resource = snapshot.resources.find(
            ({ id, kind }) => kind === 'process-lock' && id === waits[0]?.resource,
          );
          const told = resource?.holders.map(({ pid, tid, how, evidence, gone }) => [pid, tid, how, evidence, gone]);
          return resource && name !== null ? [[name, told?.sort()]] : [];
        }),
      );
      const [plain = 0] = sharers['plain'] ?? [];
      const [again = 0] = sharers['again'] ?? [];
      expect(seen).toEqual({
        plain: [[plain, plain, 'owner', 'exact', false]],
        again: [[again, again, 'owner', 'exact', false]],
        // A child inherits from its parent that it has it.
        inherited: sharers['inherited']?.map((pid) => [pid, pid, 'owner', 'probable', false]).sort(),
        ended: [[null, null, 'owner', isSure ? 'exact' : 'probable', true]],
      });
      const text = renderText(snapshot, {});
      expect(text).toMatch(new RegExp(`held by thread ${plain} of process ${plain} \\(python.* in take, across_sem`));
      expect(snapshot.findings).toMatchObject([{ code: 'orphaned-lock', certain: isSure }]);
    }
  }),
);
