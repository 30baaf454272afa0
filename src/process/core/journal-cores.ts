/**
 * Which cores does systemd keep in its journal, and how is one had? Where `Storage=journal` is set they are no files, and
 * only `coredumpctl` gives them out. https://www.freedesktop.org/software/systemd/man/latest/coredumpctl.html
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { ByteSource } from '../../elf/byte-source.js';
import { openFileSource } from '../../elf/file-source.js';
import { PystackError } from '../../errors.js';
import { openScratch } from './unpack.js';

export const COREDUMPCTL = 'coredumpctl';

export interface JournalCore {
  readonly pid: number;
  /** Path of the program, else its name. */
  readonly program: string;
  /** When it was noted, microseconds since the epoch. */
  readonly time: number;
}

/** Longest time a list is waited for: a journal of gigabytes takes seconds. */
const LIST_MS = 30_000;
const MAX_LIST_BYTES = 64 * 1024 * 1024;

/**
 * The cores in the journal, newest first; of several of one process id and program the newest, as the others are not given
 * out. Empty where systemd has no such program, or one from before 248, which does not list as JSON.
 */
export function journalCores(coredumpctl = COREDUMPCTL): JournalCore[] {
  const { status, stdout } = spawnSync(coredumpctl, ['--quiet', '--no-pager', '--json=short', 'list'], {
    encoding: 'utf8',
    timeout: LIST_MS,
    maxBuffer: MAX_LIST_BYTES,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // 1: there are none. No status: there is no such program, or it did not come to an end.
  return status === 0 ? decodeList(stdout) : [];
}

/** Decodes `coredumpctl --json=short list`; what is not as documented is left out. */
export function decodeList(text: string): JournalCore[] {
  const cores = new Map<string, JournalCore>();
  for (const entry of entriesOf(text)) {
    const { time, pid, exe, corefile, size } = entry;
    if (typeof time !== 'number' || typeof pid !== 'number' || typeof exe !== 'string') continue;
    // A file's size is told, and whether it was cut; the journal's is not.
    if (corefile !== 'journal' && !(corefile === 'truncated' && size === null)) continue;
    const known = cores.get(`${pid} ${exe}`);
    if (!known || known.time < time) cores.set(`${pid} ${exe}`, { pid, program: exe, time });
  }
  return [...cores.values()].sort((a, b) => b.time - a.time);
}

function entriesOf(text: string): Record<string, unknown>[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((entry) => typeof entry === 'object' && entry !== null) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** How a person would ask for it: the name under which it is shown. */
export function nameOf({ pid, program }: JournalCore): string {
  return `core of process ${pid} (${program.slice(program.lastIndexOf('/') + 1)}) in the journal`;
}

/**
 * The core, taken out of the journal into a temporary file without a name in one of `folders`. Rejects with PystackError
 * `file-unreadable`, or `decompression` where no file can be made.
 */
export async function takeOut(
  core: JournalCore,
  folders: readonly [string, ...string[]],
  coredumpctl = COREDUMPCTL,
): Promise<ByteSource> {
  const scratch = openScratch(folders);
  try {
    const exe = core.program.startsWith('/') ? `COREDUMP_EXE=${core.program}` : `COREDUMP_COMM=${core.program}`;
    const trouble = await run(coredumpctl, ['--quiet', 'dump', `COREDUMP_PID=${core.pid}`, exe], scratch.fd);
    if (trouble !== null) {
      throw new PystackError('file-unreadable', `the ${nameOf(core)} cannot be taken out`, {
        cause: trouble,
        nextStep: `try as root, or as a member of the group systemd-journal: coredumpctl dump ${core.pid} -o CORE`,
      });
    }
    // The name is gone, the file is not: /proc opens it once more, for reading.
    return openFileSource(`/proc/self/fd/${scratch.fd}`, nameOf(core));
  } finally {
    closeSync(scratch.fd);
  }
}

/** Runs it with its output into a file; resolves to what went wrong, in words, or null. */
function run(command: string, args: readonly string[], outputFd: number): Promise<string | null> {
  const child = spawn(command, args, { stdio: ['ignore', outputFd, 'pipe'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-1000);
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => {
      // It tells of the entry before; the last line is what went wrong.
      resolve(code === 0 ? null : (said.trim().split('\n').at(-1) ?? `it ended with status ${code}`));
    });
  });
}
