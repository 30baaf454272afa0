// On which Pythons is it measured? BENCH_PYTHONS names programs (colon-separated); else the oldest, the middle and the
// newest of those called python3.N that start, on PATH or among pyenv's, where there is one.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram, PYTHON } from './tools.mjs';

const MINORS = [8, 9, 10, 11, 12, 13, 14, 15];
const REAL = 'import sys; print(sys.executable, "%d.%d.%d" % sys.version_info[:3])';

/** @returns {{ program: string, version: string }[]} */
export function pythons() {
  const named = process.env.BENCH_PYTHONS?.split(':').filter(Boolean);
  const found = (named ?? MINORS.map((minor) => kept(`python3.${minor}`) ?? findProgram(`python3.${minor}`)))
    .map(started)
    .filter(Boolean);
  if (named !== undefined || found.length <= 3) return found.length > 0 ? found : [started(PYTHON)].filter(Boolean);
  return [found[0], found[Math.floor(found.length / 2)], found[found.length - 1]];
}

/** Its own path, so that what is measured is no script of a version manager; null: it does not start. */
function started(command) {
  if (!command) return null;
  try {
    const [program, version] = execFileSync(command, ['-c', REAL], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split(' ');
    return { program, version };
  } catch {
    return null;
  }
}

/** pyenv's own of that name: on PATH it has scripts that start only what was switched on. */
function kept(name) {
  const versions = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  if (!existsSync(versions)) return null;
  return (
    readdirSync(versions)
      .map((version) => join(versions, version, 'bin', name))
      .find((path) => existsSync(path)) ?? null
  );
}
