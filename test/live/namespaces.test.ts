/**
 * A process in namespaces of its own, as container engines make them: its files are not where its paths lead here, and
 * its thread ids are not ours. Is all of it shown, sources included, and with both ids?
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import { snapshotProcess } from '../../src/save-snapshot.js';
import type { Snapshot } from '../../src/snapshot.js';
import { PYSTACK, RUNNER, runCommand, runPystack } from '../support/command.js';
import { expectOracle, pythonFrames, pythonThreads } from '../support/expectation.js';
import { anyInterpreter, type Interpreter } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { type Program, programPath, withProgram } from '../support/target.js';

/** Own pid and mount namespace, the latter with a /proc that fits. */
const CONTAINER = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'];
/** The same in a user namespace, where we are root. */
const ROOTLESS = ['unshare', '--user', '--map-root-user', ...CONTAINER.slice(1)];

/** Each shows `$1` at `$2` of what the program sees, and nowhere else. */
const LAYOUTS = {
  'a file system of its own': 'mount -t tmpfs tmpfs "$2" && cp -a "$1/." "$2/" && shift 2 && exec "$@"',
  'an overlay':
    'mount -t tmpfs tmpfs "$3" && mkdir "$3/upper" "$3/work" && ' +
    'mount -t overlay -o "lowerdir=$1,upperdir=$3/upper,workdir=$3/work" overlay "$2" && ' +
    // Half of it in the upper layer, as after an upgrade inside.
    'touch -d "1 hour ago" "$2/many_threads.py" && shift 3 && exec "$@"',
  'another root':
    'mount --rbind / "$3" && mount -t tmpfs tmpfs "$3$2" && cp -a "$1/." "$3$2/" && root=$3 && shift 3 && exec chroot "$root" "$@"',
};

function works(through: readonly string[], script: string, folders: readonly string[]): boolean {
  const [command = '', ...args] = [...through, 'sh', '-c', script, 'sh', ...folders, 'true'];
  return spawnSync(command, args).status === 0;
}

/** Folders for one container; `inside` is what the program sees, and here holds other files of the same names. */
interface Folders {
  staged: string;
  inside: string;
  more: string;
}

async function withFolders(interpreter: Interpreter, use: (folders: Folders) => Promise<void>): Promise<void> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'pystack-inside-')));
  try {
    const folders = { staged: join(base, 'staged'), inside: join(base, 'inside'), more: join(base, 'more') };
    for (const folder of Object.values(folders)) mkdirSync(folder);
    for (const name of ['many_threads.py', 'oracle.py', 'python2.py']) {
      copyFileSync(programPath(name), join(folders.staged, name));
      writeFileSync(join(folders.inside, name), '# not what runs\n'.repeat(100));
    }
    cpSync(interpreter.executable, join(folders.staged, 'python'));
    cpSync('/bin/true', join(folders.inside, 'python'));
    await use(folders);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

/** Runs many_threads.py and its interpreter from files that are not here. */
function withContainer(
  interpreter: Interpreter,
  layout: keyof typeof LAYOUTS,
  through: readonly string[],
  { staged, inside, more }: Folders,
  use: (program: Program) => Promise<void>,
): Promise<void> {
  const script = LAYOUTS[layout];
  const folders = script.includes('"$3"') ? [staged, inside, more] : [staged, inside];
  const home = dirname(dirname(interpreter.executable));
  const environment = { PYTHONHOME: home === '/' ? '/usr' : home, LD_LIBRARY_PATH: join(home, 'lib') };
  // One that looks for its libraries beside itself does not start elsewhere.
  const copyRuns = spawnSync(join(staged, 'python'), ['-c', ''], { env: environment }).status === 0;
  return withProgram(
    interpreter,
    'many_threads.py',
    {
      through: [...through, 'sh', '-c', script, 'sh', ...folders],
      executable: copyRuns ? join(inside, 'python') : interpreter.executable,
      file: join(inside, 'many_threads.py'),
      args: ['3', '2'],
      environment: copyRuns ? environment : {},
    },
    use,
  );
}

/** As the program knows its threads. */
function asKnownInside(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    threads: snapshot.threads.map((thread) => ({ ...thread, tid: thread.innerTid ?? thread.tid })),
  };
}

function expectAllOfIt(snapshot: Snapshot, program: Program, inside: string): void {
  expectOracle(asKnownInside(snapshot), program);
  expect(snapshot.warnings).toEqual([]);
  expect(snapshot.innerPid).toBe(program.ready.pid);
  for (const thread of pythonThreads(snapshot)) {
    expect(thread.innerTid, thread.name ?? '').not.toBeNull();
    expect(thread.innerTid).not.toBe(thread.tid);
    expect(thread.osName).not.toBeNull();
    for (const frame of pythonFrames(thread).filter(({ file }) => file?.startsWith(inside))) {
      expect(frame.source, `${frame.file}:${frame.line}`).toMatchObject({ status: 'current' });
      expect(frame.source?.text).not.toContain('not what runs');
    }
  }
}

const base = realpathSync(mkdtempSync(join(tmpdir(), 'pystack-inside-')));
const folders = ['a', 'b', 'c'].map((name) => join(base, name));
for (const folder of folders) mkdirSync(folder);
writeFileSync(join(base, 'a', 'many_threads.py'), '');
const possible = (layout: keyof typeof LAYOUTS, through: readonly string[]) =>
  works(through, LAYOUTS[layout], LAYOUTS[layout].includes('"$3"') ? folders : folders.slice(0, 2));
const cases = (Object.keys(LAYOUTS) as (keyof typeof LAYOUTS)[]).flatMap((layout) =>
  [CONTAINER, ROOTLESS].map((through) => ({ layout, through, possible: possible(layout, through) })),
);
rmSync(base, { recursive: true });

for (const { layout, through, possible } of cases) {
  const where = through === ROOTLESS ? `${layout}, in a user namespace` : layout;
  test.skipIf(!possible)(`${where} (skipped where no such namespaces can be made)`, () =>
    withFolders(anyInterpreter(), (folders) =>
      withContainer(anyInterpreter(), layout, through, folders, async (program) => {
        for (const mode of MODES) expectAllOfIt(await inspectProcess(program.pid, { mode }), program, folders.inside);
        const file = join(folders.staged, 'kept.core');
        const { snapshot } = await snapshotProcess(program.pid, file);
        expectAllOfIt(snapshot, program, folders.inside);
        expect((await inspectCore(file)).threads.map(({ frames }) => frames.length)).toEqual(
          snapshot.threads.map(({ frames }) => frames.length),
        );
      }),
    ),
  );
}

describe.skipIf(!cases.some((one) => one.possible && one.through === CONTAINER))('in a container', () => {
  const layout = 'a file system of its own';

  onEveryInterpreter('all of it is seen', (interpreter) =>
    withFolders(interpreter, (folders) =>
      withContainer(interpreter, layout, CONTAINER, folders, async (program) => {
        for (const mode of MODES) expectAllOfIt(await inspectProcess(program.pid, { mode }), program, folders.inside);
      }),
    ),
  );

  test('its neighbours see it under the ids it knows', () =>
    withFolders(anyInterpreter(), (folders) =>
      withContainer(anyInterpreter(), layout, CONTAINER, folders, async (program) => {
        const inner = String(program.ready.pid);
        const enter = ['--target', String(program.pid), '--pid'];
        const look = [RUNNER, PYSTACK, 'remote', '--json', inner];
        const inside = await runCommand('nsenter', [...enter, '--mount', ...look]);
        // A sidecar shares the pids and nothing else.
        const beside = await runCommand('nsenter', [...enter, 'unshare', '--mount-proc', ...look]);
        for (const { code, stdout, stderr } of [inside, beside]) {
          expect(code, stderr).toBe(0);
          const snapshot = JSON.parse(stdout) as Snapshot;
          expectOracle(snapshot, program);
          const texts = pythonThreads(snapshot).flatMap(pythonFrames);
          expect(texts.every(({ source }) => source?.status === 'current')).toBe(true);
        }
        const confused = await runCommand('nsenter', [...enter, ...look]);
        expect(confused.code).toBe(1);
        expect(confused.stderr).toContain('/proc here shows another pid namespace than ours');
      }),
    ));

  test('both ids are in the text', () =>
    withFolders(anyInterpreter(), (folders) =>
      withContainer(anyInterpreter(), layout, CONTAINER, folders, async (program) => {
        const { stdout } = await runPystack(['remote', `${program.pid}`]);
        expect(stdout).toContain(`Traceback for thread ${program.pid} (MainThread)`);
        expect(stdout).toContain(`  * Thread ${program.ready.pid} inside its pid namespace\n`);
      }),
    ));
});
