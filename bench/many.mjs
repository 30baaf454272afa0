// A thousand real processes, one of them elsewhere: how long, how much memory, how many lines to read, beside py-spy one by
// one and py-spy --subprocesses, in one run.
//
//   node bench/many.mjs [PROCESSES]       default: 1000
//   PYTHON=python3 PYSPY=py-spy           the interpreter, and the peer (left out where it is not there)
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const count = Number(process.argv[2] ?? 1000);
const PYTHON = process.env.PYTHON ?? 'python3';
const PYSPY = process.env.PYSPY ?? 'py-spy';
const ODD = Math.floor(count / 2);

/** One parent that starts all: that is what --subprocesses needs. */
const PARENT = `
import os, subprocess, sys, time
program, count = sys.argv[1], int(sys.argv[2])
ranks = [subprocess.Popen([sys.executable, program], env=dict(os.environ, RANK=str(rank), WORLD_SIZE=str(count)),
         stdout=subprocess.PIPE) for rank in range(count)]
for rank in ranks: rank.stdout.readline()
print(' '.join(str(rank.pid) for rank in ranks), flush=True)
time.sleep(3600)
`;

/** Runs it to the end: seconds, CPU seconds, peak memory, lines on stdout. */
function measured(command, args) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let [peakKiB, ticks] = [0, 0];
    const timer = setInterval(() => {
      try {
        peakKiB = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peakKiB);
        const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
        ticks = Number(fields[11]) + Number(fields[12]);
      } catch {
        // It has ended.
      }
    }, 20);
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.resume();
    child.once('error', reject);
    child.once('close', (code) => {
      clearInterval(timer);
      const seconds = (performance.now() - started) / 1000;
      resolve({ code, stdout, seconds, cpu: ticks / 100, mib: peakKiB / 1024, lines: stdout.split('\n').length - 1 });
    });
  });
}

const show = (what, { code, seconds, cpu, mib, lines }, note = '') =>
  console.log(
    `${what.padEnd(44)} ${seconds.toFixed(1).padStart(6)} s  CPU ${cpu.toFixed(1).padStart(5)} s ` +
      `${mib.toFixed(0).padStart(5)} MiB ${String(lines).padStart(7)} lines  exit ${code} ${note}`,
  );

const parent = spawn(PYTHON, ['-c', PARENT, path('test/programs/rank.py'), String(count)], {
  env: { ...process.env, RANK_ODD: String(ODD) },
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
try {
  const pids = await new Promise((resolve) =>
    parent.stdout.setEncoding('utf8').once('data', (line) => resolve(line.trim().split(' '))),
  );
  console.log(`${pids.length} processes of two threads, rank ${ODD} elsewhere`);
  const pystack = (...args) => measured(process.execPath, [path('bin/pystack'), ...args]);
  const groups = await pystack('remote', '--group', ...pids);
  const first = /\n\n(.*)\n/.exec(groups.stdout)?.[1] ?? '';
  show('pystack remote --group', groups, `first: ${first}`);
  show('pystack remote --group --children', await pystack('remote', '--group', '--children', String(parent.pid)));
  show('pystack remote --jsonl', await pystack('remote', '--jsonl', ...pids));
  const collected = await pystack('collect', ...pids);
  show('pystack collect', collected, `${collected.stdout.length} bytes`);
  if (spawnSync(PYSPY, ['--version']).status === 0) {
    const loop = 'for pid in "$@"; do "$0" dump --pid $pid; done';
    show('py-spy dump, one by one', await measured('sh', ['-c', loop, PYSPY, ...pids]), '(CPU, MiB: of the shell)');
    show('py-spy dump --subprocesses', await measured(PYSPY, ['dump', '--subprocesses', '--pid', String(parent.pid)]));
  } else console.log(`${PYSPY} is not there`);
} finally {
  process.kill(-parent.pid, 'SIGKILL');
}
