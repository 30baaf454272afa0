/** A real Slurm on this machine: its controller and several of its node daemons on loopback, until the test ends. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './command.js';
import { endOf } from './hung-job.js';
import { until } from './target.js';

/** Why it cannot be run here; null: it can. */
export function slurmMissing(): string | null {
  if (process.getuid?.() !== 0) return "Slurm's daemons need root";
  const absent = ['/usr/sbin/slurmctld', '/usr/sbin/slurmd', '/usr/sbin/munged', '/usr/bin/srun'].filter(
    (path) => !existsSync(path),
  );
  return absent.length === 0 ? null : `not installed: ${absent.join(', ')} (slurm-wlm, munge)`;
}

export interface Slurm {
  /** What its commands need. */
  readonly environment: Readonly<Record<string, string>>;
  readonly nodes: readonly string[];
}

/** Nodes are called d1, d2 … */
export async function withSlurm<T>(count: number, body: (slurm: Slurm) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pystack-slurm-'));
  const nodes = Array.from({ length: count }, (_, i) => `d${i + 1}`);
  const environment = { SLURM_CONF: join(folder, 'slurm.conf') };
  const munge = join(folder, 'munge');
  for (const name of ['control', 'munge', ...nodes]) mkdirSync(join(folder, name));
  execFileSync('chmod', ['755', folder]);
  execFileSync('dd', ['if=/dev/urandom', `of=${munge}/key`, 'bs=128', 'count=1'], { stdio: 'ignore' });
  execFileSync('chmod', ['400', `${munge}/key`]);
  writeFileSync(environment.SLURM_CONF, configuration(folder, nodes));
  const started = [
    spawn(
      'munged',
      [
        '--foreground',
        '--force',
        `--key-file=${munge}/key`,
        `--socket=${munge}/socket`,
        `--pid-file=${munge}/pid`,
        `--log-file=${munge}/log`,
        `--seed-file=${munge}/seed`,
      ],
      { stdio: 'ignore' },
    ),
  ];
  try {
    await until('munged listens', () => existsSync(`${munge}/socket`));
    const env = { ...process.env, ...environment };
    started.push(spawn('slurmctld', ['-D'], { stdio: 'ignore', env }));
    for (const node of nodes) started.push(spawn('slurmd', ['-D', '-N', node], { stdio: 'ignore', env }));
    const idle = async () => {
      const { stdout } = await runCommand('sinfo', ['--noheader', '--states=idle', '--format=%D'], environment);
      return stdout.trim() === String(count);
    };
    await until('all nodes are idle', idle);
    return await body({ environment, nodes });
  } finally {
    await runCommand('scancel', ['--user=root', '--signal=KILL'], environment).catch(() => {});
    for (const child of started.reverse()) await endOf(child, 'SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
}

function configuration(folder: string, nodes: readonly string[]): string {
  const host = hostname().split('.')[0];
  const first = 27000 + (process.pid % 1000) * 8;
  return [
    'ClusterName=here',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${first}`,
    'SlurmUser=root',
    'SlurmdUser=root',
    'AuthType=auth/munge',
    `AuthInfo=socket=${folder}/munge/socket`,
    `StateSaveLocation=${folder}/control`,
    `SlurmdSpoolDir=${folder}/%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd-%n.pid`,
    `SlurmctldLogFile=${folder}/slurmctld.log`,
    `SlurmdLogFile=${folder}/slurmd-%n.log`,
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_CPU',
    'SwitchType=switch/none',
    'MpiDefault=none',
    'ReturnToService=2',
    `NodeName=d[1-${nodes.length}] NodeHostname=${host} NodeAddr=127.0.0.1 Port=[${first + 1}-${first + nodes.length}] CPUs=2 State=UNKNOWN`,
    'PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=YES:64',
    '',
  ].join('\n');
}
