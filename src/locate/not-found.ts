/**
 * Why was no interpreter found? Of all that was tried, the one thing that a user can do something about.
 */

import { machineName } from '../elf/header.js';
import { PystackError } from '../errors.js';
import { type Address, formatAddress } from '../memory/address.js';
import { SUPPORTED_VERSIONS } from '../python/layouts/index.js';
import type { Module } from './module.js';
import type { PythonVersion } from './python-version.js';
import { decodeFileName, formatVersion } from './python-version.js';
import type { Attempt } from './strategy.js';

/** A version without a layout; `trouble`: why what it says of itself was of no use, null where it says nothing. */
export interface UnsupportedVersion extends PythonVersion {
  readonly trouble: string | null;
}

export interface FailedSearch {
  readonly pid: number | null;
  /** A likely one that is for another processor, by its `e_machine`. */
  readonly emulated: { readonly module: Module; readonly machine: number } | null;
  /** Likely ones first. */
  readonly modules: readonly Module[];
  readonly attempts: readonly Attempt[];
  /** Versions that clues spoke of and no layout is known for. */
  readonly unsupported: readonly UnsupportedVersion[];
  /** Where a runtime structure without an interpreter was. */
  readonly empty: {
    readonly module: Module;
    readonly why: string;
    readonly stage: 'unused' | 'over' | null;
  } | null;
  readonly exhaustive: boolean;
  /** Whether it runs: only then may it yet begin to use Python. */
  readonly isLive: boolean;
  /** Whether part of its memory is known to be lost: what is not found may have been there. */
  readonly isDamaged: boolean;
}

type Empty = NonNullable<FailedSearch['empty']>;

/** Other implementations of Python, by what their programs and libraries are called. */
const OTHER_PYTHONS: readonly (readonly [RegExp, string])[] = [
  [/^(lib)?pypy/i, 'PyPy'],
  [/^micropython/i, 'MicroPython'],
  [/^circuitpython/i, 'CircuitPython'],
  [/^(lib)?graalpy|^libpythonvm/i, 'GraalPy'],
  [/^rustpython/i, 'RustPython'],
];

/** The PystackError for a search that found nothing. */
export function notFound(search: FailedSearch): PystackError {
  const { pid, modules, empty } = search;
  const subject = pid === null ? 'the process' : `process ${pid}`;
  for (const { name } of modules) {
    const other = OTHER_PYTHONS.find(([pattern]) => pattern.test(name));
    if (other) {
      return new PystackError('unsupported-interpreter', `${subject} runs ${other[1]}, not CPython`, {
        cause: `${name} is mapped; only CPython's structures can be read`,
        nextStep: 'use the tools that come with it; `--native-all` shows its C stacks',
      });
    }
  }
  if (search.emulated) return emulated(subject, search.emulated, modules);
  const unsupported = search.unsupported[0];
  if (unsupported) return unsupportedVersion(subject, unsupported);
  const likely = modules.filter(({ name }) => decodeFileName(name) !== null);
  if (search.isDamaged && (empty !== null || likely.length > 0)) return lost(subject, likely, search);
  if (empty) return notAtWork(subject, empty, search);
  if (modules.some(({ lacksDescriptor }) => lacksDescriptor)) {
    return new PystackError('out-of-descriptors', `there are too few file descriptors to find Python in ${subject}`, {
      cause: 'a file that it has mapped could not be opened: EMFILE',
    });
  }
  return likely.length > 0 ? notMadeOut(subject, likely, search) : notPython(subject, modules, search);
}

/** The PystackError where interpreters are, and none at `address`. */
export function noSuchInterpreter(
  address: number,
  found: readonly { readonly address: Address; readonly library: string | null }[],
): PystackError {
  const places = found.map((one) => `${formatAddress(one.address)} (${one.library ?? 'in memory of no file'})`);
  return new PystackError('file-not-found', `no interpreter is at 0x${address.toString(16)}`, {
    cause: 'what is asked for is the address of an interpreter, as warnings and the JSON document have it',
    nextStep: `name one of: ${places.join(', ')}`,
  });
}

/** The emulator is the only program that is mapped as code. */
function emulated(
  subject: string,
  { module, machine }: NonNullable<FailedSearch['emulated']>,
  modules: readonly Module[],
): PystackError {
  const emulator = modules.find(({ mappings }) => mappings.some(({ executable }) => executable));
  const under = emulator ? ` under an emulator (${emulator.name})` : '';
  return new PystackError('wrong-architecture', `${subject} runs a Python for ${machineName(machine)}${under}`, {
    cause: `${module.path} is of another processor than this machine's; only emulated programs of the same are read`,
    nextStep: 'have it tell itself: faulthandler.register(signal.SIGUSR1); or run it where it needs no emulator',
  });
}

/** The PystackError where no mapped file is called `library`. */
export function noSuchLibrary(library: string, likely: readonly Module[]): PystackError {
  return new PystackError('file-not-found', `no mapped file is called ${library}`, {
    cause: 'what is asked for is part of the path of a program or library of the process',
    nextStep: `name one of: ${likely.map(({ path }) => path).join(', ')}`,
  });
}

/** A core that was cut cannot tell whether there was a Python at work: it may have had one in what is lost. */
function lost(subject: string, likely: readonly Module[], { attempts, exhaustive }: FailedSearch): PystackError {
  const names = likely.map(({ name }) => name).join(', ');
  return new PystackError('not-initialized', `what is left of the memory of ${subject} does not lead to its Python`, {
    cause: `the core lost part of its memory, and nothing in the rest leads to an interpreter or to a thread's state${names === '' ? '' : ` (${names})`}`,
    tried: triedIn(likely, attempts),
    nextStep: `have a whole core written (ulimit -c unlimited, room on the disk)${exhaustive ? '' : ', or search all of this one with --exhaustive'}`,
  });
}

function notAtWork(subject: string, { module, why, stage }: Empty, { pid, isLive }: FailedSearch): PystackError {
  const holds = `${module.name} holds Python, but ${why}`;
  if (!isLive && stage !== 'over') {
    return new PystackError('not-initialized', `${subject} had no Python interpreter at work`, {
      cause: `${holds}: it was starting, had finished or never used it, or zeros stand where its memory was`,
      nextStep: 'look at its native stacks: gdb with the core',
    });
  }
  switch (stage) {
    case 'unused':
      return new PystackError('not-initialized', `${subject} has not initialised its Python`, {
        cause: `${holds}: it is mapped and was never used, or is about to start`,
        nextStep: 'if it should be starting, try again in a moment',
      });
    case 'over':
      return new PystackError('not-initialized', `the Python of ${subject} has shut down`, {
        cause: `${holds}: Py_Finalize has run, and what runs now is not Python`,
        nextStep: `look at its native stacks: ${pid === null ? 'gdb with the core' : `eu-stack -p ${pid}`}`,
      });
    case null:
      return new PystackError('not-initialized', `${subject} has no Python interpreter at work`, {
        cause: `${holds}: it is still starting, has finished, or never uses it`,
        nextStep: 'try again in a moment',
      });
  }
}

function unsupportedVersion(subject: string, version: UnsupportedVersion): PystackError {
  const newest = SUPPORTED_VERSIONS.at(-1) ?? '';
  // 3.0 to 3.5 lie between two that are known.
  const older = compareVersions(version, newest) < 0;
  return new PystackError('unsupported-version', `${subject} runs Python ${formatVersion(version)}`, {
    cause:
      `its structures are not among those known here (${SUPPORTED_VERSIONS.join(', ')})` +
      (version.trouble === null ? '' : `, and what it says of them is of no use: ${version.trouble}`),
    nextStep: older
      ? 'use a tool of its time, such as gdb with its python-gdb.py'
      : 'look for a newer release of pystack',
  });
}

function compareVersions(version: PythonVersion, text: string): number {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return version.major - major || version.minor - minor;
}

function notMadeOut(subject: string, likely: readonly Module[], search: FailedSearch): PystackError {
  return new PystackError('not-initialized', `no Python interpreter could be made out in ${subject}`, {
    cause: `it ${search.isLive ? 'is still starting, has finished' : 'was still starting, had finished'}, or is no ordinary build (${likely.map(({ name }) => name).join(', ')})`,
    tried: triedIn(likely, search.attempts),
    nextStep: nextStepOf(search),
  });
}

function nextStepOf({ isLive, exhaustive }: FailedSearch): string {
  if (!isLive) return exhaustive ? '-vv says what was tried' : 'search all of its memory with --exhaustive';
  return exhaustive ? 'try again in a moment; -vv says what was tried' : 'try again in a moment, or with --exhaustive';
}

function notPython(subject: string, modules: readonly Module[], search: FailedSearch): PystackError {
  const program = modules[0];
  return new PystackError('not-python', `${subject} is not a Python process`, {
    cause: program
      ? `no interpreter in its program ${program.path}${modules.length > 1 ? ` nor in ${counted(modules.length - 1)}` : ''}`
      : 'it has no program mapped',
    tried: triedIn(modules.slice(0, 1), search.attempts),
    nextStep: search.exhaustive
      ? 'list Python processes: pgrep -a python'
      : 'list Python processes: pgrep -a python; of an unusual build: --exhaustive',
  });
}

function counted(libraries: number): string {
  return libraries === 1 ? 'the library it has mapped' : `the ${libraries} libraries it has mapped`;
}

/** The outcomes in the module that is mapped largest, of the likely ones: a libpython rather than the stub before it. */
function triedIn(likely: readonly Module[], attempts: readonly Attempt[]): string[] {
  const size = (module: Module) => module.mappings.reduce((sum, { start, end }) => sum + end - start, 0);
  const largest = likely.reduce<Module | null>((a, b) => (a && size(a) >= size(b) ? a : b), null);
  return attempts
    .filter(({ module }) => module === largest?.name)
    .map(({ strategy, outcome }) => `${strategy}: ${outcome}`);
}
