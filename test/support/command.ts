/**
 * What does the command print, and how does it exit? Runs `bin/pystack` as a user would, in a process of its own; or what
 * that calls in this process, where starting one is not what is looked at.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from '../../src/cli/run.js';

export interface CommandResult {
  /** Exit status; null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** `PYSTACK_TEST_COMMAND` names another: an installed one, one built aside, or the one file. */
export const PYSTACK =
  process.env['PYSTACK_TEST_COMMAND'] ?? fileURLToPath(new URL('../../bin/pystack', import.meta.url));

/** What starts it: this Node.js, unless it brings what it runs on. */
export const RUNNER = isProgram(PYSTACK) ? '/usr/bin/env' : process.execPath;

function isProgram(file: string): boolean {
  const fd = openSync(file, 'r');
  try {
    const magic = Buffer.alloc(4);
    readSync(fd, magic);
    return magic.toString('latin1') === '\x7fELF';
  } finally {
    closeSync(fd);
  }
}

/** Runs `pystack` with these arguments; `environment` is added to a plain one, in which nothing forces colour. */
export function runPystack(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return runCommand(RUNNER, [PYSTACK, ...args], environment);
}

/**
 * As {@link runPystack}, of the sources and in this process: of a look at a small process most is the start of Node.js.
 * For what is the same wherever it runs: not signals, streams, colours of terminals, nor what a process has one of. Another
 * command that is to be tested is started all the same.
 */
export async function runPystackHere(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  if (process.env['PYSTACK_TEST_COMMAND'] !== undefined) return runPystack(args, environment);
  const written = { stdout: '', stderr: '' };
  const sinkInto = (name: keyof typeof written) => ({
    write(text: string) {
      written[name] += text;
      return true;
    },
  });
  const start = performance.now();
  const code = await run(args, {
    stdout: sinkInto('stdout'),
    stderr: sinkInto('stderr'),
    stdoutIsTerminal: async () => false,
    stderrIsTerminal: async () => false,
    columns: () => null,
    rows: () => null,
    env: { ...plainEnvironment(), ...environment },
    now: () => performance.now() - start,
    cpuMs: () => performance.now() - start,
    peakMemoryMiB: () => process.memoryUsage.rss() / 2 ** 20,
    platform: () => 'a test',
    pid: process.pid,
    interruption: () => new AbortController().signal,
  });
  return { code, signal: null, ...written };
}

/** In which nothing forces colour. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_OPTIONS: _options, ...plain } = process.env;
  return plain;
}

/** As {@link runPystack}, for any program. */
export function runCommand(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...plainEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
