/**
 * How are the cores of the corpus made? Each program runs until it dies, on every supported Python; of the core that the
 * kernel writes, only what pystack reads is kept.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { discover, type Interpreter } from '../../test/support/interpreters.js';
import { expectedText } from './expected.js';
import { shrinkCore } from './shrink.js';

/** Makes the cases whose folder (`deep/3.12`) has one of the words in it; without words all. */
export async function remake(root: string, args: readonly string[]): Promise<void> {
  const onlyExpected = args.includes('--expected');
  const words = args.filter((word) => !word.startsWith('--'));
  process.chdir(root);
  const wanted = (folder: string) => words.length === 0 || words.some((word) => folder.includes(word));
  if (!onlyExpected) await makeCores(wanted);
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
      if (!wanted(folder)) continue;
      mkdirSync(folder, { recursive: true });
      const bytes = await makeCore(interpreter, join('corefiles', situation, 'program.py'), join(folder, 'core.gz'));
      process.stdout.write(`${folder}: ${Math.ceil(bytes / 1024)} KiB\n`);
    }
  }
}

/** `3.12`, `3.11-static`. */
function versionFolder({ minorVersion, shared, debug, freeThreaded }: Interpreter): string {
  return [minorVersion, shared ? '' : 'static', debug ? 'debug' : '', freeThreaded ? 'free-threaded' : '']
    .filter(Boolean)
    .join('-');
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
    const executable = join(home, 'bin', basename(interpreter.executable));
    // An empty environment: what stands in it is nobody's business, and no pystack reads it.
    spawnSync('sh', ['-c', 'ulimit -c unlimited; exec "$0" "$1"', executable, join(SCENE, 'program.py')], {
      cwd: SCENE,
      env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', PYTHONHOME: home, PYTHONDONTWRITEBYTECODE: '1' },
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
