// How quick, how small and how gentle is it, beside its peers? `npm run bench [-- NAME …]`, a name of `benches` below.
// Tools take turns round by round, so that what else the machine does meets all alike; figures are medians of
// BENCH_ROUNDS (10).
// BENCH_THREADS=1,100 leaves sizes out; BENCH_REALTIME=1 keeps other work out of the pauses.
import { execFileSync, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { floorProgram, measure, withTarget } from './bench-target.mjs';
import { benchCores, CORES } from './cores.mjs';
import { benchSnapshots } from './snapshots.mjs';
import { benchStart } from './start.mjs';
import { findTools, OURS } from './tools.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 10);
const WATCHED_MS = 300;
const PAUSE_COLUMNS = ['longest ms: least', 'quarter', 'median', 'least / floor', 'quarter / floor'];
const SIZES = [
  { threads: 1, depth: 30 },
  { threads: 100, depth: 30 },
  { threads: 1000, depth: 10 },
].filter(({ threads }) => !process.env.BENCH_THREADS || process.env.BENCH_THREADS.split(',').includes(`${threads}`));

const missing = new Set(['', '--native', '--locals'].flatMap((asked) => findTools(asked).missing));
if (missing.size > 0)
  print(`not installed, so not compared: ${[...missing].join(', ')} (PYSTACK_PEERS=/folder/of/programs)`);

const benches = {
  start,
  wall,
  pause,
  running,
  native,
  locals,
  phases,
  snapshots,
  cores,
  'native-cores': nativeCores,
  server,
};
const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
  if (!benches[name]) {
    process.stderr.write(`bench: no ${name}; there are ${Object.keys(benches).join(', ')}\n`);
    process.exit(2);
  }
  await benches[name]();
}

/** What a start costs in each form, and a whole look on three versions of Python: the figures of README and docs/install.md. */
async function start() {
  await benchStart({ rounds: ROUNDS, measure, add, collect, median, exits, table, print });
}

/** Wall time and pause with native frames. */
async function native() {
  await wall('--native');
  await pause('--native');
}

/** The same with the variables of each frame. */
async function locals() {
  await wall('--locals');
  await pause('--locals');
}

/**
 * Threads that run beside a hundred that sleep: ours there, as a ratio to the floor where only those run (at most 2). What
 * else the machine does can only add to a pause, so the quick looks of many tell of the tool, and the slow ones of the
 * machine: the least and the quarter are compared.
 */
async function running() {
  for (const [kind, what] of [
    ['gil', 'contending for the GIL'],
    ['c', 'computing in C without the GIL'],
  ]) {
    for (const count of [1, 4]) {
      const busy = { depth: 30, record: true, running: count, kind };
      const [noise, floor] = await pausesOf({ ...busy, threads: 1 }, [null, (pid) => [floorProgram, `${pid}`]]);
      const ours = ['', '--native', '--locals'].map((asked) => findTools(asked).tools[0]);
      const pauses = await pausesOf(
        { ...busy, threads: 100 },
        ours.map(({ command }) => command),
      );
      print(`\nPause with ${count} more threads ${what}: ours beside 100 that sleep, floor where none sleeps`);
      const rows = [['noise (no tool)', noise], ['floor', floor], ...ours.map(({ name }, n) => [name, pauses[n]])];
      table(
        ['', ...PAUSE_COLUMNS],
        rows.map(([name, runs]) => [name, ...pauseCells(runs, floor)]),
      );
      tellNoise(noise, floor);
    }
  }
}

/** The pauses under each command; null: none. */
async function pausesOf(target, commands) {
  const taken = commands.map(() => []);
  await withTarget(target, async (pid, recorder) => {
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [n, command] of commands.entries()) {
        const gaps = await recorder.during(() => watched(command?.(pid)));
        if (round > 0) taken[n].push(gaps);
      }
    }
  });
  return taken;
}

/** Of the longest pause of each look, beside that of the floor. */
function pauseCells(runs, floor) {
  const values = [0, 0.25, 0.5].map((part) => quantile(runs, part));
  const ratios = [0, 0.25].map((part) => quantile(runs, part) / quantile(floor, part));
  return [...values.map((ms) => ms.toFixed(3)), ...ratios.map((ratio) => ratio.toFixed(2))];
}

function quantile(runs, part) {
  const values = runs.map(({ longestMs }) => longestMs).sort((a, b) => a - b);
  return values[Math.floor((values.length - 1) * part)];
}

/**
 * Runs the command, if any, and waits out the time for which the recorder watches at least: whoever is watched for longer
 * also meets more of what else the machine does, and the floor takes a fiftieth of what the tools take.
 */
async function watched(argv) {
  const end = performance.now() + WATCHED_MS;
  const run = argv ? measure(argv, { aside: true }) : { status: 0 };
  await sleep(Math.max(0, end - performance.now()));
  return run;
}

function tellNoise(noise, floor) {
  if (quantile(noise, 0.25) <= quantile(floor, 0.25) / 2) return;
  print('Too noisy to tell: without any tool it stood still nearly as long. BENCH_REALTIME=1 keeps that out.');
}

async function wall(asked = '') {
  const compared = findTools(asked).tools;
  for (const size of SIZES) {
    await withTarget(size, async (pid) => {
      const taken = collect(compared.map(({ name }) => name));
      for (let round = 0; round <= ROUNDS; round++) {
        for (const { name, command } of compared) add(taken, name, round, measure(command(pid)));
      }
      print(`\nWall, CPU and memory: ${size.threads} threads of ${size.depth} frames`);
      const ours = median(taken.get(compared[0].name), 'wallMs');
      const rows = [...taken].map(([name, runs]) => [
        name,
        ...['wallMs', 'cpuMs', 'peakMiB'].map((key) => median(runs, key).toFixed(1)),
        (ours / median(runs, 'wallMs')).toFixed(2),
        exits(runs),
      ]);
      table(['', 'wall ms', 'CPU ms', 'peak MiB', 'ours / it', 'exit'], rows);
    });
  }
}

async function pause(asked = '') {
  const idle = { name: 'noise (no tool)', command: null };
  const floor = { name: 'floor: stop all, copy, go', command: (pid) => [floorProgram, `${pid}`] };
  for (const size of SIZES) {
    await withTarget({ ...size, record: true }, async (pid, recorder) => {
      const all = [idle, floor, ...findTools(asked).tools];
      const taken = collect(all.map(({ name }) => name));
      for (let round = 0; round <= ROUNDS; round++) {
        for (const { name, command } of all) {
          let run;
          const gaps = await recorder.during(async () => {
            run = await watched(command?.(pid));
          });
          add(taken, name, round, { ...run, ...gaps });
        }
      }
      print(`\nPause, seen from inside a running thread: ${size.threads} threads of ${size.depth} frames`);
      const base = taken.get(floor.name);
      const rows = [...taken].map(([name, runs]) => [
        name,
        ...pauseCells(runs, base),
        median(runs, 'sumMs').toFixed(3),
        exits(runs),
      ]);
      table(['', ...PAUSE_COLUMNS, 'sum ms', 'exit'], rows);
      tellNoise(taken.get(idle.name), base);
    });
  }
}

/** Our own account of where the time goes, from `--json`. */
async function phases() {
  for (const size of SIZES) {
    await withTarget(size, async (pid) => {
      const taken = new Map();
      for (let round = 0; round <= ROUNDS; round++) {
        const text = execFileSync(process.execPath, [OURS, 'remote', '--json', `${pid}`], { maxBuffer: 2 ** 28 });
        const { timings } = JSON.parse(text);
        for (const { phase, ms } of timings) {
          if (!taken.has(phase)) taken.set(phase, []);
          if (round > 0) taken.get(phase).push({ ms });
        }
      }
      print(`\nPhases: ${size.threads} threads of ${size.depth} frames`);
      table(
        ['', 'ms'],
        [...taken].map(([phase, runs]) => [phase, median(runs, 'ms').toFixed(2)]),
      );
    });
  }
}

/** What is kept of a process. */
async function snapshots() {
  await benchSnapshots({ table, print }, SIZES);
}

/** Latency of a server that is looked at; a tenth of the looks that bench/server.mjs makes by itself. */
function server() {
  print('\nA server under load');
  const script = fileURLToPath(new URL('server.mjs', import.meta.url));
  const { status } = spawnSync(process.execPath, [script, '1000'], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 1) process.exitCode = 1;
}

/** Cores instead of processes. */
async function cores() {
  await readCores(false);
}

/** The same with native frames. */
async function nativeCores() {
  await readCores(true);
}

async function readCores(native) {
  const asked = process.env.BENCH_THREADS?.split(',');
  const sizes = CORES.filter(({ threads }) => !asked || asked.includes(`${threads}`));
  await benchCores({ rounds: ROUNDS, measure, add, collect, median, exits, table, print }, sizes, native);
}

function collect(names) {
  return new Map(names.map((name) => [name, []]));
}

/** The first round warms caches and is not counted. */
function add(taken, name, round, run) {
  if (round > 0) taken.get(name).push(run);
}

function median(runs, key) {
  const values = runs.map((run) => run[key]).sort((a, b) => a - b);
  const middle = Math.floor(values.length / 2);
  return values.length % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/** A tool that fails is quick: its figures mean nothing then, and the table has to show it. */
function exits(runs) {
  const failed = runs.filter(({ status }) => status !== 0);
  return failed.length === 0 ? '0' : `${failed.length} of ${runs.length} failed (${failed[0].status})`;
}

function table(head, rows) {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  for (const row of [head, ...rows]) {
    print(
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '),
    );
  }
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
