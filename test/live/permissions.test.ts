/**
 * Who may look at whom? As the target's own user without root, as another, without the capability, at what has made
 * itself unreadable, where /proc hides: either all is shown, or the check that refuses is named, with what can be seen
 * nevertheless. Users are changed with setpriv, so that it needs root, as in most containers and on build machines.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharedLibrary } from '../locate/builds.js';
import { type CommandResult, PYSTACK, RUNNER, runCommand } from '../support/command.js';
import { findInterpreters, type Interpreter } from '../support/interpreters.js';
import { type Program, type ProgramOptions, programPath, until, withProgram } from '../support/target.js';

/** `nobody` on most systems; any other that runs nothing would do. */
const SOMEBODY = 65534;
const ANOTHER = 65533;

function as(uid: number): string[] {
  return ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'];
}
const UNCAPABLE = ['setpriv', '--bounding-set=-sys_ptrace', '--inh-caps=-sys_ptrace', '--'];

function runs(command: readonly string[]): boolean {
  const [program = '', ...args] = command;
  return spawnSync(program, args).status === 0;
}

/** Both this program and a Python have to be within reach of an ordinary user. */
function reachable(): Interpreter | null {
  if (process.getuid?.() !== 0 || !runs([...as(SOMEBODY), RUNNER, PYSTACK, '--version'])) return null;
  const folder = spawnSync('setpriv', [...as(SOMEBODY).slice(1), 'test', '-r', programPath('idle.py')]);
  if (folder.status !== 0) return null;
  return (
    findInterpreters().find(
      ({ executable, debug, freeThreaded }) =>
        !debug && !freeThreaded && runs([...as(SOMEBODY), executable, '-c', 'import ctypes']),
    ) ?? null
  );
}
const interpreter = reachable();

function look(through: readonly string[], pid: number, ...options: string[]): Promise<CommandResult> {
  const [command = '', ...args] = [...through, RUNNER, PYSTACK, 'remote', ...options, `${pid}`];
  return runCommand(command, args, { HOME: '/' });
}

function inside(through: readonly string[], name: string, use: (program: Program) => Promise<void>): Promise<void> {
  if (!interpreter) throw new Error('no interpreter within reach');
  return withProgram(interpreter, name, { through }, use);
}

function expectRefused({ code, stdout, stderr }: CommandResult, cause: RegExp): void {
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^pystack: no permission to read process \d+: Operation not permitted\nCause: /);
  expect(stderr).toMatch(cause);
  expect(stderr).toMatch(/\nNext step: \S/);
}

describe.skipIf(interpreter === null)('with users to change to (needs root)', () => {
  test('its own user sees all of it', () =>
    inside(as(SOMEBODY), 'many_threads.py', async ({ pid }) => {
      for (const options of [[], ['--no-block'], ['--locals'], ['--native-all']]) {
        const { code, stdout, stderr } = await look(as(SOMEBODY), pid, ...options);
        expect(code, stderr).toBe(0);
        expect(stdout.match(/^Traceback for thread/gm)?.length).toBe(41);
        expect(stdout).toContain('time.sleep(3600)');
      }
    }));

  test('another user is told who it is and what it does', () =>
    inside(as(SOMEBODY), 'many_threads.py', async ({ pid, file }) => {
      const refused = await look(as(ANOTHER), pid, '-v');
      expectRefused(refused, new RegExp(`runs as uid ${SOMEBODY}, we as uid ${ANOTHER} without the capability`));
      expect(refused.stderr).toContain('\nSeen nevertheless:\n');
      expect(refused.stderr).toContain(`${file} (uid ${SOMEBODY}, started 2`);
      expect(refused.stderr).toMatch(new RegExp(`\n {2}thread ${pid} \\(.*\\): sleeping\n`));
      expect(refused.stderr).toMatch(/\n {2}and 21 more threads\n/);
    }));

  test('root without the capability', () =>
    inside(as(SOMEBODY), 'idle.py', async ({ pid }) => {
      expectRefused(await look(UNCAPABLE, pid, '-v'), /we as uid 0 but without the capability CAP_SYS_PTRACE/);
      expect((await look([], pid)).code).toBe(0);
    }));

  test('a process with more capabilities than ours', async () => {
    await inside([], 'idle.py', async ({ pid }) => {
      expectRefused(await look(UNCAPABLE, pid, '-v'), /holds capabilities we do not/);
    });
    const capable = [...as(SOMEBODY).slice(0, -1), '--inh-caps=+net_admin', '--ambient-caps=+net_admin', '--'];
    await inside(capable, 'idle.py', async ({ pid }) => {
      expectRefused(await look(as(SOMEBODY), pid, '-v'), /holds capabilities we do not \(CapPrm 1000, ours 0\)/);
    });
  });

  test('one that has made itself unreadable, with a name meant for terminals', () =>
    inside(as(SOMEBODY), 'undumpable.py', async ({ pid }) => {
      const refused = await look(as(SOMEBODY), pid, '-v');
      expectRefused(refused, /has made itself unreadable/);
      expect(refused.stderr).toContain('(pool\\x1b[31m): sleeping');
      expect(refused.stderr).not.toContain('\x1b');
      expect((await look([], pid)).stdout).toContain('in named');
    }));

  test('a setuid program', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'pystack-setuid-'));
    try {
      chmodSync(folder, 0o755);
      const executable = join(folder, 'python');
      copyFileSync(interpreter?.executable ?? '', executable);
      chmodSync(executable, 0o4755);
      const options: ProgramOptions = { through: as(SOMEBODY), executable };
      await withProgram(interpreter as Interpreter, 'idle.py', options, async ({ pid }) => {
        const refused = await look(as(SOMEBODY), pid, '-v');
        if (refused.code === 0) context.skip('files are on a file system mounted nosuid');
        expectRefused(refused, new RegExp(`setuid program: it was started by uid ${SOMEBODY} and runs as uid 0`));
        expect((await look([], pid)).code).toBe(0);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const shared = findInterpreters().findLast((one) => !one.debug && !one.freeThreaded && sharedLibrary(one) !== null);
  test.skipIf(!shared)('a library that was replaced, and the privilege to open what is mapped', async () => {
    const { executable, label } = shared as Interpreter;
    const folder = mkdtempSync(join(tmpdir(), 'pystack-replaced-'));
    try {
      const library = sharedLibrary(shared as Interpreter) ?? '';
      const copy = join(folder, basename(library));
      copyFileSync(library, copy);
      const environment = { LD_LIBRARY_PATH: folder, PYTHONHOME: dirname(dirname(executable)) };
      await withProgram(shared as Interpreter, 'idle.py', { environment }, async ({ pid }) => {
        rmSync(copy);
        copyFileSync('/bin/true', copy);
        const unprivileged = ['setpriv', '--bounding-set=-sys_admin,-checkpoint_restore', '--'];
        const plain = await look(unprivileged, pid);
        expect(plain.code, plain.stderr).toBe(0);
        expect(plain.stdout).toContain('in wait');
        const native = await look(unprivileged, pid, '--native');
        expect(native.stdout).toContain('in wait');
        expect(native.stderr, label).toContain(`${copy} was deleted or replaced since it was mapped`);
        // Who may open it sees the names of the functions.
        const whole = await look([], pid, '--native');
        expect(whole.stderr).toBe('');
        expect(whole.stdout).toContain(`in time_sleep (${copy})`);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('--follow: who is waited for and may not be looked at is named, with the reason', async (context) => {
    if (!interpreter?.executable || interpreter.version.major === 2) context.skip('the program is for Python 3');
    const folder = mkdtempSync(join(tmpdir(), 'pystack-follow-'));
    const file = join(folder, 'locked');
    chmodSync(folder, 0o755);
    writeFileSync(file, '');
    chmodSync(file, 0o666);
    const holder = spawn('flock', [file, 'sleep', '600'], { detached: true });
    try {
      await until('it is locked', () =>
        readFileSync('/proc/locks', 'utf8').includes(`FLOCK  ADVISORY  WRITE ${holder.pid} `),
      );
      await withProgram(
        interpreter as Interpreter,
        'flock_waiter.py',
        { through: as(SOMEBODY), args: [file] },
        async ({ pid }) => {
          const { code, stdout, stderr } = await look(as(SOMEBODY), pid, '--follow');
          expect(code).toBe(3);
          expect(stdout).toMatch(new RegExp(`for the lock of a file .* held by process ${holder.pid} \\(flock\\)`));
          expect(stderr).toMatch(
            new RegExp(`process ${holder.pid}: no permission .*: Operation not permitted \\(permission\\)`),
          );
          expect(stderr).toContain('1 of 2 could not be shown');
          // Who may look at it sees that it runs no Python, and that nothing is missing.
          const asRoot = await look(['env'], pid, '--follow');
          expect({ code: asRoot.code, stderr: asRoot.stderr }).toEqual({ code: 0, stderr: '' });
        },
      );
    } finally {
      process.kill(-(holder.pid ?? 0), 'SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });

  test('where /proc hides what is not ours', async (context) => {
    const hiding = (hidepid: number, ...command: string[]) => [
      'unshare',
      '--mount',
      'sh',
      '-c',
      `mount -t proc -o hidepid=${hidepid} proc /proc && exec "$@"`,
      'sh',
      ...command,
    ];
    if (!runs(hiding(2, 'true'))) context.skip('no mount namespaces here');
    await inside([], 'idle.py', async ({ pid }) => {
      expectRefused(await look(hiding(1, ...as(SOMEBODY)), pid, '-v'), /mounted with hidepid=/);
      const hidden = await look(hiding(2, ...as(SOMEBODY)), pid);
      expect(hidden.code).toBe(1);
      expect(hidden.stderr).toMatch(/there is no process \d+\nCause: .*hidepid=.*\nNext step: try as root/);
      expect((await look(hiding(2), pid)).code).toBe(0);
    });
    // Its own processes are shown to everybody.
    await inside(as(SOMEBODY), 'idle.py', async ({ pid }) => {
      expect((await look(hiding(2, ...as(SOMEBODY)), pid)).code).toBe(0);
    });
  });
});
