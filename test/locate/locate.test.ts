/** On every interpreter found: each strategy that can find it does, at the same place, and the others say why not. */
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PystackError } from '../../src/errors.js';
import type { Located, LocateOptions } from '../../src/locate/locate.js';
import { locate } from '../../src/locate/locate.js';
import { listModules, type Module } from '../../src/locate/module.js';
import { STRATEGY_NAMES } from '../../src/locate/strategy.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
import { anyInterpreter, findInterpreters, isAtLeast } from '../support/interpreters.js';
import { locateForTest } from '../support/process-memory.js';
import { until, withProgram } from '../support/target.js';

function locateIn(pid: number, options: LocateOptions = {}): Located {
  const target = openLiveProcess(pid);
  try {
    return locate(target, options);
  } finally {
    target.close();
  }
}

function modulesOf(pid: number): readonly Module[] {
  const target = openLiveProcess(pid);
  try {
    const { likely, others } = listModules(target);
    return [...likely, ...others];
  } finally {
    target.close();
  }
}

function failure(action: () => unknown): PystackError {
  try {
    action();
  } catch (error) {
    if (error instanceof PystackError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe.each(findInterpreters())('$label', (interpreter) => {
  test('by every strategy', async () => {
    await withProgram(interpreter, 'idle.py', {}, ({ pid }) => {
      // Before 3.7 there is no structure to ask binutils for.
      const expected = isAtLeast(interpreter, 7)
        ? locateForTest(pid, interpreter)
        : locateIn(pid, { strategies: ['symbol'] });
      const outcomes = Object.fromEntries(
        STRATEGY_NAMES.map((name) => {
          try {
            const { address, version, strategy } = locateIn(pid, { strategies: [name] });
            expect(strategy).toBe(name);
            expect(version).toMatchObject(interpreter.version);
            return [name, address === expected.address ? 'right' : address];
          } catch (error) {
            if (!(error instanceof PystackError)) throw error;
            return [name, error.details.tried?.join('; ')];
          }
        }),
      );
      expect(outcomes).toMatchObject({ symbol: 'right', scan: 'right' });
      expect(outcomes.cookie).toEqual(isAtLeast(interpreter, 13) ? 'right' : expect.stringContaining('no xdebugpy'));
      expect(outcomes.section).toEqual(
        outcomes.section === 'right' ? 'right' : expect.stringContaining('no section .PyRuntime'),
      );
      const { layout, freeThreaded, approximate, others, library } = locateIn(pid);
      expect(layout.version).toBe(interpreter.minorVersion);
      expect(layout.origin).toBe(isAtLeast(interpreter, 13) ? 'debug-offsets' : 'row');
      expect({ freeThreaded, approximate, others }).toEqual({
        freeThreaded: interpreter.freeThreaded,
        approximate: false,
        others: [],
      });
      expect(library).toContain('python');
      // What has less data is not looked at for a second interpreter.
      expect(modulesOf(pid).find(({ path }) => path === library)?.hasRoom).toBe(true);
    });
  });

  test('stripped, renamed, without section headers, and deleted while it runs', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'locate-'));
    try {
      const started = copyStripped(interpreter.executable, interpreter.shared, folder);
      const environment = {
        ...process.env,
        LD_LIBRARY_PATH: folder,
        PYTHONHOME: dirname(dirname(realpathSync(interpreter.executable))),
      };
      if (spawnSync(started.program, ['-S', '-c', ''], { env: environment }).status !== 0) {
        context.skip('a copy of it does not start elsewhere');
      }
      const child = spawn(started.program, ['-S', '-c', 'import os, time; os.write(1, b"up"); time.sleep(600)'], {
        env: environment,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      try {
        await new Promise<void>((resolve, reject) => {
          child.stdout.once('data', () => resolve());
          child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
        });
        const pid = child.pid ?? 0;
        const before = locateIn(pid);
        expect(before.version).toMatchObject(interpreter.version);
        expect(before.library).toBe(started.holder);
        expect(failure(() => locateIn(pid, { strategies: ['section'] })).details.tried?.join()).toContain(
          'no section table',
        );
        // Something else has taken the name: what is mapped is what counts.
        const other = join(folder, 'other');
        copyFileSync('/bin/true', other);
        renameSync(other, started.holder);
        expect(locateIn(pid).address).toBe(before.address);
        unlinkSync(started.holder);
        expect(locateIn(pid).address).toBe(before.address);
        expect(locateIn(pid, { strategies: ['scan'] }).address).toBe(before.address);
      } finally {
        child.kill('SIGKILL');
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Copies the program, and libpython where there is one, without symbol tables and section headers. */
function copyStripped(executable: string, shared: boolean, folder: string): { program: string; holder: string } {
  const program = join(folder, 'renamed');
  copyFileSync(executable, program);
  if (!shared) {
    strip(program);
    return { program, holder: program };
  }
  const library = /=> (\S*\/(libpython\S+)) /.exec(spawnSync('ldd', [executable], { encoding: 'utf8' }).stdout);
  if (!library?.[1] || !library[2]) throw new Error(`no libpython in ${executable}`);
  const holder = join(folder, library[2]);
  copyFileSync(library[1], holder);
  strip(holder);
  return { program, holder };
}

function strip(file: string): void {
  spawnSync('chmod', ['u+w', file]);
  const { status, stderr } = spawnSync('strip', ['--strip-all', file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const fd = openSync(file, 'r+');
  // e_shoff, e_shnum, e_shstrndx: nothing that runs needs them.
  writeSync(fd, new Uint8Array(8), 0, 8, 40);
  writeSync(fd, new Uint8Array(4), 0, 4, 60);
  closeSync(fd);
}

describe('what is no Python at work', () => {
  test('another program', async () => {
    const child = spawn('sleep', ['600']);
    try {
      await until('sleep runs', () => readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').startsWith('sleep'));
      const error = failure(() => locateIn(child.pid ?? 0));
      expect(error.code).toBe('not-python');
      expect(error.message).toBe(`process ${child.pid} is not a Python process`);
      expect(error.details.cause).toContain('sleep');
      expect(error.details.tried?.join()).toContain('no symbol _PyRuntime');
      expect(failure(() => locateIn(child.pid ?? 0, { exhaustive: true })).code).toBe('not-python');
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('another implementation, by its name', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'locate-'));
    const program = join(folder, 'pypy3.10-c');
    copyFileSync('/bin/sleep', program);
    const child = spawn(program, ['600']);
    try {
      await until(
        'it runs',
        () => existsSync(`/proc/${child.pid}/maps`) && readFileSync(`/proc/${child.pid}/maps`, 'utf8').includes('pypy'),
      );
      const error = failure(() => locateIn(child.pid ?? 0));
      expect([error.code, error.message]).toEqual([
        'unsupported-interpreter',
        `process ${child.pid} runs PyPy, not CPython`,
      ]);
    } finally {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });

  test('an unknown strategy', async () => {
    await withProgram(anyInterpreter(), 'idle.py', {}, ({ pid }) => {
      const error = failure(() => locateIn(pid, { strategies: ['symbol', 'magic'] }));
      expect([error.code, error.message]).toEqual(['usage', 'there is no locating strategy called "magic"']);
      expect(error.details.nextStep).toContain('symbol, section, cookie, scan');
    });
  });
});
