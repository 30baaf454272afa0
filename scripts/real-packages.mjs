// Which real programs does the suite look at? Installs them from PyPI into the cache folder, once, for the Python named.
// Without a network they are not there, and the tests that need them are skipped and counted.
// `node scripts/real-packages.mjs`
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { CACHE } from '../packaging/cache-folder.mjs';

// The Python pystack is what --compat is compared with.
const PACKAGES = ['gunicorn==23.0.0', 'numpy', 'pandas', 'cryptography', 'gevent', 'pyuwsgi', 'pystack==1.7.2'];

/** The virtual environment's Python with all packages, or null. */
export function realPython(base = process.env.PYTHON ?? 'python3') {
  const folder = folderFor(base);
  return existsSync(stampIn(folder)) ? `${folder}/bin/python` : null;
}

/** Makes the virtual environment unless it is there; null where it cannot be had, with the reason on stderr. */
export function installRealPackages(base = process.env.PYTHON ?? 'python3') {
  const folder = folderFor(base);
  const python = `${folder}/bin/python`;
  if (existsSync(stampIn(folder))) return python;
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
  writeFileSync(stampIn(folder), '');
  return python;
}

/** Is there once all of it is installed. */
function stampIn(folder) {
  return `${folder}/.complete`;
}

/** Named after the Python and what is installed for it. */
function folderFor(base) {
  const { stdout } = spawnSync(base, ['-c', 'import os, sys; print(os.path.realpath(sys.executable), sys.version)'], {
    encoding: 'utf8',
  });
  const key = createHash('sha256')
    .update(JSON.stringify([stdout, PACKAGES]))
    .digest('hex')
    .slice(0, 12);
  return `${CACHE}/real-programs-${key}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) installRealPackages();
