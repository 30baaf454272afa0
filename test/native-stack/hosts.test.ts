/**
 * Python that is not its own master: in a program that embeds it, in uwsgi, and in the one thread that a fork leaves. Are
 * the host's frames where they must be?
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { Frame, Snapshot, Thread } from '../../src/snapshot.js';
import { findInterpreters, type Interpreter } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { pythonWithPackages } from '../support/real-python.js';
import { programPath, withProgram } from '../support/target.js';

const PROGRAMS = '../native-stack/programs';
const folder = mkdtempSync(join(tmpdir(), 'pystack-hosts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = (frame: Frame) => (frame.kind === 'python' ? `${frame.function}()` : (frame.symbol ?? '?'));

/** Each of these, in this order, with anything in between; all that is wrong with the thread is nothing. */
function expectInOrder(thread: Thread | undefined, wanted: readonly string[]): void {
  const names = thread?.frames.map(text) ?? [];
  let from = 0;
  for (const name of wanted) {
    const at = names.indexOf(name, from);
    expect(at, `${name} in ${names.slice(from).join(', ')}`).toBeGreaterThanOrEqual(0);
    from = at + 1;
  }
}

async function lookAtAll(pid: number, check: (snapshot: Snapshot) => void): Promise<void> {
  for (const mode of MODES) {
    const snapshot = await inspectProcess(pid, { mode, native: 'python' });
    // Without a stop, code that keeps frame pointers cannot be left behind.
    const cut =
      mode === 'non-blocking' && snapshot.threads.some(({ nativeEnding }) => nativeEnding?.kind === 'truncated');
    if (cut) continue;
    expect(snapshot.warnings).toEqual([]);
    check(snapshot);
  }
}

const noCompiler = spawnSync('cc', ['--version']).error !== undefined;
/** Those that can be linked with: as a library of their own, with headers. */
const linkable = findInterpreters().filter(
  ({ version, shared, headers, debug }) => version.major > 2 && shared && headers !== null && !debug,
);

describe.skipIf(noCompiler || linkable.length === 0)('a program that embeds Python', () => {
  for (const interpreter of linkable) {
    test(interpreter.label, async () => {
      const host = embed(interpreter);
      const home = dirname(dirname(interpreter.executable));
      await withProgram(
        { ...interpreter, executable: host },
        `${PROGRAMS}/embedded.py`,
        { environment: { PYTHONHOME: home } },
        ({ pid }) =>
          lookAtAll(pid, ({ threads }) => {
            expect(threads).toHaveLength(1);
            const inner = interpreter.hasSymbols ? ['builtin_sorted'] : [];
            expectInOrder(threads[0], [
              'main',
              'runs_python',
              'PyRun_SimpleFileExFlags',
              '<module>()',
              'through_the_program',
              '<lambda>()',
              ...inner,
              '<lambda>()',
              'gate()',
              ...(interpreter.hasSymbols ? ['time_sleep'] : []),
            ]);
          }),
      );
    });
  }
});

/** The program, linked with this interpreter's library. */
function embed({ executable, headers, minorVersion }: Interpreter): string {
  const host = join(folder, `host-${minorVersion}`);
  const libraries = join(dirname(dirname(executable)), 'lib');
  const library = ['', 'm', 't'].map((flavour) => `python${minorVersion}${flavour}`);
  const name = library.find((each) => existsSync(join(libraries, `lib${each}.so`)));
  const source = programPath(`${PROGRAMS}/embedding.c`);
  const link = [`-L${libraries}`, `-Wl,-rpath,${libraries}`, `-l${name}`];
  const built = spawnSync('cc', ['-O1', '-g', `-I${headers}`, source, '-o', host, ...link], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stderr);
  return host;
}

onEveryInterpreter('the one thread that a fork in a thread leaves', (interpreter) =>
  withProgram(interpreter, 'forking.py', {}, ({ pid }) =>
    lookAtAll(pid, ({ threads }) => {
      const alive = threads.filter(({ status }) => status !== 'terminated');
      const child = alive.find(({ tid }) => tid === pid);
      expect(child?.nativeEnding).toEqual({ kind: 'complete', reason: null });
      expectInOrder(child, ['run()', 'fork()', 'in_child()', ...(interpreter.hasSymbols ? ['time_sleep'] : [])]);
      // It began as a thread, and its stack still says so.
      expect(child?.frames[0]).toMatchObject({ kind: 'native' });
      expect(child?.frames.map(text)).not.toContain('main');
    }),
  ),
);

const withPackages = pythonWithPackages();

test.skipIf(!withPackages)('uwsgi', () => {
  if (!withPackages) return;
  return withProgram(withPackages, 'uwsgi_service.py', {}, ({ pid }) =>
    lookAtAll(pid, ({ threads }) => {
      const serving = threads.find(({ frames }) => frames.some((frame) => text(frame) === 'application()'));
      expectInOrder(serving, ['uwsgi_request_wsgi', 'python_call', 'application()', 'clock_nanosleep']);
      expect(serving?.nativeEnding).toEqual({ kind: 'complete', reason: null });
    }),
  );
});
