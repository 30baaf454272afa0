/**
 * Which Pythons does this machine have? Found by looking where they usually are and asking each what it is, so that
 * nothing is assumed about who installed them. What was found but cannot be used is kept with the reason: skips are
 * counted and printed.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, appendFileSync, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Minor versions of CPython 3 that the suite expects to work, both ends included; and 2.7. */
const SUPPORTED = { minorFrom: 6, minorTo: 15 } as const;

export function isSupported({ major, minor }: Pick<PythonVersion, 'major' | 'minor'>): boolean {
  return major === 3 ? minor >= SUPPORTED.minorFrom && minor <= SUPPORTED.minorTo : major === 2 && minor === 7;
}

export interface PythonVersion {
  major: number;
  minor: number;
  patch: number;
}

export interface Interpreter {
  /** Real path of the binary: no shim, no symbolic link. */
  executable: string;
  version: PythonVersion;
  /** "3.12", the name of its layout row. */
  minorVersion: string;
  /** Unique among those found, e.g. "3.12.1 shared", "3.11.2 static stripped". */
  label: string;
  /** Whether a libpython is mapped into it (else the interpreter is in the executable). */
  shared: boolean;
  freeThreaded: boolean;
  /** A `--with-pydebug` build. */
  debug: boolean;
  /** A `--with-trace-refs` build. */
  traceRefs: boolean;
  /** Whether it was fetched or built by scripts/provision-pythons.mjs. */
  provisioned: boolean;
  /** Whether the file that holds the interpreter has a `.symtab`. */
  hasSymbols: boolean;
  /** Directory of Python.h; null when the headers are not installed. */
  headers: string | null;
}

export interface SkippedInterpreter {
  executable: string;
  /** "3.6.15", or null where it would not tell. */
  version: string | null;
  reason: string;
}

export interface Discovery {
  interpreters: Interpreter[];
  skipped: SkippedInterpreter[];
  /** Further builds of versions among {@link interpreters}: fit, and among the skipped. */
  further: Interpreter[];
}

/** Names the file with this run's discovery, written once by the suite's global setup for all test processes. */
export const DISCOVERY_FILE_VARIABLE = 'PYSTACK_TEST_DISCOVERY';
/** Names the file to which each interpreter that a test really started is appended. */
export const COVERED_FILE_VARIABLE = 'PYSTACK_TEST_COVERED';

let known: Discovery | undefined;

/**
 * The interpreters to test on, oldest first. `PYSTACK_TEST_PYTHONS` (colon-separated paths) adds some,
 * `PYSTACK_TEST_ONLY` (comma-separated, "3.12,3.8,3.13t") keeps only those versions. Of those in .cache/pythons, only
 * versions are taken that there is no other of; `PYSTACK_TEST_FLAVOURS=all` takes every build.
 */
export function findInterpreters(): Interpreter[] {
  return discovery().interpreters;
}

/**
 * A later patch release of a version in which one changed structures (3.13: locks), where the one that is tested is from
 * before; for tests of those structures.
 */
export function laterPatches(): Interpreter[] {
  const { interpreters, further } = discovery();
  return CHANGED_IN_A_PATCH.flatMap(({ minor, patch }) => {
    const isLater = ({ version, freeThreaded, debug }: Interpreter) =>
      version.major === 3 && version.minor === minor && version.patch >= patch && !freeThreaded && !debug;
    return interpreters.some(isLater) ? [] : (further.findLast(isLater) ?? []);
  });
}

/** 3.13.1 made a PyMutex of the semaphore in `_thread.lock`. https://github.com/python/cpython/pull/125116 */
const CHANGED_IN_A_PATCH = [{ minor: 13, patch: 1 }] as const;

/** One interpreter for what need not be tried on all: the newest. Throws where there is none. */
export function anyInterpreter(): Interpreter {
  const ordinary = findInterpreters().filter((interpreter) => !interpreter.debug && !interpreter.freeThreaded);
  // What the machine has itself goes before what was fetched: the same choice with and without.
  const newest = ordinary.findLast((interpreter) => !interpreter.provisioned) ?? ordinary.at(-1);
  if (!newest) throw new Error('no supported Python on this machine: install python3, or set PYSTACK_TEST_PYTHONS');
  return newest;
}

export function discovery(): Discovery {
  if (!known) {
    const file = process.env[DISCOVERY_FILE_VARIABLE];
    known = file ? (JSON.parse(readFileSync(file, 'utf8')) as Discovery) : discover();
  }
  return known;
}

/** Remembers that a test ran on this interpreter, for the list printed at the end. */
export function noteCovered(interpreter: Interpreter): void {
  const file = process.env[COVERED_FILE_VARIABLE];
  if (file) appendFileSync(file, `${interpreter.label}\n`);
}

export function formatVersion({ major, minor, patch }: PythonVersion): string {
  return `${major}.${minor}.${patch}`;
}

/** Whether `interpreter` is at least 3.`minor`: for what a version of Python itself has or has not. */
export function isAtLeast(interpreter: Interpreter, minor: number): boolean {
  return interpreter.version.major > 3 || (interpreter.version.major === 3 && interpreter.version.minor >= minor);
}

/** What the probe below prints. */
interface Probe {
  executable: string;
  implementation: string;
  version: [number, number, number];
  bits: number;
  shared: boolean;
  freeThreaded: boolean;
  debug: boolean;
  traceRefs: boolean;
  pymalloc: boolean;
  hasSymbols: boolean;
  headers: string | null;
}

/** Runs on any Python from 2.7; says what it is by what is mapped, not by how it says it was configured. */
const PROBE = `
import json, os, struct, sys, sysconfig
exe = os.path.realpath(sys.executable)
holder, shared = os.path.realpath('/proc/self/exe'), False
with open('/proc/self/maps') as maps:
    for line in maps:
        path = line.rstrip('\\n').split(None, 5)[-1]
        if os.path.basename(path).startswith('libpython'):
            holder, shared = path, True
symbols = False
with open(holder, 'rb') as f:
    header = f.read(64)
    shoff, = struct.unpack_from('<Q', header, 0x28)
    size, count = struct.unpack_from('<HH', header, 0x3a)
    f.seek(shoff)
    table = f.read(size * count)
    symbols = any(struct.unpack_from('<I', table, i * size + 4)[0] == 2 for i in range(count))
include = sysconfig.get_paths()['include']
print(json.dumps({
    'executable': exe,
    'implementation': getattr(getattr(sys, 'implementation', None), 'name', 'cpython' if 'PyPy' not in sys.version else 'pypy'),
    'version': list(sys.version_info[:3]),
    'bits': struct.calcsize('P') * 8,
    'shared': shared,
    'freeThreaded': bool(sysconfig.get_config_var('Py_GIL_DISABLED')),
    'debug': hasattr(sys, 'gettotalrefcount'),
    'traceRefs': hasattr(sys, 'getobjects'),
    'pymalloc': sysconfig.get_config_var('WITH_PYMALLOC') != 0,
    'hasSymbols': symbols,
    'headers': include if os.path.exists(os.path.join(include, 'Python.h')) else None,
}))
`;

/** Looks for interpreters and asks each what it is; the work of about a second. */
export function discover(environment: NodeJS.ProcessEnv = process.env): Discovery {
  const probes = new Map<string, Found>();
  const skipped: SkippedInterpreter[] = [];
  const asked = new Set<string>();
  for (const { path, named, provisioned } of candidates(environment)) {
    const real = realPath(path);
    if (real === null) {
      if (named)
        skipped.push({ executable: path, version: null, reason: 'named in PYSTACK_TEST_PYTHONS but not there' });
      continue;
    }
    // Shims of different names are one file and different answers; binaries need to be asked once.
    const script = isScript(real);
    const key = script ? path : identityOf(real);
    if (asked.has(key)) continue;
    asked.add(key);
    const answer = probe(path);
    if (typeof answer !== 'string') probes.set(answer.executable, { ...answer, provisioned });
    else if (named || !script) skipped.push({ executable: path, version: null, reason: answer });
  }
  const only = (environment['PYSTACK_TEST_ONLY'] ?? '').split(',').filter(Boolean);
  const everyFlavour = environment['PYSTACK_TEST_FLAVOURS'] === 'all';
  const interpreters: Interpreter[] = [];
  const further: Interpreter[] = [];
  const all = [...probes.values()].sort(byVersion);
  for (const found of all) {
    const unfit = reasonToSkip(found, only);
    const reason = unfit ?? (everyFlavour ? null : furtherFlavour(found, all));
    if (reason === null) interpreters.push(describe(found, interpreters));
    else if (unfit === null) further.push(describe(found, [...interpreters, ...further]));
    if (reason === null) continue;
    skipped.push({ executable: found.executable, version: found.version.join('.'), reason });
  }
  return { interpreters, skipped, further };
}

interface PlaceToLook {
  path: string;
  named: boolean;
  provisioned: boolean;
}

interface Found extends Probe {
  provisioned: boolean;
}

/** Where scripts/provision-pythons.mjs puts what it fetches and builds. */
const PROVISIONED = fileURLToPath(new URL('../../.cache/pythons', import.meta.url));

const PYTHON_NAME = /^python([23](\.\d+)?t?d?)?$/;

function* candidates(environment: NodeJS.ProcessEnv): Generator<PlaceToLook> {
  for (const path of (environment['PYSTACK_TEST_PYTHONS'] ?? '').split(':').filter(Boolean)) {
    yield { path, named: true, provisioned: false };
  }
  const versionManager = environment['PYENV_ROOT'] ?? join(homedir(), '.pyenv');
  const folders = [
    ...(environment['PATH'] ?? '').split(':').filter(Boolean),
    '/usr/bin',
    '/usr/local/bin',
    ...entries('/opt').map((name) => join('/opt', name, 'bin')),
    ...entries(join(versionManager, 'versions')).map((name) => join(versionManager, 'versions', name, 'bin')),
  ];
  for (const folder of new Set(folders)) {
    for (const name of entries(folder)) {
      if (PYTHON_NAME.test(name)) yield { path: join(folder, name), named: false, provisioned: false };
    }
  }
  for (const tree of entries(PROVISIONED)) {
    for (const folder of [join(PROVISIONED, tree, 'bin'), join(PROVISIONED, tree, 'root', 'usr', 'bin')]) {
      for (const name of entries(folder)) {
        if (PYTHON_NAME.test(name)) yield { path: join(folder, name), named: false, provisioned: true };
      }
    }
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function realPath(path: string): string | null {
  try {
    accessSync(path, constants.X_OK);
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** One program may have several names: `python3.13` and `python3.13t` of a free-threaded build are one file. */
function identityOf(path: string): string {
  const { dev, ino } = statSync(path);
  return `${dev}:${ino}`;
}

function isScript(path: string): boolean {
  return readFileSync(path).subarray(0, 2).toString('latin1') === '#!';
}

/** What the interpreter says it is, or why it would not tell. */
function probe(path: string): Probe | string {
  const ran = spawnSync(path, ['-E', '-c', PROBE], { encoding: 'utf8', timeout: 60_000 });
  if (ran.error) return ran.error.message;
  if (ran.status !== 0) return `does not run: ${ran.stderr.trim().split('\n').at(-1) ?? `exit ${ran.status}`}`;
  return JSON.parse(ran.stdout) as Probe;
}

function byVersion(a: Probe, b: Probe): number {
  const [major, minor, patch] = a.version;
  const [otherMajor, otherMinor, otherPatch] = b.version;
  return major - otherMajor || minor - otherMinor || patch - otherPatch || a.executable.localeCompare(b.executable);
}

function reasonToSkip(found: Probe, only: readonly string[]): string | null {
  const [major, minor] = found.version;
  if (found.implementation !== 'cpython') return `${found.implementation}, not CPython`;
  if (found.bits !== 64) return `a ${found.bits}-bit build`;
  if (!isSupported({ major, minor })) {
    return `outside the supported versions 2.7 and 3.${SUPPORTED.minorFrom} to 3.${SUPPORTED.minorTo}`;
  }
  const name = `${major}.${minor}${found.freeThreaded ? 't' : ''}`;
  if (only.length > 0 && !only.includes(name)) return 'left out by PYSTACK_TEST_ONLY';
  return null;
}

/** Of a fetched build, why the plain suite does without it; null where it is the only one of its version. */
function furtherFlavour(found: Found, all: readonly Found[]): string | null {
  if (!found.provisioned) return null;
  const same = all.filter(
    (other) =>
      other.version[0] === found.version[0] &&
      other.version[1] === found.version[1] &&
      other.freeThreaded === found.freeThreaded &&
      other.implementation === found.implementation,
  );
  const preferred = same.find((other) => !other.provisioned) ?? same.find((other) => !other.debug) ?? same[0];
  return preferred === found
    ? null
    : 'another build of a version tested anyway; PYSTACK_TEST_FLAVOURS=all takes it too';
}

function describe(found: Found, others: readonly Interpreter[]): Interpreter {
  const [major, minor, patch] = found.version;
  const words = [found.version.join('.'), found.shared ? 'shared' : 'static'];
  if (found.debug) words.push('debug');
  if (found.traceRefs) words.push('trace-refs');
  if (!found.pymalloc) words.push('no-pymalloc');
  if (found.freeThreaded) words.push('free-threaded');
  if (!found.hasSymbols) words.push('stripped');
  const label = words.join(' ');
  const taken = others.some((other) => other.label === label);
  return {
    executable: found.executable,
    version: { major, minor, patch },
    minorVersion: `${major}.${minor}`,
    label: taken ? `${label} (${basename(found.executable)} of ${found.executable})` : label,
    shared: found.shared,
    freeThreaded: found.freeThreaded,
    debug: found.debug,
    traceRefs: found.traceRefs,
    provisioned: found.provisioned,
    hasSymbols: found.hasSymbols,
    headers: found.headers,
  };
}
