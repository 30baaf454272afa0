/** Does it come through Open MPI, of ranks that Open MPI itself has started? */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { expectOddFirst, fleet, fleetGroups } from '../support/fleet.js';
import { endOf, withHungJob } from '../support/hung-job.js';

const isThere = existsSync('/usr/bin/mpirun.openmpi');
const title = isThere ? 'through mpirun' : 'through mpirun (left out: no Open MPI is installed, openmpi-bin)';
const ranks = Number(process.env['PYSTACK_TEST_MPI_RANKS'] ?? 16);
const odd = 9;

describe.skipIf(!isThere)(title, () => {
  test(`${ranks} ranks of a job: the odd one first`, () =>
    withHungJob({ ranks, odd }, async (job) => {
      const asRoot = process.getuid?.() === 0 ? ['--allow-run-as-root'] : [];
      const launcher = spawn('mpirun.openmpi', [...asRoot, '--oversubscribe', '-n', String(ranks), '--', ...job.rank], {
        stdio: 'ignore',
      });
      try {
        await job.ready();
        const client = ['--client', 'mpirun.openmpi', ...asRoot.map((word) => `--client-option=${word}`)];
        const groups = await fleetGroups(['--mpirun', 'localhost', ...client, '--match', job.match]);
        expect({ code: groups.code, stderr: groups.stderr }).toEqual({ code: 0, stderr: '' });
        expectOddFirst(groups, { ranks, odd });
        expect(groups.fleet).toEqual({ carrier: 'mpirun', asked: 1, answered: 1, silent: [] });
        const shown = await fleet(['--mpirun', ...client, '--match', job.match]);
        expect(shown.stdout).toMatch(/\n\n1 thread: MainThread of rank 9\n {2}\* The odd one out/);
        const wrong = await fleet(['--mpirun', ...client, '--client-option=--no-such-word']);
        expect(wrong.code).toBe(1);
        expect(wrong.stderr).toContain('--no-such-word');
      } finally {
        await endOf(launcher, 'SIGTERM');
      }
    }));
});
