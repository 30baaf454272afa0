// Where do compiler, libraries and Node.js binaries come from? From the package registries, through their own clients
// and as this machine is set up to reach them; each file is one version with one checksum (pins.json), kept in
// the cache folder.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { privateApt } from './apt.mjs';
import { CACHE as MACHINE_CACHE } from './cache-folder.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
export const CACHE = join(MACHINE_CACHE, 'packaging');
export const PINS = JSON.parse(readFileSync(new URL('pins.json', import.meta.url), 'utf8'));

/** What cannot be had just now, or from here: nothing is wrong with what is built of it. */
export class Unavailable extends Error {}

/** What the compiler runs with: it keeps what it made in our cache, and puts no times into anything. */
export const COMPILER_ENVIRONMENT = {
  ZIG_GLOBAL_CACHE_DIR: join(CACHE, 'zig'),
  ZIG_LOCAL_CACHE_DIR: join(CACHE, 'zig-local'),
  SOURCE_DATE_EPOCH: '0',
};

const COMPILER = join(CACHE, `ziglang-${PINS.pip.ziglang.version}`);

/** The compiler: path of the `zig` program. Throws an Error where it cannot be had. */
export function compiler() {
  const program = join(COMPILER, 'ziglang/zig');
  if (!compilerIsHere()) {
    unzip(pipWheel('ziglang'), COMPILER);
    chmodSync(program, 0o755);
  }
  return program;
}

/** Whether it was downloaded already. */
export function compilerIsHere() {
  return existsSync(COMPILER);
}

/** The unpacked source of every library, by package name. Throws an Error where one cannot be had. */
export function librarySources() {
  const { suite, packages } = PINS.debianSources;
  const folder = join(CACHE, 'sources');
  const wanted = Object.entries(packages);
  const missing = wanted.filter(([name, pin]) => !existsSync(join(folder, unpackedName(name, pin))));
  if (missing.length > 0) {
    const files = join(CACHE, 'downloads');
    mkdirSync(files, { recursive: true });
    const absent = missing.filter(([, { file }]) => !existsSync(join(files, file)));
    if (absent.length > 0) aptSources(suite, absent, files);
    for (const [name, pin] of missing) {
      const file = join(files, pin.file);
      if (!existsSync(file))
        throw new Unavailable(`${suite} has another ${name} by now, not ${pin.file}: see packaging/pins.json`);
      verify(file, 'sha256', pin.sha256, 'hex');
      unpackInto(join(folder, unpackedName(name, pin)), (into) =>
        run('tar', ['-x', '-f', file, '-C', into, '--strip-components=1', '--no-same-owner']),
      );
    }
  }
  return Object.fromEntries(wanted.map(([name, pin]) => [name, join(folder, unpackedName(name, pin))]));
}

/** A file of a wheel of PyPI, by its name in pins.json; returns the wheel's path. */
export function pipWheel(name) {
  const { distribution = name, version, platform, sha256 } = PINS.pip[name];
  const folder = join(CACHE, 'downloads', `${name}-${version}`);
  const file = existsSync(folder) && readdirSync(folder).find((each) => each.endsWith('.whl'));
  if (file) return join(folder, file);
  say(`downloading ${distribution} ${version} (${platform})`);
  // pip itself refuses a file with another checksum.
  const requirements = join(CACHE, `${name}.txt`);
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(requirements, `${distribution}==${version} --hash=sha256:${sha256}\n`);
  unpackInto(folder, (into) => {
    const args = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--require-hashes'];
    // --python-version: the wheels are for any Python 3, and this one's own version does not matter.
    const target = ['--platform', platform, '--python-version', '3.11'];
    download('python3', ['-m', 'pip', 'download', ...args, ...target, '--dest', into, '-r', requirements]);
  });
  return pipWheel(name);
}

/** A package of npm, by its name in pins.json; returns the folder with its files. */
export function npmPackage(name) {
  const { package: packageName = name, version, integrity } = PINS.npm[name];
  const folder = npmFolder(name);
  if (existsSync(folder)) return folder;
  say(`downloading ${packageName} ${version}`);
  const files = join(CACHE, 'downloads');
  mkdirSync(files, { recursive: true });
  const args = ['pack', `${packageName}@${version}`, '--pack-destination', files, '--json', '--loglevel=error'];
  const [{ filename }] = JSON.parse(download('npm', args));
  const file = join(files, filename);
  const [algorithm, checksum] = integrity.split(/-(.*)/s);
  verify(file, algorithm, checksum, 'base64');
  unpackInto(folder, (into) => run('tar', ['-x', '-f', file, '-C', into, '--strip-components=1', '--no-same-owner']));
  rmSync(file);
  return folder;
}

function npmFolder(name) {
  return join(CACHE, `${name}-${PINS.npm[name].version}`);
}

/** Unpacks a zip file (a wheel). Python is here: node-gyp needs it too. */
export function unzip(file, folder) {
  unpackInto(folder, (into) => run('python3', ['-m', 'zipfile', '-e', file, into]));
}

/** What pins.json calls the run-time system of the one file. */
export function bunPackage(arch, libc) {
  return `bun-linux-${arch}-${libc}`;
}

/** Whether what `npmPackage` gives for the one file is here already. */
export function bunIsHere({ arch, libc }) {
  return existsSync(npmFolder(bunPackage(arch, libc)));
}

/** A checksum in the given form. */
export function checksumOf(file, algorithm = 'sha256', form = 'hex') {
  return createHash(algorithm).update(readFileSync(file)).digest(form);
}

/** Source packages of a suite. */
function aptSources(suite, wanted, files) {
  const names = wanted.map(([name]) => name);
  say(`downloading the sources of ${names.join(', ')} (${suite})`);
  const { environment } = apt('apt', { kind: 'deb-src', suites: [suite] });
  // The upstream part alone: Debian's own revisions come and go, and what they change is packaging.
  const args = ['-qq', 'source', '--download-only', '--tar-only', '--only-source', ...names];
  download('apt-get', args, { environment, cwd: files });
}

/** An apt of ours with fresh lists. Throws Unavailable. */
function apt(name, wanted) {
  try {
    const own = privateApt(join(CACHE, name), wanted);
    run('apt-get', ['-qq', 'update'], own);
    return own;
  } catch (error) {
    throw new Unavailable(error.message, { cause: error });
  }
}

function unpackedName(name, { version }) {
  return `${name}-${version}`;
}

/** Makes a folder in one step, so that an interrupted download is not taken for a finished one. */
function unpackInto(folder, fill) {
  const partial = `${folder}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  fill(partial);
  // Another checkout may have been quicker.
  if (existsSync(folder)) rmSync(partial, { recursive: true });
  else renameSync(partial, folder);
}

function verify(file, algorithm, expected, form) {
  const found = checksumOf(file, algorithm, form);
  if (found === expected) return;
  rmSync(file);
  throw new Error(`${file}: checksum ${found}, but packaging/pins.json says ${expected}`);
}

/** Runs a program; returns its stdout. Throws an Error with what it said. */
export function run(command, args, { cwd = root, environment = {} } = {}) {
  const env = { ...process.env, ...environment };
  const options = { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] };
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (error) throw new Error(`${command} cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stderr.trim()}`);
  return stdout;
}

/** Runs a registry's client. Throws Unavailable with what it said. */
function download(command, args, options) {
  try {
    return run(command, args, options);
  } catch (error) {
    throw new Unavailable(error.message, { cause: error });
  }
}

/** What is going on, for whoever waits. */
export function say(what) {
  process.stderr.write(`package: ${what} …\n`);
}
