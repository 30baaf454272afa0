// Which Pythons does the whole matrix need that this machine lacks, and can they be had? Fetched from Debian's archive as
// apt is configured here, or built from its source packages, into .cache/pythons, once. What cannot be had is said, with
// the reason, and is missing from the matrix. `node scripts/provision-pythons.mjs [FOLDER…]`: those in that folder alone.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { privateApt } from '../packaging/apt.mjs';
import { relocateProgram } from './relocate-program.mjs';

const FOLDER = fileURLToPath(new URL('../.cache/pythons', import.meta.url));

/** Interpreters as Debian builds them: static, stripped, LTO and PGO, with a pydebug build and debug symbols each. */
const DEBIAN = { folder: 'debian-sid', suite: 'sid', versions: ['3.13', '3.14', '3.15'] };

/** It says that it compiles for glibc's folders, which Python's configure does not believe. */
const MUSL_COMPILER = join(FOLDER, 'build/musl-compiler');

/** What nobody packages. Each is tried with the versions of the source package that the archive lists, newest first. */
const BUILDS = [
  { folder: '3.13t', source: 'python3.13', configure: ['--disable-gil'] },
  { folder: '3.14t', source: 'python3.14', configure: ['--disable-gil'] },
  { folder: '3.15t', source: 'python3.15', configure: ['--disable-gil'] },
  {
    folder: '3.13-debug-no-pymalloc',
    source: 'python3.13',
    configure: ['--with-pydebug', '--with-trace-refs', '--without-pymalloc'],
  },
  // Objects are linked to each other up to 3.12; later ones keep the list elsewhere.
  { folder: '3.9-trace-refs', source: 'python3.9', configure: ['--with-trace-refs', '--without-pymalloc'] },
  { folder: '3.13-frame-pointers', source: 'python3.13', configure: [], cflags: '-O2 -g -fno-omit-frame-pointer' },
  // Without pkg-config, which knows this system's libraries: they are glibc's.
  {
    folder: '3.13-musl',
    source: 'python3.13',
    configure: [`CC=${MUSL_COMPILER}`, 'PKG_CONFIG=false'],
    needs: 'musl-gcc',
  },
];
const SOURCE_SUITES = ['sid', 'forky', 'trixie', 'bookworm', 'bullseye'];

/**
 * Makes what is missing. Returns, for each, `{ name, state: 'present' | 'made' | 'missing', reason }`; `reason` is null
 * unless missing. `log` is told what is being done; `only`, unless empty, names the folders to be made.
 */
export function provisionPythons(log = () => {}, only = []) {
  mkdirSync(FOLDER, { recursive: true });
  const results = [];
  const step = (name, folder, make) => {
    if (only.length > 0 && !only.includes(folder)) return;
    if (existsSync(join(FOLDER, folder, '.complete'))) {
      results.push({ name, state: 'present', reason: null });
      return;
    }
    try {
      log(`provision: ${name} …`);
      make();
      writeFileSync(join(FOLDER, folder, '.complete'), '');
      results.push({ name, state: 'made', reason: null });
    } catch (error) {
      results.push({ name, state: 'missing', reason: error.message });
    }
  };
  const { folder, suite, versions } = DEBIAN;
  step(`${versions.join(', ')} of Debian ${suite}, and pydebug`, folder, () => fetchDebian(DEBIAN));
  for (const version of versions) {
    step(`${version} without its table of offsets`, `${version}-no-table`, () => withoutTable(version));
  }
  for (const build of BUILDS) {
    const flags = build.configure.concat(build.cflags ?? []).join(' ');
    step(`${build.folder} (${flags}) from source`, build.folder, () => buildPython(build));
  }
  return results;
}

function fetchDebian({ folder, suite, versions }) {
  const apt = aptFor(`deb-${suite}`, { kind: 'deb', suites: [suite] });
  const packages = versions.flatMap((v) => [
    `python${v}`,
    `libpython${v}`,
    `libpython${v}-dev`,
    `python${v}-dbg`,
    `libpython${v}-dbg`,
  ]);
  run('apt-get', ['-qq', '-y', '--download-only', 'install', ...packages], apt.environment);
  const root = join(FOLDER, folder, 'root');
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) mkdirSync(join(root, 'usr', name), { recursive: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    run('ln', ['-sfn', `usr/${name}`, join(root, name)]);
  }
  const archives = join(apt.folder, 'cache/archives');
  for (const deb of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    run('sh', [
      '-c',
      'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink',
      'sh',
      join(archives, deb),
      root,
    ]);
  }
  // They run from where they are, with their own loader and libraries.
  const loader = realpathSync(join(root, 'usr/lib64/ld-linux-x86-64.so.2'));
  const library = realpathSync(join(root, 'usr/lib/x86_64-linux-gnu'));
  for (const version of versions) {
    for (const name of [`python${version}`, `python${version}d`]) {
      const file = realpathSync(join(root, 'usr/bin', name));
      relocateProgram(file, loader, library);
      run(file, ['-c', 'import threading']);
    }
  }
  rmSync(archives, { recursive: true });
}

/** A copy that does not say how it is laid out: its cookie is overwritten, so that rows have to do. */
function withoutTable(version) {
  const original = join(FOLDER, DEBIAN.folder, 'root/usr/bin', `python${version}`);
  if (!existsSync(original)) throw new Error(`there is no ${version} of Debian to copy`);
  // Beside the original, where it finds its library; under a name that only the matrix knows.
  const copy = `${original}-no-table`;
  const bytes = readFileSync(original);
  const at = bytes.indexOf('xdebugpy', 0, 'latin1');
  if (at < 0) throw new Error('the interpreter has no table');
  bytes.fill(0, at, at + 8);
  copyFileSync(original, copy);
  writeFileSync(copy, bytes);
  run(copy, ['-c', 'import threading']);
  mkdirSync(join(FOLDER, `${version}-no-table`), { recursive: true });
}

function buildPython({ folder, source, configure, cflags = '-O1 -g0', needs }) {
  if (needs && spawnSync(needs, ['--version']).error) throw new Error(`there is no ${needs}`);
  const tree = sourceTree(source);
  if (needs === 'musl-gcc') {
    mkdirSync(join(FOLDER, 'build'), { recursive: true });
    const lines = ['#!/bin/sh', '[ "$1" = --print-multiarch ] || exec musl-gcc "$@"'];
    writeFileSync(MUSL_COMPILER, `${lines.join('\n')}\n`, { mode: 0o755 });
  }
  const work = join(FOLDER, 'build', folder);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const prefix = join(FOLDER, folder);
  const options = ['-q', `--prefix=${prefix}`, '--without-ensurepip', '--disable-test-modules', ...configure];
  run(join(tree, 'configure'), [...options, `CFLAGS=${cflags}`], {}, work);
  run('nice', ['-n', '10', 'make', '-s', `-j${availableParallelism()}`], {}, work);
  run('make', ['-s', 'install'], {}, work);
  rmSync(work, { recursive: true });
}

const trees = new Map();

/** The unpacked source package; fails where no listed version can be had. */
function sourceTree(name) {
  const known = trees.get(name);
  if (known instanceof Error) throw known;
  if (known) return known;
  try {
    const tree = fetchSource(name);
    trees.set(name, tree);
    return tree;
  } catch (error) {
    trees.set(name, error);
    throw error;
  }
}

function fetchSource(name) {
  const apt = aptFor('source', { kind: 'deb-src', suites: SOURCE_SUITES });
  const { environment } = apt;
  const versions = [
    ...new Set(
      run('apt-cache', ['showsrc', name], environment)
        .split('\n')
        .flatMap((line) => (line.startsWith('Version: ') ? [line.slice(9)] : [])),
    ),
  ];
  let reason = 'it is not listed';
  for (const version of versions.sort(newestFirst)) {
    const got = join(apt.folder, `${name}-${version}`);
    mkdirSync(got, { recursive: true });
    try {
      run('apt-get', ['-qq', '--download-only', 'source', `${name}=${version}`], environment, got);
      const tar = readdirSync(got).find((file) => file.includes('.orig.tar'));
      run('tar', ['-xf', join(got, tar ?? ''), '-C', got]);
      const tree = readdirSync(got, { withFileTypes: true }).find((entry) => entry.isDirectory());
      if (tree) return join(got, tree.name);
    } catch (error) {
      reason = error.message;
    }
  }
  throw new Error(`the source package ${name} cannot be had: ${reason}`);
}

function newestFirst(a, b) {
  return b.localeCompare(a, 'en', { numeric: true });
}

/** An apt of our own, with fresh lists. */
function aptFor(name, wanted) {
  const apt = privateApt(join(FOLDER, 'apt', name), wanted);
  run('apt-get', ['-qq', 'update'], apt.environment);
  return apt;
}

/** What the command printed; fails with its last words. */
function run(command, args, environment = {}, cwd = FOLDER) {
  const ran = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...environment },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 1_200_000,
  });
  if (ran.error) throw new Error(`${basename(command)}: ${ran.error.message}`);
  if (ran.status !== 0) {
    const words = (ran.stderr.trim() || ran.stdout.trim()).split('\n').at(-1) ?? '';
    throw new Error(`${basename(command)} failed${words ? `: ${withoutAddresses(words)}` : ''}`);
  }
  return ran.stdout;
}

/** Which mirror it was is of no use to whoever reads the reason. */
function withoutAddresses(words) {
  return words.replace(/\bhttps?:\/\/\S*\//g, '').replace(/\s*\[IP: [^\]]*\]/, '');
}

/** The results as lines of text. */
export function describeProvisioned(results) {
  return results.map(({ name, state, reason }) => `  ${state.padEnd(8)} ${name}${reason ? `: ${reason}` : ''}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '/').href) {
  const results = provisionPythons((line) => process.stdout.write(`${line}\n`), process.argv.slice(2));
  process.stdout.write(`Pythons in .cache/pythons:\n${describeProvisioned(results).join('\n')}\n`);
}
