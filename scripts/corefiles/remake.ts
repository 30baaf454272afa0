/**
 * How are the cores of the corpus made? Each program runs until it dies, on every supported Python; of the core that the
 * kernel writes, only what pystack reads is kept. Those in `snapshot…` folders live on, and a snapshot of them is kept.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';

import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { snapshotProcess } from '../../src/save-snapshot.js';
import { discover, type Interpreter } from '../../test/support/interpreters.js';
import { makeEmulated } from './emulated.js';
import { expectedText } from './expected.js';
import { shrinkCore } from './shrink.js';

/** Makes the cases whose folder (`deep/3.12`) has one of the words in it; without words all. */
export async function remake(root: string, args: readonly string[]): Promise<void> {
  const onlyExpected = args.includes('--expected');
  const words = args.filter((word) => !word.startsWith('--'));
  process.chdir(root);
  const wanted = (folder: string) => words.length === 0 || words.some((word) => folder.includes(word));
  const emulated = args.find((word) => word.startsWith('--emulated='))?.slice('--emulated='.length);
  if (emulated !== undefined) await makeEmulated(emulated, wanted);
  else if (!onlyExpected) await makeCores(wanted);
  for (const core of listCores().filter((path) => wanted(dirname(path)))) {
    writeFileSync(join(dirname(core), 'expected.txt'), await expectedText(core));
  }
}

/** Paths from the project's folder. */
export function listCores(): string[] {
  return readdirSync('corefiles', { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === 'core.gz')
    .map((path) => join('corefiles', path))
    .sort();
}

async function makeCores(wanted: (folder: string) => boolean): Promise<void> {
  const situations = readdirSync('corefiles').filter((name) => existsSync(join('corefiles', name, 'program.py')));
  for (const interpreter of discover().interpreters) {
    const version = versionFolder(interpreter);
    for (const situation of situations) {
      const folder = join('corefiles', situation, version);
      if (!wanted(folder) || !isFor(interpreter, situation)) continue;
      mkdirSync(folder, { recursive: true });
      const bytes = await makeCore(interpreter, join('corefiles', situation, 'program.py'), join(folder, 'core.gz'));
      process.stdout.write(`${folder}: ${Math.ceil(bytes / 1024)} KiB\n`);
    }
  }
}

/** A program may say in its first lines that it is only for Python 2 or 3, and why. */
function isFor({ version }: Interpreter, situation: string): boolean {
  const text = readFileSync(join('corefiles', situation, 'program.py'), 'utf8').slice(0, 1000);
  const only = /Python ([23]) only: /.exec(text)?.[1];
  return only === undefined || Number(only) === version.major;
}

/** `3.12`, `3.11-static`. */
function versionFolder({ minorVersion, shared, debug, traceRefs, freeThreaded }: Interpreter): string {
  const words = {
    static: !shared,
    debug,
    'trace-refs': traceRefs,
    'free-threaded': freeThreaded,
  };
  return [minorVersion, ...Object.entries(words).flatMap(([word, has]) => (has ? [word] : []))].join('-');
}

/** Where the interpreter seems to lie in the cores: they are to tell nothing of whose machine made them. */
const SCENE = join(tmpdir(), 'scene');

async function makeCore(interpreter: Interpreter, program: string, output: string): Promise<number> {
  const prefix = dirname(dirname(realpathSync(interpreter.executable)));
  const home = prefix === '/usr' ? prefix : join(SCENE, 'python');
  mkdirSync(SCENE);
  try {
    if (home !== prefix) symlinkSync(prefix, home);
    copyFileSync(program, join(SCENE, 'program.py'));
    // Older than the process that runs it, whatever the resolution of clocks.
    utimesSync(join(SCENE, 'program.py'), 1, 1);
    const executable = join(home, 'bin', basename(interpreter.executable));
    // An empty environment: what stands in it is nobody's business, and no pystack reads it.
    const env = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', PYTHONHOME: home, PYTHONDONTWRITEBYTECODE: '1' };
    const options = { cwd: SCENE, env };
    if (basename(dirname(program)).startsWith('snapshot')) {
      await keepSnapshot(spawn(executable, [join(SCENE, 'program.py')], options));
    } else
      spawnSync('sh', ['-c', 'ulimit -c unlimited; exec "$0" "$1"', executable, join(SCENE, 'program.py')], {
        ...options,
        stdio: 'ignore',
        timeout: 60_000,
      });
    const core = readdirSync(SCENE).find((name) => name.startsWith('core'));
    if (core === undefined) throw new Error(`${program} left no core on ${interpreter.label}: see core_pattern`);
    const rename = (path: string) =>
      path.startsWith(`${prefix}/`) && prefix !== home ? home + path.slice(prefix.length) : path;
    return await shrinkCore(join(SCENE, core), output, rename);
  } finally {
    rmSync(SCENE, { recursive: true });
  }
}

/** Threads that were about to wait do so after this time. */
const SETTLED_MS = 300;

/** Programs that do not die are looked at once they have printed a line. */
async function keepSnapshot(program: ChildProcessWithoutNullStreams): Promise<void> {
  try {
    await once(program.stdout, 'data');
    await sleep(SETTLED_MS);
    if (program.pid === undefined) throw new Error('it did not start');
    await snapshotProcess(program.pid, join(SCENE, 'core'), { locals: true });
  } finally {
    program.kill('SIGKILL');
    await once(program, 'exit');
  }
}
