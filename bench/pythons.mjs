// On which Pythons is it measured? BENCH_PYTHONS names programs (colon-separated); else the oldest, the middle and the
// newest of those called python3.N that are on PATH and start.
import { execFileSync } from 'node:child_process';
import { findProgram, PYTHON } from './tools.mjs';

const MINORS = [8, 9, 10, 11, 12, 13, 14, 15];
const REAL = 'import sys; print(sys.executable, "%d.%d.%d" % sys.version_info[:3])';

/** @returns {{ program: string, version: string }[]} */
export function pythons() {
  const named = process.env.BENCH_PYTHONS?.split(':').filter(Boolean);
  const found = (named ?? MINORS.map((minor) => findProgram(`python3.${minor}`))).map(started).filter(Boolean);
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
