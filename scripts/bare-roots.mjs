// Where is nothing of this machine? Folders with a Linux and a Python in them, from Debian's archive as this machine is
// set up to reach it, made by debootstrap into .cache/roots, once. Nothing in them is run to make them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianArchive } from '../packaging/apt.mjs';

const FOLDER = fileURLToPath(new URL('../.cache/roots', import.meta.url));

/** The oldest that the packages are promised for, today's, and the newest; one with musl beside; one of another processor. */
const ROOTS = [
  // Debian 11 has pip's distutils in a package of its own.
  { name: 'bullseye', suite: 'bullseye', python: '3.9', more: ['python3-distutils'] },
  { name: 'bookworm', suite: 'bookworm', python: '3.11' },
  { name: 'trixie', suite: 'trixie', python: '3.13' },
  { name: 'trixie-musl', suite: 'trixie', python: '3.13', more: ['musl'] },
  { name: 'bookworm-arm64', suite: 'bookworm', python: '3.11', arch: 'arm64' },
];

/** In each, because Node.js needs them (libatomic1: from 26 on). */
const COMMON = ['libstdc++6', 'libatomic1'];

/** Makes what is missing; returns the folders that are there. What cannot be had is told with `log`, and why. */
export function bareRoots(log) {
  mkdirSync(FOLDER, { recursive: true });
  return ROOTS.flatMap((root) => {
    const folder = join(FOLDER, root.name);
    const stamp = join(folder, '.made-of');
    const wanted = JSON.stringify([root, COMMON]);
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return [folder];
    log(`making a bare root: ${root.name} …`);
    const problem = make(root, `${folder}.partial`);
    if (problem !== null) {
      log(`cannot be had: ${root.name}: ${problem}`);
      return [];
    }
    rmSync(folder, { recursive: true, force: true });
    renameSync(`${folder}.partial`, folder);
    writeFileSync(stamp, wanted);
    return [folder];
  });
}

/** null, or why it could not be made. */
function make({ suite, python, more = [], arch }, folder) {
  rmSync(folder, { recursive: true, force: true });
  const packages = [...COMMON, `python${python}-minimal`, `libpython${python}-stdlib`, ...more];
  const archive = debianArchive();
  if (archive === null) return "this machine's apt names no Debian archive";
  const args = ['--foreign', '--variant=minbase', `--include=${packages.join(',')}`, suite, folder, archive];
  if (arch) args.unshift(`--arch=${arch}`);
  const problem = run('debootstrap', args);
  if (problem !== null) return problem;
  // The first stage unpacks only what the second needs; that would run programs of the root.
  const archives = join(folder, 'var/cache/apt/archives');
  for (const name of readdirSync(archives).filter((each) => each.endsWith('.deb'))) {
    const trouble = run('dpkg-deb', ['-x', join(archives, name), folder]);
    if (trouble !== null) return trouble;
  }
  rmSync(archives, { recursive: true });
  return null;
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 600_000 });
  if (error) return `${command} cannot be run: ${error.message}`;
  return status === 0 ? null : (`${stdout}${stderr}`.trim().split('\n').at(-1) ?? `${command}: exit ${status}`);
}
