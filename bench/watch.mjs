// What does watching cost, and does what is watched notice?
//   node bench/watch.mjs blocked [THREADS=100] [EVERY=100ms] [SECONDS=30]   threads that all wait: the cost by both accounts
//   node bench/watch.mjs peers [THREADS=160] [SECONDS=20]                   beside py-spy record and profiling.sampling, in turns
//   node bench/watch.mjs server [MINUTES=60] [CONNECTIONS=4]                a gunicorn under load: growth, failures, cost
// Peers are those on the PATH (PYTHON for the one of 3.15); which were not found is told.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { measure, withTarget } from './bench-target.mjs';
import { fail, load, requireServer, startServer } from './gunicorn.mjs';
import { OURS, PYTHON } from './tools.mjs';

const [what = 'blocked', ...given] = process.argv.slice(2);
const parts = { blocked, peers, server };
if (!parts[what]) fail(`no ${what}; there are ${Object.keys(parts).join(', ')}`);
await parts[what](...given);

async function blocked(threads = 100, every = '100ms', seconds = 30) {
  await withTarget({ threads: Number(threads), depth: 20 }, async (pid) => {
    const child = spawn(process.execPath, [
      OURS,
      'watch',
      '--json',
      '--every',
      every,
      '--for',
      `${seconds}s`,
      `${pid}`,
    ]);
    const [text, kernel] = await Promise.all([textOf(child), kernelShare(child, Number(seconds))]);
    const { looks, cost, firstLookMs, processes } = JSON.parse(text);
    const { unmoved, stoppedThreads } = processes[0];
    print(
      `${threads} threads, every ${every}: ${looks} looks, ${unmoved} read nothing, ${stoppedThreads} threads stopped`,
    );
    print(
      `  by its own account ${percent(cost)} of a CPU, and ${firstLookMs.toFixed(0)} ms to begin; by the kernel's ${percent(kernel)}`,
    );
  });
}

async function peers(threads = 160, seconds = 20) {
  await withTarget({ threads: Number(threads), depth: 20 }, async (pid) => {
    const tools = {
      'ours, every 1 s': [process.execPath, OURS, 'watch', '--json', '--for', `${seconds}s`, `${pid}`],
      'ours, every 100 ms': [
        process.execPath,
        OURS,
        'watch',
        '--json',
        '--every',
        '100ms',
        '--for',
        `${seconds}s`,
        `${pid}`,
      ],
      'py-spy record, 10 a second': [
        'py-spy',
        'record',
        '-r',
        '10',
        '-d',
        `${seconds}`,
        '-t',
        '--idle',
        '-f',
        'raw',
        '-o',
        '/dev/stdout',
        '-p',
        `${pid}`,
      ],
      'profiling.sampling, 10 a second': [
        PYTHON,
        '-m',
        'profiling.sampling',
        'attach',
        '-r',
        '10',
        '-d',
        `${seconds}`,
        '--collapsed',
        '-a',
        `${pid}`,
      ],
    };
    for (const [name, command] of Object.entries(tools)) {
      if (!isThere(name, command)) {
        print(`${name}: not here`);
        continue;
      }
      const { cpuMs, peakMiB, status } = measure(command);
      print(
        `${name}: ${percent(cpuMs / 1000 / Number(seconds))} of a CPU, ${peakMiB.toFixed(0)} MiB${status === 0 ? '' : `, exit ${status}`}`,
      );
    }
  });
}

async function server(minutes = 60, connections = 4) {
  requireServer();
  const worker = await startServer();
  const args = [OURS, 'watch', '--json', '--for', `${minutes}m`, `${worker.pid}`];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const memory = [];
  const sampling = (async () => {
    await sleep(Math.min(60_000, Number(minutes) * 15_000));
    while (child.exitCode === null) {
      memory.push(statusOf(child.pid));
      await sleep(Math.max(1000, Number(minutes) * 1000));
    }
  })();
  const { requests, failed, result } = await load(worker, connections, textOf(child));
  await sampling;
  const { looks, cost, processes } = JSON.parse(result);
  const { verdict, stoppedThreads, longestPauseMs, error } = processes[0];
  const [first, last] = [memory[0], memory.at(-1)];
  print(`${looks} looks in ${minutes} min at a server: ${percent(cost)} of a CPU; verdict ${verdict}, error ${error}`);
  print(`  memory ${first.rssMiB} -> ${last.rssMiB} MiB, descriptors ${first.descriptors} -> ${last.descriptors}`);
  print(
    `  ${(stoppedThreads / looks).toFixed(2)} threads stopped a look, the longest for ${longestPauseMs.toFixed(2)} ms`,
  );
  print(`  ${requests} requests, ${failed} failed`);
  process.exit(failed > 0 || error !== null ? 1 : 0);
}

async function textOf(child) {
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) fail(`pystack watch ended with ${code}`);
  return text;
}

/** CPU time over wall time of a child, from its second second on until shortly before its end, as the kernel counts it. */
async function kernelShare({ pid }, seconds) {
  await sleep(2000);
  const [from, begun] = [cpuSeconds(pid), performance.now()];
  await sleep((seconds - 3) * 1000);
  return (cpuSeconds(pid) - from) / ((performance.now() - begun) / 1000);
}

/** utime and stime of /proc/<pid>/stat: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function cpuSeconds(pid) {
  const ticks = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (ticks[0] + ticks[1]) / Number(execFileSync('getconf', ['CLK_TCK']));
}

function statusOf(pid) {
  const kib = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0;
  const descriptors = execFileSync('ls', [`/proc/${pid}/fd`], { encoding: 'utf8' })
    .trim()
    .split('\n').length;
  return { rssMiB: Math.round(Number(kib) / 1024), descriptors };
}

function isThere(name, [program, ...args]) {
  if (name.startsWith('profiling')) return spawnSync(program, ['-c', 'import profiling.sampling']).status === 0;
  return !spawnSync(program, program === process.execPath ? [args[0], '--version'] : ['--version']).error;
}

function percent(share) {
  return `${(share * 100).toFixed(2)} %`;
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
