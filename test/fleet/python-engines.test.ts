/** Does it come through Ray and Dask, also where everything that runs tasks hangs? */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fleet, fleetGroups, innermost } from '../support/fleet.js';
import { endOf } from '../support/hung-job.js';
import { programPath } from '../support/target.js';

/** `PYSTACK_TEST_ENGINES_PYTHON` names one that has them. */
const PYTHON =
  process.env['PYSTACK_TEST_ENGINES_PYTHON'] ??
  fileURLToPath(new URL('../../.cache/fleet-engines/venv/bin/python', import.meta.url));
const has = (...names: string[]) =>
  spawnSync(PYTHON, ['-c', `import ${names.join()}`], { timeout: 30_000 }).status === 0;
const hasRay = has('ray');
const hasDask = has('distributed');

/** Runs a cluster until `body` is done with it; it ends when its standard input does. */
async function withCluster(
  program: string,
  args: readonly string[],
  body: (ready: { address: string }) => Promise<void>,
): Promise<void> {
  const child = spawn(PYTHON, [programPath(program), ...args], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  try {
    const ready = await new Promise<{ address: string }>((resolve, reject) => {
      createInterface(child.stdout).on('line', (line) => {
        if (line.startsWith('ready ')) resolve(JSON.parse(line.slice(6)));
      });
      child.once('close', (code) => reject(new Error(`${program} ended with ${code}`)));
    });
    await body(ready);
  } finally {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin.end();
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 8000))]);
    try {
      // What it started is in its process group, if any of that is left.
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // None is.
    }
    await endOf(child, 'SIGKILL');
  }
}

describe.skipIf(!hasRay)(hasRay ? 'through Ray' : 'through Ray (left out: no Python here has it)', () => {
  test('actors on three raylets: the odd one first, merged by tasks', () =>
    withCluster('ray_hung_actors.py', [], async ({ address }) => {
      const groups = await fleetGroups(['--ray', address, '--client', PYTHON]);
      expect(groups.code, groups.stderr).toBe(0);
      expect(groups.fleet).toMatchObject({ carrier: 'ray', answered: 3, silent: [] });
      expect(groups.counts.processes).toBe(6);
      const [first] = groups.groups;
      expect(first && [innermost(first), first.threads]).toEqual(['Rank.load_shard', 1]);
      const waiting = groups.groups.find((group) => innermost(group) === 'Rank.all_reduce');
      expect(waiting?.threads).toBe(5);
    }));
});

describe.skipIf(!hasDask)(hasDask ? 'through Dask' : 'through Dask (left out: no Python here has it)', () => {
  test.each([
    ['all its threads hang', '1'],
    ['some threads are free', '2'],
  ])('workers of which %s: the odd one first', (_, threads) =>
    withCluster('dask_hung_workers.py', [threads], async ({ address }) => {
      const only = ['--match', 'multiprocessing.spawn'];
      const groups = await fleetGroups(['--dask', address, '--client', PYTHON, ...only]);
      expect(groups.code, groups.stderr).toBe(0);
      expect(groups.fleet).toMatchObject({ carrier: 'dask', answered: 1, silent: [] });
      const odd = groups.groups.filter((group) => innermost(group) === 'load_shard');
      const waiting = groups.groups.filter((group) => innermost(group) === 'all_reduce');
      expect([odd, waiting].map((its) => its.map((group) => group.threads))).toEqual([[1], [3]]);
      expect(innermost(groups.groups[0] as never)).toBe('load_shard');
    }),
  );

  test('no scheduler there: what Dask says is shown', async () => {
    const { code, stderr } = await fleet(['--dask', 'tcp://127.0.0.1:1', '--client', PYTHON, '--timeout', '3']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Timed out|connect/);
  });
});
