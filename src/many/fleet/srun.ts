/** How does Slurm carry it? A step beside those of a running job, with one task on each of its nodes. */
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { PystackError } from '../../errors.js';
import type { Ask, FleetRequest, Plan } from './model.js';
import { collectWords, copiedWords } from './remote-words.js';
import { labelledLines } from './sorters.js';

/** Throws PystackError `usage`, `engine-not-found`, `engine-failed`. */
export async function srunPlan(request: FleetRequest, ask: Ask): Promise<Plan> {
  const job = request.where ?? '';
  if (!/^\d+(?:[_+]\d+)?$/.test(job)) {
    throw new PystackError('usage', `--srun needs the id of a job, not '${job}'`, {
      cause: 'Slurm numbers its jobs.',
      nextStep: 'list them with: squeue --me',
    });
  }
  const client = request.client ?? 'srun';
  const nodes = await nodesOf(job, client, ask);
  const copy = request.send === null ? null : `/tmp/pystack.${randomBytes(8).toString('hex')}`;
  const options = [
    '--overlap',
    `--jobid=${job}`,
    `--nodes=${nodes.length}`,
    `--ntasks=${nodes.length}`,
    '--ntasks-per-node=1',
    '--distribution=block',
    '--label',
    '--input=none',
    '--kill-on-bad-exit=0',
  ];
  const words = copy === null ? collectWords(request) : copiedWords(copy, request);
  return {
    before:
      copy === null
        ? []
        : [
            {
              program: besides(client, 'sbcast'),
              args: ['--force', '--preserve', `--jobid=${job}`, request.send ?? '', copy],
              stdin: null,
            },
          ],
    calls: [
      {
        program: client,
        args: [...options, ...request.clientOptions, '--', ...words],
        stdin: null,
        hosts: nodes,
        // A task's number is that of its node in the job.
        sorter: () => labelledLines(/^ *(\d+): /, (task) => nodes[Number(task)] ?? null),
      },
    ],
  };
}

/** What belongs to the same installation. */
function besides(client: string, program: string): string {
  return client.includes('/') ? join(dirname(client), program) : program;
}

async function nodesOf(job: string, client: string, ask: Ask): Promise<string[]> {
  const told = await ask(besides(client, 'squeue'), ['--noheader', `--jobs=${job}`, '--format=%N']);
  const list = told.split('\n')[0]?.trim() ?? '';
  if (!/^[\w.,[\]-]+$/.test(list)) {
    throw new PystackError('engine-failed', `job ${job} runs on no node`, {
      cause: told.trim() === '' ? 'It waits, or has ended.' : `squeue says: ${told.slice(0, 200)}`,
      nextStep: 'list what runs with: squeue --states=RUNNING',
    });
  }
  const names = await ask(besides(client, 'scontrol'), ['show', 'hostnames', list]);
  return names.split('\n').filter((name) => name !== '');
}
