/** A job that hangs: all ranks but one stand at a barrier. What its launcher is, the test says. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyInterpreter } from './interpreters.js';
import { programPath, until } from './target.js';

export interface HungJob {
  /** What each rank is started with. */
  readonly rank: readonly string[];
  /** A regular expression that only their command lines match. */
  readonly match: string;
  /** Resolves once all ranks are where they stay. */
  readonly ready: () => Promise<void>;
}

/** Makes the job's folder, runs `body`, and removes it. Ranks end by themselves five minutes later at the latest. */
export async function withHungJob<T>(
  { ranks, odd, marks = ranks - 1 }: { ranks: number; odd: number; marks?: number },
  body: (job: HungJob) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pystack-hung-job-'));
  execFileSync('mkfifo', [join(folder, 'gate'), join(folder, 'shard')]);
  const arrived = () => readdirSync(folder).filter((name) => name.startsWith('rank-') || name === 'loading').length;
  try {
    return await body({
      rank: [anyInterpreter().executable, programPath('barrier_rank.py'), folder, String(odd)],
      match: `barrier_rank\\.py ${folder}`,
      ready: () => until(`${marks + 1} ranks are where they stay`, () => arrived() === marks + 1),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ranks without a launcher: as plain processes that say their rank themselves. */
export async function withPlainRanks<T>(
  job: HungJob,
  ranks: readonly number[],
  size: number,
  body: () => Promise<T>,
): Promise<T> {
  const [python = '', ...args] = job.rank;
  const children = ranks.map((rank) =>
    spawn(python, args, {
      env: { ...process.env, RANK: String(rank), WORLD_SIZE: String(size) },
      stdio: 'ignore',
    }),
  );
  try {
    await job.ready();
    return await body();
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

/** Ends what was started, and waits until it has. */
export async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill(signal);
  const kill = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(kill);
}
