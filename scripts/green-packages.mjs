// Packages of greenlets and trio for a Python, in versions of one's choice: wheels from PyPI in a folder of the cache, to be put on
// PYTHONPATH. Nothing is installed into the Python, and one pip serves all of them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { CACHE } from '../packaging/cache-folder.mjs';

const PLATFORMS = [
  'manylinux1',
  'manylinux2010',
  'manylinux2014',
  'manylinux_2_17',
  'manylinux_2_24',
  'manylinux_2_28',
];

const COMMAND = ['install', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '--retries=0', '--no-compile'];

/**
 * The folder with those packages ("greenlet==1.1.3", "gevent") for a CPython "3.12", "2.7", "3.13t"; null where they
 * cannot be had: there is no wheel, or no network. What was once not to be had is not asked for again for a day. `own`: a
 * Python of that version, whose own pip knows what the packages need there; null: a pip of another version fetches them.
 */
export function greenPackages(minorVersion, packages, own = null) {
  const base = own ?? process.env.PYTHON ?? 'python3';
  const key = createHash('sha256')
    .update(JSON.stringify([minorVersion, packages, process.arch, own !== null]))
    .digest('hex')
    .slice(0, 12);
  const folder = `${CACHE}/green-packages/${minorVersion}-${key}`;
  if (existsSync(`${folder}/.complete`)) return folder;
  if (isRecent(`${folder}.missing`)) return null;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const target = own === null ? argumentsFor(minorVersion) : [];
  const { status } = spawnSync(base, ['-m', 'pip', ...COMMAND, '--target', folder, ...target, ...packages], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (status === 0) {
    writeFileSync(`${folder}/.complete`, packages.join('\n'));
    return folder;
  }
  rmSync(folder, { recursive: true, force: true });
  writeFileSync(`${folder}.missing`, String(Date.now()));
  return null;
}

function isRecent(file) {
  return existsSync(file) && Date.now() - Number(readFileSync(file, 'utf8')) < 24 * 3600 * 1000;
}

function argumentsFor(minorVersion) {
  const digits = minorVersion.replace(/[.t]/g, '');
  // 2.7 with wide characters; `m`: with pymalloc, as long as that was a flavour.
  const flavour =
    digits === '27' ? 'mu' : digits === '36' || digits === '37' ? 'm' : minorVersion.endsWith('t') ? 't' : '';
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return [
    '--only-binary=:all:',
    ...['--implementation', 'cp', '--python-version', minorVersion.replace('t', '')],
    ...[`cp${digits}${flavour}`, 'abi3', 'none'].flatMap((abi) => ['--abi', abi]),
    ...PLATFORMS.flatMap((platform) => ['--platform', `${platform}_${machine}`]),
  ];
}
