// How quick and how small is reading a core, beside its peers? The cores are made on the spot with gcore, into a folder
// that goes away with this run: one thread, many, very many, and a large heap. They take some gigabytes meanwhile.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readlinkSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCoreTools, findProgram, PYTHON } from './tools.mjs';

const HEAP_BYTES = 2 * 1024 ** 3;

export const CORES = [
  { name: '1 thread of 30 frames', threads: 1, depth: 30 },
  { name: '100 threads of 30 frames', threads: 100, depth: 30 },
  { name: '1000 threads of 10 frames', threads: 1000, depth: 10 },
  { name: `1 thread, a heap of ${HEAP_BYTES / 1024 ** 3} GiB`, threads: 1, depth: 30, heapBytes: HEAP_BYTES },
];

/**
 * Runs the benches; `report` is { rounds, measure, add, collect, median, exits, table, print }. With `native`, of native
 * frames too.
 */
export async function benchCores(report, sizes = CORES, native = false) {
  const { tools, missing } = findCoreTools(native ? '--native' : undefined);
  const gcore = findProgram('gcore');
  if (!gcore) return report.print('\nCores: not measured, for there is no gcore to make them (it comes with gdb)');
  const folder = mkdtempSync(join(tmpdir(), 'pystack-bench-cores-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    for (const size of sizes) {
      const { core, executable } = await makeCore(gcore, folder, size);
      await compare({ ...size, core, executable, native }, tools, missing, report);
      rmSync(core);
    }
  } finally {
    remove();
    process.removeListener('exit', remove);
  }
  if (missing.length > 0)
    report.print(`\nCores: not compared, for they are not there: ${[...new Set(missing)].join(', ')}`);
}

async function compare({ name, core, executable, native }, tools, missing, report) {
  const usable = tools.filter(({ name: tool, needs, command }) => {
    if (needs === undefined || says(command(core, executable), needs)) return true;
    missing.push(`${tool} (it shows no Python for ${executable})`);
    return false;
  });
  const taken = report.collect(usable.map((tool) => tool.name));
  for (let round = 0; round <= report.rounds; round++) {
    for (const tool of usable) report.add(taken, tool.name, round, report.measure(tool.command(core, executable)));
  }
  report.print(
    `\nCore (gcore)${native ? ' with native frames' : ''}: ${name}, ${(statSync(core).size / 2 ** 20).toFixed(0)} MiB`,
  );
  const ours = report.median(taken.get(usable[0].name), 'wallMs');
  const rows = [...taken].map(([tool, runs]) => [
    tool,
    ...['wallMs', 'cpuMs', 'peakMiB'].map((key) => report.median(runs, key).toFixed(1)),
    (report.median(runs, 'wallMs') / ours).toFixed(2),
    report.exits(runs),
  ]);
  report.table(['', 'wall ms', 'CPU ms', 'peak MiB', 'it / ours', 'exit'], rows);
}

/** Starts the target, has its core written, ends it. */
async function makeCore(gcore, folder, { threads, depth, heapBytes = 0 }) {
  const target = fileURLToPath(new URL('target.py', import.meta.url));
  const child = spawn(PYTHON, [target, `${threads}`, `${depth}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BENCH_HEAP: `${heapBytes}` },
  });
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  try {
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('the target ended before it was ready')));
    ended.catch(() => {});
    await Promise.race([once(child.stdout, 'data'), ended]);
    const executable = readlinkSync(`/proc/${child.pid}/exe`);
    execFileSync(gcore, ['-o', join(folder, 'gcore'), `${child.pid}`], { stdio: 'ignore' });
    const core = join(folder, 'core');
    renameSync(join(folder, `gcore.${child.pid}`), core);
    return { core, executable };
  } finally {
    stop();
    process.removeListener('exit', stop);
  }
}

/** Whether the command prints something like that. */
function says([program, ...args], pattern) {
  try {
    return pattern.test(
      execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 28 }),
    );
  } catch {
    return false;
  }
}
