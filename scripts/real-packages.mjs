// Which real programs does the suite look at? Installs them from PyPI into .cache, once, for the Python named. Without a
// network they are not there, and the tests that need them are skipped and counted. `node scripts/real-packages.mjs`
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PACKAGES = ['gunicorn==23.0.0', 'numpy', 'cryptography', 'gevent', 'pyuwsgi'];
const folder = fileURLToPath(new URL('../.cache/real-programs', import.meta.url));
const python = `${folder}/bin/python`;
/** Holds the list of what was installed, once all of it is. */
const stamp = `${folder}/.complete`;

/** The virtual environment's Python with all packages, or null. */
export function realPython() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === PACKAGES.join('\n') ? python : null;
}

/** Makes the virtual environment unless it is there; null where it cannot be had, with the reason on stderr. */
export function installRealPackages(base = process.env.PYTHON ?? 'python3') {
  if (realPython()) return python;
  const steps = [
    [base, ['-m', 'venv', folder]],
    [python, ['-m', 'pip', 'install', '--quiet', '--only-binary=:all:', '--retries=0', ...PACKAGES]],
  ];
  for (const [command, args] of steps) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 300_000 });
    if (status !== 0) {
      process.stderr.write(
        `setup: no real programs to look at (their tests are skipped): ${error?.message ?? stderr.trim().split('\n').at(-1)}\n`,
      );
      return null;
    }
  }
  writeFileSync(stamp, PACKAGES.join('\n'));
  return python;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) installRealPackages();
