// What does one more thread, frame, mapping or GiB of a core cost? Cores that differ in nothing else are read, a line is
// fitted, and the cost from each size to the next stands beside it: where that rises, it is not linear.
import { hindrance, makeCore, removeCore } from './core-files.mjs';
import { findCoreTools } from './tools.mjs';

const GIB = 1024 ** 3;

/** Each with its sizes, what else the core is like, and what a step of the figures is. */
const GROWTHS = [
  { of: 'thread', per: 1000, sizes: [1, 250, 500, 1000], core: (n) => ({ threads: n, depth: 10 }) },
  { of: 'frame', per: 1000, sizes: [30, 10_000, 30_000, 100_000], core: (n) => ({ threads: 1, depth: n }) },
  {
    of: 'mapping',
    per: 1000,
    sizes: [1000, 10_000, 30_000, 100_000],
    core: (n) => ({ threads: 1, depth: 30, heapBytes: 512 * 1024 ** 2, mappings: n }),
  },
  {
    of: 'sparse GiB',
    per: 1,
    sizes: [1, 5, 20],
    core: (n) => ({ threads: 1, depth: 30, sparseBytes: n * GIB, byKernel: true }),
  },
];

/** `report` is { rounds, measure, table, print }; the least CPU time of all rounds counts, which other work on the machine touches least. */
export async function benchGrowth({ rounds, measure, table, print }, folder) {
  const [ours] = findCoreTools().tools;
  print(`\nGrowth of reading a core: CPU ms at each size, and what is added, the least of ${rounds} rounds`);
  const rows = [];
  for (const { of, per, sizes, core } of GROWTHS) {
    const why = hindrance(core(sizes[0]));
    if (why !== null) {
      print(`not measured by ${of}: ${why}`);
      continue;
    }
    const points = [];
    for (const size of sizes) {
      const made = await makeCore(folder, core(size));
      const runs = Array.from({ length: rounds }, () => measure(ours.command(made.core, made.executable)));
      removeCore(made);
      const failed = runs.find(({ status }) => status !== 0);
      if (failed) print(`by ${of}, at ${size}: exit ${failed.status}`);
      points.push([size, Math.min(...runs.map(({ cpuMs }) => cpuMs))]);
    }
    const steps = points.slice(1).map(([size, ms], i) => ((ms - points[i][1]) / (size - points[i][0])) * per);
    rows.push([
      of,
      points.map(([size, ms]) => `${size}: ${ms.toFixed(0)}`).join('  '),
      (slopeOf(points) * per).toFixed(1),
      steps.map((step) => step.toFixed(1)).join('  '),
      `${per}`,
    ]);
  }
  table(['', 'CPU ms', 'fitted ms', 'from size to size', 'for each'], rows);
}

/** Least squares. */
function slopeOf(points) {
  const mean = (index) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const sum = (of) => points.reduce((total, point) => total + of(point), 0);
  return sum(([size, ms]) => (size - x) * (ms - y)) / sum(([size]) => (size - x) ** 2);
}
