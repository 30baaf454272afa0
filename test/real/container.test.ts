/**
 * A container of a real engine, with its own file system, namespaces, capabilities and seccomp filter, looked at from the
 * host. Its image is made here of this machine's own Python. Needs podman, runc and root.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { expectOracle, pythonFrames, pythonThreads } from '../support/expectation.js';
import { findInterpreters, type Interpreter, noteCovered } from '../support/interpreters.js';
import { MODES } from '../support/matrix.js';
import { type Program, programPath, type Ready, until } from '../support/target.js';

/** One whose library of modules is a few dozen megabytes and lies where it looks for it: the system's. */
const interpreter = findInterpreters().find(
  ({ executable, debug, freeThreaded, version }) =>
    executable.startsWith('/usr/bin/') && !debug && !freeThreaded && existsSync(modulesOf(version)),
);
const ENGINE = ['--storage-driver=vfs', '--runtime', 'runc'];

function modulesOf({ major, minor }: Interpreter['version']): string {
  return `/usr/lib/python${major}.${minor}`;
}

function podman(...args: string[]): string {
  return execFileSync('podman', [...ENGINE, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function canRun(): boolean {
  return (
    process.getuid?.() === 0 &&
    interpreter !== undefined &&
    ['podman', 'runc'].every((command) => spawnSync(command, ['--version']).status === 0)
  );
}

/** The program, its libraries, the modules, and two programs of ours. */
function makeRoot(root: string, { executable, version }: Interpreter): void {
  const { stdout } = spawnSync('ldd', [executable], { encoding: 'utf8' });
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
  for (const path of [executable, ...libraries]) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    cpSync(realpathSync(path), join(root, path));
  }
  const modules = modulesOf(version);
  cpSync(modules, join(root, modules), {
    recursive: true,
    filter: (path) => !/\/(__pycache__|test|config-[^/]*|lib-dynload)$/.test(path),
  });
  for (const folder of ['proc', 'dev', 'sys', 'tmp', 'app']) mkdirSync(join(root, folder), { recursive: true });
  for (const name of ['many_threads.py', 'oracle.py']) cpSync(programPath(name), join(root, 'app', name));
}

describe.skipIf(!canRun())('podman (skipped where it, runc or root is missing)', () => {
  test('a container, from the host', { timeout: 180_000 }, async (context) => {
    const python = interpreter as Interpreter;
    const root = mkdtempSync(join(tmpdir(), 'pystack-root-'));
    let container = '';
    try {
      makeRoot(root, python);
      const limits = ['--ulimit', 'nofile=1024:20000', '--ulimit', 'nproc=4096:4096', '--network=none'];
      const command = [python.executable, '/app/many_threads.py', '3', '2'];
      try {
        container = podman('run', '--detach', ...limits, '--rootfs', root, ...command);
      } catch (error) {
        context.skip(`podman does not start containers here: ${(error as Error).message.split('\n').at(-1)}`);
      }
      const pid = Number(podman('inspect', '--format', '{{.State.Pid}}', container));
      let line = '';
      await until('it is ready', () => {
        line = /^ready (.*)$/m.exec(podman('logs', container))?.[1] ?? '';
        return line !== '';
      });
      noteCovered(python);
      const ready = JSON.parse(line) as Ready;
      await until('its oracle has ended', () => readFileSync(`/proc/${pid}/status`, 'utf8').includes('Threads:\t4'));
      for (const mode of MODES) {
        const snapshot = await inspectProcess(pid, { mode, locals: true });
        expect(snapshot).toMatchObject({ innerPid: 1, complete: true, warnings: [] });
        const asInside = snapshot.threads.map((thread) => ({ ...thread, tid: thread.innerTid }));
        expectOracle({ ...snapshot, threads: asInside }, { ready, file: '/app/many_threads.py' } as unknown as Program);
        const sources = pythonThreads(snapshot).flatMap((thread) => pythonFrames(thread).map(({ source }) => source));
        expect(sources.every((source) => source !== null)).toBe(true);
      }
    } finally {
      if (container !== '') podman('rm', '--force', '--time', '0', container);
      rmSync(root, { recursive: true, force: true });
    }
  });
});
