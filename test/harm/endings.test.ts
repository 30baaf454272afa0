/**
 * However the program ends short of its end (a reader that goes away, a full disk, no memory), does it say so in a line,
 * leave no half file, and leave the target running?
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { PYSTACK, RUNNER, runCommand } from '../support/command.js';
import { anyInterpreter } from '../support/interpreters.js';
import { type Program, until, withProgram } from '../support/target.js';

/** No thread is stopped or traced, and all can be shown. */
async function expectUnharmed({ pid }: Program): Promise<void> {
  const statuses = () =>
    readdirSync(`/proc/${pid}/task`).map((tid) => readFileSync(`/proc/${pid}/task/${tid}/status`, 'utf8'));
  await until('nothing is stopped or traced', () =>
    statuses().every((status) => /^State:\t[^tT]/m.test(status) && status.includes('TracerPid:\t0\n')),
  );
  expect((await inspectProcess(pid)).complete).toBe(true);
}

test('a reader that goes away after the first line', () =>
  withProgram(anyInterpreter(), 'deep.py', {}, async (program) => {
    for (const options of ['', '--json', '-v', '--no-block --locals']) {
      const script = `"$0" "$1" remote ${options} "$2" | head -1 >/dev/null; echo "\${PIPESTATUS[0]}"`;
      const command = ['-c', script, RUNNER, PYSTACK, `${program.pid}`];
      const { stdout, stderr } = await runCommand('bash', command);
      expect(stdout, options).toBe('0\n');
      expect(stderr, options).not.toMatch(/\n\s+at |EPIPE/);
    }
    await expectUnharmed(program);
  }));

const canMount = spawnSync('unshare', ['-m', 'true']).status === 0;

test.skipIf(!canMount)('a snapshot on a disk that is full', () =>
  withProgram(anyInterpreter(), 'many_threads.py', { args: ['50', '20'] }, async (program) => {
    const folder = mkdtempSync(join(tmpdir(), 'pystack-full-'));
    try {
      const script = [
        'mount -t tmpfs -o size=32k tmpfs "$0" && echo before > "$0/a.core" && "$1" "$2" snapshot "$3" -o "$0/a.core"',
        'echo "$?"; cat "$0/a.core"; ls -A "$0"',
      ].join('; ');
      const command = ['-m', 'sh', '-c', script, folder, RUNNER, PYSTACK, `${program.pid}`];
      const { stdout, stderr } = await runCommand('unshare', command);
      expect(stdout).toBe('1\nbefore\na.core\n');
      expect(stderr).toMatch(/^pystack: .*a\.core.*\nCause: ENOSPC.*\nNext step: .*\n$/);
      await expectUnharmed(program);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }),
);

type Argv = readonly [string, ...string[]];
const HEAPS = [4, 8, 12, 24, 400].map(
  (MiB): Argv => [RUNNER, `--max-old-space-size=${MiB}`, '--max-semi-space-size=1', PYSTACK],
);
/** Of the one file, whose heap has no such limit. */
const ADDRESS_SPACES = [150, 220, 260, 300, 4000].map((MiB): Argv => ['prlimit', `--as=${MiB * 2 ** 20}`, PYSTACK]);

test('no memory left for us', () =>
  withProgram(anyInterpreter(), 'many_threads.py', { args: ['100', '60'] }, async (program) => {
    const endings = new Set<string>();
    // From less than the run-time system itself starts with, to enough.
    for (const [command, ...args] of RUNNER === process.execPath ? HEAPS : ADDRESS_SPACES) {
      const { code, signal } = await runCommand(command, [...args, 'remote', '--locals', `${program.pid}`]);
      endings.add(String(signal ?? code));
      await expectUnharmed(program);
    }
    expect([...endings].sort()).toEqual(['0', 'SIGABRT']);
  }));
