/**
 * How does a test get a Python process to look at, surely and without leaving it behind? Programs under test/programs
 * print `ready {json}` once everything stands as they say there; each runs in a process group of its own, which is
 * killed when the test is over, however it ends.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { innerTids, outerPid } from './inner-ids.js';
import { type Interpreter, noteCovered } from './interpreters.js';

/** [function, qualname, file, line, endLine, column, endColumn], as Python itself tells. */
export type OracleFrame = [string, string | null, string, number | null, number | null, number | null, number | null];

export interface OracleThread {
  /** null before 3.8. */
  tid: number | null;
  name: string | null;
  main: boolean;
  /** Outermost first. */
  frames: OracleFrame[];
}

/** What follows `ready`. Programs that move or cannot know give no threads. */
export interface Ready {
  /** Some of it goes on. What does not say so, and tells no threads, is handed over once all of it stands still. */
  moves?: boolean;
  /** The process to look at; the started one unless the program forks. */
  pid?: number;
  /** The thread that printed it, about to end. */
  oracle?: number;
  /** Newest first. */
  threads?: OracleThread[] | null;
  [more: string]: unknown;
}

export interface Program {
  /** The process to look at. */
  readonly pid: number;
  readonly interpreter: Interpreter;
  /** Absolute path of the program's file. */
  readonly file: string;
  readonly ready: Ready;
  /** What it wrote to stderr so far. */
  stderr(): string;
  signal(name: NodeJS.Signals): void;
  /** Kills the process and those it started, and waits until it is gone. */
  kill(): Promise<void>;
}

export interface ProgramOptions {
  args?: readonly string[];
  /** Arguments of the interpreter itself, before the program. */
  flags?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** A command that becomes the interpreter, or starts it: `['setpriv', '--reuid=65534', …]`, `['unshare', …]`. */
  through?: readonly string[];
  /** What is started in place of the file itself, as the command in {@link through} will see it. */
  file?: string;
  /** In place of the interpreter's own binary. */
  executable?: string;
  /** Its working directory; default: that of the test run. */
  folder?: string;
  /** ms until `ready` must have come; default: {@link LONG_MS}. */
  readyWithin?: number;
}

/** After that what is waited for will not come, ms: many times what it takes on a machine with twenty for each CPU. */
export const LONG_MS = 100_000;

/** A program said that this Python lacks what it shows (exit status 77). */
export class NotOnThisPython extends Error {
  override readonly name = 'NotOnThisPython';
}

const running = new Set<ChildProcessWithoutNullStreams>();
process.on('exit', () => {
  for (const child of running) killGroup(child);
});

/** Absolute path of a file under test/programs. */
export function programPath(name: string): string {
  return fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
}

/**
 * The file of a program for this Python. For Python 2 that may be one of its own, `name_python2.py`; what has none and
 * says `Python 3 only: why` in its first lines does not run there.
 */
function programFor({ version }: Interpreter, name: string): string {
  const file = programPath(name);
  if (version.major === 3) return file;
  const own = programPath(name.replace(/\.py$/, '_python2.py'));
  if (existsSync(own)) return own;
  const why = existsSync(file) && /^Python 3 only: (.*)$/m.exec(readFileSync(file, 'utf8').slice(0, 1000))?.[1];
  if (why) throw new NotOnThisPython(`${name} is for Python 3 only: ${why}`);
  return file;
}

/**
 * Starts test/programs/`name` and waits until it is ready. Rejects with its stderr when it ends or takes too long,
 * and with {@link NotOnThisPython}. The caller kills it; {@link withProgram} does so by itself.
 */
export async function startProgram(
  interpreter: Interpreter,
  name: string,
  options: ProgramOptions = {},
): Promise<Program> {
  const { args = [], flags = [], environment = {}, through = [], folder, readyWithin = LONG_MS } = options;
  if (flags.includes('-X') && interpreter.version.major < 3) throw new NotOnThisPython('Python 2 has no -X');
  const file = options.file ?? programFor(interpreter, name);
  noteCovered(interpreter);
  const [command = '', ...words] = [...through, options.executable ?? interpreter.executable, ...flags, file, ...args];
  const child = spawn(command, words, {
    detached: true,
    cwd: folder,
    env: { ...withoutPythonVariables(), PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1', ...environment },
  });
  running.add(child);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = async () => {
    killGroup(child);
    await ended;
    running.delete(child);
  };
  try {
    const ready = await readyLine(child, readyWithin, `${name} on ${interpreter.label}`, () => stderr);
    if (child.pid === undefined) throw new Error(`${name} did not start`);
    const told = ready.pid ?? child.pid;
    const pid = through.length === 0 ? told : outerPid(child.pid, told);
    if (ready.oracle !== undefined) await threadGone(pid, ready.oracle, pid !== told);
    if (!ready.threads && !ready.moves) await groupStandsStill(child.pid);
    const signal = (which: NodeJS.Signals) => void process.kill(pid, which);
    return { pid, interpreter, file, ready, stderr: () => stderr, signal, kill };
  } catch (error) {
    await kill();
    throw error;
  }
}

/** Runs `use` with a started program and kills it afterwards, whatever happens. */
export async function withProgram<T>(
  interpreter: Interpreter,
  name: string,
  options: ProgramOptions,
  use: (program: Program) => T | Promise<T>,
): Promise<T> {
  const program = await startProgram(interpreter, name, options);
  try {
    return await use(program);
  } finally {
    await program.kill();
  }
}

/** Waits until `condition` holds; rejects after `withinMs` with what it waited for. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = LONG_MS,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms in vain until ${what}`);
    await sleep(5);
  }
}

/** Waits until every thread of a process sleeps: who has just said that it is ready still has to come to its wait. */
export function untilAllSleep(pid: number): Promise<void> {
  const sleeps = (tid: string) => /\) S [^)]*$/.test(readFileSync(`/proc/${pid}/task/${tid}/stat`, 'latin1'));
  return until(`all threads of ${pid} sleep`, () => readdirSync(`/proc/${pid}/task`).every(sleeps));
}

function readyLine(
  child: ChildProcessWithoutNullStreams,
  withinMs: number,
  what: string,
  stderr: () => string,
): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      reject(new Error(`${what} was not ready within ${withinMs} ms: ${stderr()}`));
    }, withinMs);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const how = `${what} ended (${signal ?? code}) before it was ready: ${stderr()}`;
      reject(code === 77 ? new NotOnThisPython(how) : new Error(how));
    });
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (!chunk.includes('\n')) return;
      const line = Buffer.concat(chunks)
        .toString('utf8')
        .split('\n')
        .find((text) => text.startsWith('ready '));
      if (line === undefined) return;
      clearTimeout(timer);
      resolve(JSON.parse(line.slice('ready '.length)) as Ready);
    });
  });
}

/** `tid`: as the program knows it. The oracle's thread ends after its line; until then it would be one thread more than it said. */
function threadGone(pid: number, tid: number, nested: boolean): Promise<void> {
  const isThere = () => (nested ? innerTids(pid).has(tid) : existsSync(`/proc/${pid}/task/${tid}`));
  return until(`thread ${tid} of ${pid} ended`, () => !isThere());
}

/**
 * Waits until no thread of any process of the group has run for a while. A program that cannot ask where it stands says
 * `ready` when all that it has started is on its way: how long that takes depends on what else the machine does.
 */
async function groupStandsStill(group: number): Promise<void> {
  let same = 0;
  let last: string | null = null;
  await until(`the processes of group ${group} stand still`, async () => {
    const now = runsOf(group);
    same = now !== null && now === last ? same + 1 : 0;
    last = now;
    if (same < 3) await sleep(10);
    return same >= 3;
  });
}

/** How often each thread of the group went to sleep; null: one is awake, or has just come or gone. */
function runsOf(group: number): string | null {
  const runs: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (afterName(`/proc/${pid}/stat`)[2] !== String(group)) continue;
      for (const tid of readdirSync(`/proc/${pid}/task`)) {
        if (/[RD]/.test(afterName(`/proc/${pid}/task/${tid}/stat`)[0] ?? '')) return null;
        const switches = /^voluntary_ctxt_switches:.*$/m.exec(
          readFileSync(`/proc/${pid}/task/${tid}/status`, 'latin1'),
        );
        runs.push(`${tid} ${switches?.[0]}`);
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
      // It has just ended: of the group or not, that is seen the next time.
    }
  }
  return runs.join();
}

/** What follows the name in a file like /proc/1/stat: the state, the parent, the group. */
function afterName(stat: string): string[] {
  const text = readFileSync(stat, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function withoutPythonVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PYTHON')));
}

function killGroup(child: ChildProcessWithoutNullStreams): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: the whole group has ended by itself.
  }
}
