/**
 * Is a process shown that its control group has frozen, and does it stay so? Nothing stops it there: version 1 puts its
 * threads into an uninterruptible sleep, version 2 into a stop of its own. Needs the right to make a control group.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { pythonFrames, pythonThreads } from '../support/expectation.js';
import { anyInterpreter } from '../support/interpreters.js';
import { MODES } from '../support/matrix.js';
import { impossibleIn, readCallGraph } from '../support/program-text.js';
import { until, withProgram } from '../support/target.js';

interface Freezer {
  readonly name: string;
  readonly folders: readonly string[];
  readonly file: string;
  readonly frozen: string;
  readonly thawed: string;
  /** Which file says that every thread has come to it, and how. */
  readonly tells: string;
  readonly told: string;
}

const FREEZERS: readonly Freezer[] = [
  {
    name: 'version 1',
    folders: ['/sys/fs/cgroup/freezer'],
    file: 'freezer.state',
    frozen: 'FROZEN',
    thawed: 'THAWED',
    tells: 'freezer.state',
    told: 'FROZEN',
  },
  {
    name: 'version 2',
    folders: ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'],
    file: 'cgroup.freeze',
    frozen: '1',
    thawed: '0',
    tells: 'cgroup.events',
    told: 'frozen 1',
  },
];

/** A new group; null: there is no such freezer, or we may not. */
function makeGroup({ folders, file }: Freezer): string | null {
  for (const folder of folders) {
    const group = `${folder}/pystack-test-${process.pid}`;
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    if (existsSync(`${group}/${file}`)) return group;
    rmdirSync(group);
  }
  return null;
}

describe.each(FREEZERS)('a busy process frozen by control groups, $name', (freezer) => {
  test('is shown and stays frozen', async ({ skip }) => {
    const group = makeGroup(freezer);
    if (group === null) return skip('no such control groups here, or no right to make one');
    try {
      await withProgram(anyInterpreter(), 'busy.py', {}, async ({ pid, file }) => {
        const graph = readCallGraph(file);
        writeFileSync(`${group}/cgroup.procs`, `${pid}`);
        writeFileSync(`${group}/${freezer.file}`, freezer.frozen);
        try {
          await until('it is frozen', () => readFileSync(`${group}/${freezer.tells}`, 'utf8').includes(freezer.told));
          const before = runCounts(pid);
          for (const mode of MODES) {
            const snapshot = await inspectProcess(pid, { mode, native: 'python' });
            expect(snapshot.capture).toMatchObject({ stoppedThreads: 0, pauseMs: 0, simultaneous: true });
            for (const thread of pythonThreads(snapshot)) {
              expect(thread).toMatchObject({ consistent: true, evidence: 'still' });
              if (!thread.isMain) expect(impossibleIn(graph, pythonFrames(thread))).toBeNull();
            }
            expect(runCounts(pid)).toBe(before);
          }
        } finally {
          writeFileSync(`${group}/${freezer.file}`, freezer.thawed);
        }
        const frozen = runCounts(pid);
        await until('it goes on', () => runCounts(pid) !== frozen);
      });
    } finally {
      await until('the group is empty', () => tryToRemove(group));
    }
  });
});

/** How often each of its threads was put on a CPU. */
function runCounts(pid: number): string {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.map((tid) => readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8').split(' ')[2]).join();
}

function tryToRemove(group: string): boolean {
  try {
    rmdirSync(group);
    return true;
  } catch {
    return false;
  }
}
