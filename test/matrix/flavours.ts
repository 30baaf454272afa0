/**
 * Which builds of Python does the matrix have a row for? Every interpreter found, some of them run in another way (the
 * JIT on, the GIL on again, another allocator), and copies that lack what usually helps to find one's way.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { findInterpreters, formatVersion, type Interpreter } from '../support/interpreters.js';

export interface Flavour {
  /** Unique; the first column of the table. */
  readonly name: string;
  readonly interpreter: Interpreter;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Flavours {
  readonly rows: readonly Flavour[];
  /** What there should be a row for, and why there is none. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

/** `folder`: an empty one for copies of interpreters; the caller removes it. */
export function allFlavours(folder: string): Flavours {
  const rows: Flavour[] = [];
  const missing: { name: string; reason: string }[] = [];
  const interpreters = findInterpreters();
  for (const interpreter of interpreters) rows.push({ name: nameOf(interpreter), interpreter, environment: {} });
  for (const interpreter of interpreters.filter(({ provisioned }) => provisioned)) {
    const copy = `${interpreter.executable}-no-table`;
    if (existsSync(copy)) {
      const name = `${nameOf(interpreter)}, without its table of offsets`;
      rows.push({ name, interpreter: { ...interpreter, executable: copy, label: name }, environment: {} });
    }
  }
  for (const [what, environment, fits] of RUN_OTHERWISE) {
    const interpreter = interpreters.findLast(fits);
    if (interpreter) rows.push({ name: `${nameOf(interpreter)}, ${what}`, interpreter, environment });
    else missing.push({ name: what, reason: 'no interpreter of that kind is here' });
  }
  const withSymbols = interpreters.findLast(({ hasSymbols, shared, debug }) => hasSymbols && shared && !debug);
  if (withSymbols) {
    const stripped = strippedCopy(withSymbols, folder);
    if (typeof stripped === 'string') missing.push({ name: 'stripped libpython', reason: stripped });
    else rows.push(stripped);
  }
  missing.push(...NOT_TO_BE_HAD.filter(({ has }) => !interpreters.some(has)));
  return { rows, missing };
}

const RUN_OTHERWISE: readonly (readonly [string, Readonly<Record<string, string>>, (one: Interpreter) => boolean])[] = [
  ['JIT on', { PYTHON_JIT: '1' }, hasJit(15)],
  ['JIT on', { PYTHON_JIT: '1' }, hasJit(14)],
  ['GIL switched on', { PYTHON_GIL: '1' }, ({ freeThreaded }) => freeThreaded],
  ['allocating with malloc', { PYTHONMALLOC: 'malloc' }, ({ freeThreaded, debug }) => !freeThreaded && !debug],
];

function hasJit(minor: number): (one: Interpreter) => boolean {
  return ({ version, executable, debug }) => {
    if (version.minor !== minor || debug) return false;
    const program = 'import sys; sys.exit(0 if sys._jit.is_available() else 1)';
    try {
      execFileSync(executable, ['-c', program], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
}

/** Builds that are to be had nowhere as things stand; each leaves the list when an interpreter of that kind is found. */
const NOT_TO_BE_HAD: readonly {
  readonly name: string;
  readonly reason: string;
  readonly has: (one: Interpreter) => boolean;
}[] = [
  ...[14, 15].map((minor) => ({
    name: `3.${minor}t (free-threaded)`,
    reason:
      'nobody packages it and its source package could not be had; checked from its headers and on made-up memory',
    has: ({ version, freeThreaded }: Interpreter) => freeThreaded && version.minor === minor,
  })),
  {
    name: '3.13 with musl, and with frame pointers',
    reason: 'built from source by `npm run test:matrix`, which takes minutes each; this run had not built them',
    has: (one) => isBuiltAs('musl')(one) || isBuiltAs('frame-pointers')(one),
  },
  {
    name: 'tail-calling interpreter',
    reason: 'needs a compiler newer than the one here; its symbols are checked on made-up stacks',
    has: () => false,
  },
];

/** By the folder that scripts/provision-pythons.mjs builds it into. */
function isBuiltAs(word: string): (one: Interpreter) => boolean {
  return ({ provisioned, executable }) => provisioned && executable.includes(`-${word}/`);
}

export function nameOf(interpreter: Interpreter): string {
  const { version, shared, freeThreaded, debug, traceRefs, hasSymbols, label } = interpreter;
  const words = [
    debug ? 'pydebug' : null,
    traceRefs ? 'trace-refs' : null,
    label.includes('no-pymalloc') ? 'no pymalloc' : null,
    shared ? 'libpython' : 'static',
    hasSymbols ? null : 'stripped',
    isBuiltAs('frame-pointers')(interpreter) ? 'frame pointers' : null,
    isBuiltAs('musl')(interpreter) ? 'musl' : null,
  ].filter((word) => word !== null);
  return `${formatVersion(version)}${freeThreaded ? 't' : ''} (${words.join(', ')})`;
}

/** A copy of a shared build whose library has no symbols but those it exports; why there is none, in words. */
function strippedCopy(interpreter: Interpreter, folder: string): Flavour | string {
  const library = mappedLibrary(interpreter);
  if (library === null) return 'its library was not found';
  const copy = join(folder, library.split('/').at(-1) ?? 'libpython');
  try {
    copyFileSync(library, copy);
    execFileSync('strip', ['--strip-all', copy], { stdio: 'ignore' });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const name = `${nameOf(interpreter)}, stripped`;
  return { name, interpreter: { ...interpreter, label: name, hasSymbols: false }, environment: { LD_PRELOAD: copy } };
}

function mappedLibrary({ executable }: Interpreter): string | null {
  const program = "import re; print(re.search(r'/\\S*libpython3\\.\\S*', open('/proc/self/maps').read()).group())";
  try {
    return execFileSync(executable, ['-c', program], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
}
