/** Does it come through a real Slurm: a step on all nodes of a job that hangs, beside the steps that hang? */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PYSTACK, RUNNER, runCommand } from '../support/command.js';
import { slurmMissing, withSlurm } from '../support/engine-slurm.js';
import { expectOddFirst, fleet, fleetGroups } from '../support/fleet.js';
import { endOf, withHungJob } from '../support/hung-job.js';

const missing = slurmMissing();
const title = missing === null ? 'through Slurm' : `through Slurm (left out: ${missing})`;
const ranks = 16;
const odd = 11;

describe.skipIf(missing !== null)(title, () => {
  test('a job of four nodes: the odd one first, sent along or not; and no job', () =>
    withSlurm(4, ({ environment, nodes }) =>
      withHungJob({ ranks, odd }, async (job) => {
        const launcher = spawn(
          'srun',
          ['--nodes=4', `--ntasks=${ranks}`, '--overcommit', '--job-name=hung', ...job.rank],
          { env: { ...process.env, ...environment }, stdio: 'ignore' },
        );
        try {
          await job.ready();
          const { stdout } = await runCommand('squeue', ['--noheader', '--name=hung', '--format=%A'], environment);
          const id = stdout.trim();
          const groups = await fleetGroups(['--srun', id], environment);
          expect({ code: groups.code, stderr: groups.stderr }).toEqual({ code: 0, stderr: '' });
          expectOddFirst(groups, { ranks, odd });
          expect(groups.fleet).toEqual({ carrier: 'srun', asked: nodes.length, answered: nodes.length, silent: [] });
          expect(groups.jobs[0]?.id).toBe(`${id}.0`);

          const folder = mkdtempSync(join(tmpdir(), 'pystack-fleet-slurm-'));
          try {
            const file = join(folder, 'file');
            writeFileSync(file, `#!/bin/sh\nexec '${RUNNER}' '${PYSTACK}' "$@"\n`);
            chmodSync(file, 0o755);
            const before = readdirSync('/tmp').filter((name) => name.startsWith('pystack.'));
            const sent = await fleetGroups(['--srun', id, '--send', file], environment);
            expectOddFirst(sent, { ranks, odd });
            expect(sent.fleet?.answered).toBeGreaterThan(0);
            expect(readdirSync('/tmp').filter((name) => name.startsWith('pystack.'))).toEqual(before);
          } finally {
            rmSync(folder, { recursive: true });
          }

          const none = await fleet(['--srun', '999999'], environment);
          expect(none.code, none.stderr).toBe(1);
          expect(none.stderr).toMatch(/Invalid job id|runs on no node/);
        } finally {
          await endOf(launcher, 'SIGTERM');
        }
      }),
    ));
});
