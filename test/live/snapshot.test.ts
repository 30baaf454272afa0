/** Does a snapshot say later, elsewhere, what was seen of the process? And nothing else, whole or not at all. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { inspectCore, inspectProcess, type Snapshot, snapshotProcess, type Thread } from '../../src/index.js';
import { PYSTACK, RUNNER, runCommand, runPystack } from '../support/command.js';
import { gcore, noGcore, SMALL_THREADS, withFolder } from '../support/cores.js';
import { expectOracle } from '../support/expectation.js';
import { anyInterpreter, type Interpreter } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

/** Where none of the files is that the process had mapped, and no source. */
const ELSEWHERE = { sysroot: '/nonexistent' } as const;

/** What has to come back: all that is shown. */
const shown = ({ pid, threads, warnings, complete, capture, executable, commandLine }: Snapshot) => ({
  pid,
  threads,
  warnings,
  complete,
  capture,
  executable,
  commandLine,
});

/**
 * What two looks have to have in common. The state letter is of each look's own moment. Python 2 waits in naps, so its
 * threads may be awake in one of two: then their waits are known in another way, or not at all, nor their exceptions.
 * Within one look all of it has to come back: see `shown`.
 */
const inAnyLook = (threads: readonly Thread[], { version }: Pick<Interpreter, 'version'>) =>
  lasting(threads).map((thread) => ({
    ...thread,
    os: thread.os && { ...thread.os, state: null },
    ...(version.major === 2
      ? { waits: [], exceptions: null, os: thread.os && { ...thread.os, state: null, runs: null } }
      : {}),
  }));

/** Without how long it has been, and is to go on: that is of each look. */
const lasting = (threads: readonly Thread[]) =>
  threads.map((thread) => ({
    ...thread,
    stillMs: null,
    waits: thread.waits.map((wait) => ({ ...wait, timeoutMs: null })),
  }));

test('of native stacks that were not kept, one line says so; those that were are there', () =>
  withFolder((folder) =>
    withProgram(anyInterpreter(), 'many_threads.py', { args: ['5', '1'] }, async ({ pid }) => {
      const natives = ({ threads }: Snapshot) =>
        threads.flatMap(({ frames }) => frames).filter(({ kind }) => kind === 'native');
      for (const native of ['off', 'python'] as const) {
        const { path } = await snapshotProcess(pid, join(folder, native), { native });
        const core = await inspectCore(path, { native: 'python' });
        expect(core.warnings).toEqual(
          native === 'python'
            ? []
            : [
                {
                  code: 'native-incomplete',
                  message: 'the snapshot was taken without --native: it holds no native stacks',
                },
              ],
        );
        expect(core.complete).toBe(native === 'python');
        expect(natives(core).length > 0).toBe(native === 'python');
      }
    }),
  ));

onEveryInterpreter('what stands still comes back as it was seen', (interpreter) =>
  withFolder(async (folder) => {
    const programs = [
      ['many_threads.py', ['12', '20']],
      ['names.py', []],
      ['generators.py', []],
      ['deep.py', []],
    ] as const;
    for (const [name, args] of programs) {
      await withProgram(interpreter, name, { args }, async (program) => {
        for (const mode of MODES) {
          const path = join(folder, `${name}.${mode}.gz`);
          const live = await inspectProcess(program.pid, { mode });
          const saved = await snapshotProcess(program.pid, path, { mode });
          expect(saved.bytes).toBe(statSync(path).size);
          const back = await inspectCore(path, ELSEWHERE);
          expect(back.source).toBe('snapshot');
          expect(back.python).toEqual({ ...live.python, locatedBy: 'note' });
          expect(shown(back)).toEqual(shown(saved.snapshot));
          expect(inAnyLook(back.threads, interpreter)).toEqual(inAnyLook(live.threads, interpreter));
          if (program.ready.threads) expectOracle(back, program);
        }
      });
    }
  }),
);

onEveryInterpreter('what moves comes back as it was seen', (interpreter) =>
  withFolder((folder) =>
    withProgram(interpreter, 'busy.py', { args: ['3', 'churn'] }, async ({ pid }) => {
      for (const mode of MODES) {
        for (let n = 0; n < 5; n++) {
          const path = join(folder, 'snapshot');
          const { snapshot } = await snapshotProcess(pid, path, { mode, timeBudgetMs: 100 });
          const back = await inspectCore(path, ELSEWHERE);
          const consistent = (of: Snapshot) =>
            of.threads
              .filter((thread) => thread.consistent && thread.tid !== null)
              .map(({ tid, frames }) => ({ tid, frames }));
          expect(consistent(back)).toEqual(consistent(snapshot));
          expect(back.capture).toEqual(snapshot.capture);
        }
      }
    }),
  ),
);

onEveryInterpreter('variables come back, and secrets are not in it', (interpreter) =>
  withFolder((folder) =>
    withProgram(interpreter, 'withheld.py', {}, async ({ pid, ready }) => {
      const path = join(folder, 'snapshot');
      const options = { locals: true, redact: [] } as const;
      const live = await inspectProcess(pid, options);
      await snapshotProcess(pid, path, options);
      const back = await inspectCore(path, { ...options, ...ELSEWHERE });
      expect(lasting(back.threads)).toEqual(lasting(live.threads));
      expect(JSON.stringify(back.threads)).toContain(ready['shown']);
      const bytes = readFileSync(path);
      expect(bytes.includes(String(ready['shown']))).toBe(true);
      for (const secret of ['hidden', 'nested', 'deep', 'octets', 'cookie', 'unshown']) {
        expect(bytes.includes(String(ready[secret])), secret).toBe(false);
      }
      expect(bytes.includes(Buffer.from(String(ready['small']), 'hex')), 'a number').toBe(false);
      expect(JSON.stringify(back.threads).split('<redacted>').length - 1).toBe(6);
      // Who asks for them later learns that they are not there; not that they are empty, or something else.
      const asked = await inspectCore(path, { locals: { redactDefaults: false }, ...ELSEWHERE });
      const login = asked.threads.at(-1)?.frames.at(-1);
      const password = login?.kind === 'python' ? login.arguments?.find(({ name }) => name === 'password') : null;
      expect(password?.value?.repr).toMatch(/^<invalid (?:str|object) at 0x/);
      await snapshotProcess(pid, path);
      expect(readFileSync(path).includes(String(ready['shown']))).toBe(false);
      const without = await inspectCore(path, { locals: true });
      expect(without.warnings.map(({ code }) => code)).toEqual(['value-unreadable']);
    }),
  ),
);

onEveryInterpreter('native stacks come back', (interpreter) =>
  withFolder((folder) =>
    withProgram(interpreter, 'many_threads.py', { args: ['6', '5'] }, async ({ pid }) => {
      const path = join(folder, 'snapshot');
      const options = { native: 'all' } as const;
      const live = await inspectProcess(pid, options);
      await snapshotProcess(pid, path, options);
      const back = await inspectCore(path, options);
      expect(inAnyLook(back.threads, interpreter)).toEqual(inAnyLook(live.threads, interpreter));
    }),
  ),
);

describe('other tools', () => {
  const interpreter = anyInterpreter();

  test.skipIf(noGcore !== null)('gdb shows where each thread stands; it is a small part of what gcore writes', () =>
    withFolder((folder) =>
      withProgram(
        interpreter,
        'many_threads.py',
        { environment: SMALL_THREADS.environment, args: ['100', '30'] },
        async ({ pid }) => {
          const path = join(folder, 'snapshot');
          const { bytes } = await snapshotProcess(pid, path, { native: 'python' });
          const seen = async (core: string) => {
            const { stdout } = await runCommand('gdb', ['-nx', '-batch', '-ex', 'thread apply all bt 3', '-c', core], {
              DEBUGINFOD_URLS: '',
            });
            return [...stdout.matchAll(/^Thread .*LWP (\d+)|^#0 +0x(\w+) in (\w+)/gm)].map((match) =>
              match.slice(1).join(' '),
            );
          };
          const full = gcore(pid, folder);
          expect(bytes).toBeLessThan(statSync(full).size * 0.02);
          expect((await seen(path)).sort()).toEqual((await seen(full)).sort());
        },
      ),
    ),
  );
});

const noEuStack = spawnSync('eu-stack', ['--version']).error ? 'there is no eu-stack' : null;

test.skipIf(noEuStack !== null)('eu-stack follows every native stack', () =>
  withFolder((folder) =>
    withProgram(anyInterpreter(), 'many_threads.py', { args: ['5', '5'] }, async ({ pid }) => {
      const path = join(folder, 'snapshot');
      await snapshotProcess(pid, path, { native: 'all' });
      const functions = (text: string) => [...text.matchAll(/^#\d+ +0x(\w+)/gm)].map(([, address]) => address);
      const live = await runCommand('eu-stack', ['-p', String(pid)]);
      const later = await runCommand('eu-stack', ['--core', path]);
      expect(functions(later.stdout).length).toBeGreaterThan(50);
      expect(functions(later.stdout).sort()).toEqual(functions(live.stdout).sort());
    }),
  ),
);

/** The program of the same name that is written in Python: on PATH or in the folders of PYSTACK_PEERS; null: not there. */
const namesake = [process.env['PYSTACK_PEERS'], process.env['PATH']]
  .flatMap((list) => (list ?? '').split(':'))
  .filter(Boolean)
  .map((folder) => join(folder, 'pystack'))
  .find((path) => existsSync(path) && /^#!.*python/.test(readFileSync(path, 'latin1')));

test.skipIf(namesake === undefined)("Python's pystack shows the same frames", () =>
  withFolder((folder) =>
    withProgram(anyInterpreter(), 'many_threads.py', { args: ['3', '4'] }, async ({ pid, interpreter }) => {
      const path = join(folder, 'snapshot');
      // Ours says which class a function is of.
      const frames = (text: string) =>
        [...text.matchAll(/File "(\S+)", line (\d+), in (?:\S+\.)?(\S+)/g)].map((match) => match.slice(1).join(' '));
      for (const native of ['off', 'python'] as const) {
        await snapshotProcess(pid, path, { native });
        const theirs = await runCommand(namesake ?? '', ['core', path, interpreter.executable]);
        const ours = await runPystack(['core', path]);
        expect(frames(theirs.stdout).length, theirs.stderr).toBeGreaterThan(20);
        expect(frames(theirs.stdout).sort()).toEqual(frames(ours.stdout).sort());
      }
    }),
  ),
);

describe('the command', () => {
  const interpreter = anyInterpreter();

  test('prints the same report from the file', () =>
    withFolder((folder) =>
      withProgram(interpreter, 'many_threads.py', { args: ['5', '5'] }, async ({ pid }) => {
        const path = join(folder, 'a.core');
        const saved = await runPystack(['snapshot', String(pid), '-o', path]);
        expect(saved).toMatchObject({ code: 0, stderr: '' });
        expect(saved.stdout).toContain(`Wrote ${path}: `);
        expect(statSync(path).mode).toBe(0o100600);
        const live = await runPystack(['remote', String(pid)]);
        const later = await runPystack(['core', path, '--sysroot', '/nonexistent']);
        expect(later).toMatchObject({ code: 0, stderr: '' });
        // For how long each has waited is of each look.
        const stacks = (text: string) =>
          text
            .slice(text.indexOf('Traceback for thread'))
            .replaceAll(/(?<=- (?:waits|sleeps)) for [\d.]+ s\b/g, '')
            .replaceAll(/, [\d. a-z]+ left\b/g, '');
        expect(stacks(later.stdout)).toBe(stacks(live.stdout));
      }),
    ));

  test('what cannot be written leaves what was there', () =>
    withFolder((folder) =>
      withProgram(interpreter, 'idle.py', {}, async ({ pid }) => {
        const path = join(folder, 'a.core');
        writeFileSync(path, 'before');
        const limited = ['--fsize=8192', RUNNER, PYSTACK, 'snapshot', String(pid), '-o', path];
        const { code, stderr } = await runCommand('prlimit', limited);
        // The one file has no room in memory for its parts then.
        const refused = RUNNER === process.execPath ? 'EFBIG' : 'ulimit -f';
        expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(refused) });
        for (const taken of ['/dev/null', join(folder, 'none', 'a.core'), folder]) {
          expect((await runPystack(['snapshot', String(pid), '-o', taken])).code, taken).toBe(1);
        }
        expect(readFileSync(path, 'utf8')).toBe('before');
        expect(readdirSync(folder)).toEqual(['a.core']);
      }),
    ));

  test('a signal leaves a whole file or none', () =>
    withFolder((folder) =>
      withProgram(interpreter, 'many_threads.py', { args: ['20', '10'] }, async ({ pid }) => {
        const path = join(folder, 'a.core.gz');
        const outcomes = new Set<string>();
        for (let n = 0; n < 8; n++) {
          const child = spawn(RUNNER, [PYSTACK, 'snapshot', String(pid), '-o', path], { stdio: 'ignore' });
          // Listened for from the start: on a quiet machine it has ended of its own accord before the signal.
          const ended = once(child, 'exit');
          await sleep(40 + 25 * n);
          child.kill(n % 2 === 0 ? 'SIGTERM' : 'SIGINT');
          const [code, signal] = await ended;
          outcomes.add(String(signal ?? code));
          if (existsSync(path)) expect((await inspectCore(path)).threads.length).toBe(21);
          expect(readdirSync(folder)).toEqual(existsSync(path) ? ['a.core.gz'] : []);
        }
        expect([...outcomes].filter((outcome) => !['SIGTERM', 'SIGINT', '0'].includes(outcome))).toEqual([]);
      }),
    ));
});
