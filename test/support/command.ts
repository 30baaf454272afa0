/**
 * What does the command print, and how does it exit? Runs `bin/pystack` as a user would, in a process of its own.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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

/** As {@link runPystack}, for any program. */
export function runCommand(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const { NO_COLOR: _no, FORCE_COLOR: _force, NODE_OPTIONS: _options, ...plain } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...plain, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
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
