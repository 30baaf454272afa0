// How quick and how small is reading a core, beside its peers? The cores are made on the spot, into a folder that goes away
// with this run: one thread, many, very many, a large heap, a sparse one, and more mappings than a process may have. They
// take some gigabytes meanwhile.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hindrance, makeCore, removeCore } from './core-files.mjs';
import { benchGrowth } from './core-growth.mjs';
import { findCoreTools } from './tools.mjs';

const GIB = 1024 ** 3;

export const CORES = [
  { name: '1 thread of 30 frames', threads: 1, depth: 30 },
  { name: '100 threads of 30 frames', threads: 100, depth: 30 },
  { name: '1000 threads of 10 frames', threads: 1000, depth: 10 },
  { name: '1 thread, a heap of 2 GiB', threads: 1, depth: 30, heapBytes: 2 * GIB },
  { name: '1 thread, 20 GiB mapped and hardly used', threads: 1, depth: 30, sparseBytes: 20 * GIB, byKernel: true },
  { name: '1 thread, 100,000 mappings', threads: 1, depth: 30, heapBytes: GIB / 2, mappings: 100_000 },
];

/**
 * Runs the benches; `report` is { rounds, measure, add, collect, median, exits, table, print }. With `native`, of native
 * frames too.
 */
export async function benchCores(report, sizes = CORES, native = false) {
  const { tools, missing } = findCoreTools(native ? '--native' : undefined);
  const folder = mkdtempSync(join(tmpdir(), 'pystack-bench-cores-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    for (const size of sizes) {
      const why = hindrance(size);
      if (why !== null) {
        report.print(`\nCore not measured: ${size.name}: ${why}`);
        continue;
      }
      const made = await makeCore(folder, size);
      await compare({ ...size, ...made, native }, tools, missing, report);
      removeCore(made);
    }
    if (!native && sizes.length === CORES.length) await benchGrowth(report, folder);
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
    `\nCore${native ? ' with native frames' : ''}: ${name}, ${(statSync(core).size / 2 ** 20).toFixed(0)} MiB`,
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
