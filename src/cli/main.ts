/** Where does the program begin? The only place that touches the process: its arguments, streams and exit code. */
import { fstatSync, readFileSync } from 'node:fs';
import { decodeBytes } from '../memory/byte-text.js';
import { sinkOf } from './output.js';
import { reportError, run } from './run.js';
import { viewBefore } from './view.js';
import { Interrupted, type World } from './world.js';

/** Of /dev/null and the like: https://www.kernel.org/doc/html/latest/admin-guide/devices.html */
const MEMORY_DEVICES = 1;

/** Whether a descriptor is a terminal. node:tty drags in the streams and sockets (3 ms), so first the cheap questions. */
async function isTerminal(fd: number): Promise<boolean> {
  try {
    const stat = fstatSync(fd);
    const mayBe = stat.isCharacterDevice() && Math.floor(stat.rdev / 0x100) !== MEMORY_DEVICES;
    return mayBe && (await import('node:tty')).isatty(fd);
  } catch {
    // A closed descriptor is no terminal.
    return false;
  }
}

const world: World = {
  stdout: sinkOf(1),
  stderr: sinkOf(2),
  stdoutIsTerminal: () => isTerminal(1),
  stderrIsTerminal: () => isTerminal(2),
  columns: () => process.stdout.columns ?? null,
  rows: () => process.stdout.rows ?? null,
  env: process.env,
  // Counted from the start of the process, so that Node's own start is in it; `performance` would cost 1 ms to load.
  now: () => process.uptime() * 1000,
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  peakMemoryMiB: () => process.resourceUsage().maxRSS / 1024,
  interruption,
  pid: process.pid,
  platform: () => `${runtimeName()}, ${process.platform} ${process.arch}, kernel ${kernelRelease()}`,
};

/** What we were called with. Node writes U+FFFD for bytes that are no UTF-8, and a path would be another. */
function ownArguments(): string[] {
  const given = process.argv.slice(2);
  if (given.length === 0 || !given.some((word) => word.includes('\ufffd'))) return given;
  try {
    const words = decodeBytes(readFileSync('/proc/self/cmdline')).replace(/\0$/, '').split('\0');
    return words.slice(-given.length);
  } catch {
    // Without /proc there is nothing better.
    return given;
  }
}

let interruptedBy: NodeJS.Signals | null = null;

function interruption(): AbortSignal {
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // The second one ends the program at once, as if nobody listened.
    process.once(name, () => {
      interruptedBy = name;
      abort.abort(new Interrupted(`ended by ${name}`));
    });
  }
  // A limit on the size of files (ulimit -f) then is an error of the write, and what was begun can be removed.
  process.on('SIGXFSZ', () => {});
  return abort.signal;
}

/** So that whoever started this sees that it ended by the signal, not by itself. */
function leave(code: number): void {
  if (interruptedBy !== null) {
    process.removeAllListeners(interruptedBy);
    process.kill(process.pid, interruptedBy);
    return;
  }
  // Nothing after it: scripts/write-code-cache.cjs goes on from here.
  process.exit(code);
}

/** The one file runs on Bun, which calls itself a Node.js as well. */
function runtimeName(): string {
  const bun = process.versions['bun'];
  return bun === undefined ? `Node.js ${process.version}` : `Bun ${bun}`;
}

function kernelRelease(): string {
  try {
    return readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

// What is thrown outside of the run (a stray callback) is told like everything else, not as Node would.
const lastResort = async (thrown: unknown) => {
  process.exit(await reportError(thrown, viewBefore(process.argv), world));
};
process.on('uncaughtException', lastResort);
process.on('unhandledRejection', lastResort);

// Everything is written synchronously: nothing can be lost by leaving at once.
run(ownArguments(), world).then(leave);
