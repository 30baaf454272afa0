// The process that is measured on, and what measures: the C parts are compiled into a folder of this run.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { availableParallelism, constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PYTHON } from './tools.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pystack-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

const compile = (source, output, ...flags) => {
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', ...flags, here(source), '-o', join(folder, output)]);
  return join(folder, output);
};
export const floorProgram = compile('floor.c', 'floor');
const runner = compile('runner.c', 'runner');
const recorderLibrary = compile('gap_recorder.c', 'gap_recorder.so', '-shared', '-fPIC');

/** The recorder has one CPU for itself where there is more than one. */
const recorderCpu = availableParallelism() > 1 ? availableParallelism() - 1 : -1;

/**
 * BENCH_REALTIME=1: recorder and tools before all else that wants a CPU (needs the right). Else other work on the machine
 * shows as standstill. It takes the machine from everybody else meanwhile, so it is not the default. Of a tool that takes
 * longer than half a second it measures the kernel instead, which gives ordinary work 50 ms of every second.
 */
const realtime = process.env.BENCH_REALTIME === '1';
// The other threads of a target have to run as well to be stopped: before all ordinary work, and so does this driver.
if (realtime) setPriority(constants.priority.PRIORITY_HIGHEST);

/** What a shell may have set for Node's sake would be measured as well (an extra CA file costs 30 ms a start). */
const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...environment } = process.env;

/** Runs a command and tells { wallMs, cpuMs, peakMiB, status }; `aside` keeps it off the recorder's CPU. */
export function measure(argv, { aside = false } = {}) {
  const args = [`${aside ? recorderCpu : -1}`, aside && realtime ? '10' : '0', ...argv];
  const [wallNs, cpuNs, peakKiB, status] = execFileSync(runner, args, { encoding: 'utf8', env: environment })
    .split(' ')
    .map(Number);
  return { wallMs: wallNs / 1e6, cpuMs: cpuNs / 1e6, peakMiB: peakKiB / 1024, status };
}

/**
 * Runs `use` with a started target; `record` puts the gap recorder into it. `running`: how many more threads run all the
 * time, contending for the GIL (`kind` gil) or computing without it (c). `python`: what it runs on.
 */
export async function withTarget({ threads, depth, record = false, running = 0, kind = 'gil', python = PYTHON }, use) {
  const control = join(folder, 'control');
  writeFileSync(control, Buffer.alloc(4096));
  const args = [here('target.py'), `${threads}`, `${depth}`];
  if (record) args.push(recorderLibrary, control, `${recorderCpu}`, realtime ? '50' : '0');
  const child = spawn(python, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BENCH_RUNNING: `${running} ${kind}` },
  });
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  try {
    const ended = once(child, 'exit').then(() => {
      throw new Error('the target ended before it was ready');
    });
    ended.catch(() => {});
    await Promise.race([once(child.stdout, 'data'), ended]);
    const recorder = record ? new Recorder(control) : null;
    await use(child.pid, recorder);
    recorder?.close();
  } finally {
    stop();
    process.removeListener('exit', stop);
  }
}

/** The driver's side of gap_recorder.c. */
class Recorder {
  #fd;
  #order = 0n;

  constructor(path) {
    this.#fd = openSync(path, 'r+');
  }

  /** The longest and the summed standstill while `action` ran, ms. */
  async during(action) {
    await this.#command();
    await action();
    await this.#command();
    return { longestMs: Number(this.#word(2)) / 1e6, sumMs: Number(this.#word(3)) / 1e6 };
  }

  close() {
    closeSync(this.#fd);
  }

  async #command() {
    const word = Buffer.alloc(8);
    word.writeBigUInt64LE(++this.#order);
    writeSync(this.#fd, word, 0, 8, 0);
    while (this.#word(1) !== this.#order) await sleep(1);
  }

  #word(index) {
    const word = Buffer.alloc(8);
    readSync(this.#fd, word, 0, 8, index * 8);
    return word.readBigUInt64LE();
  }
}
