/**
 * Which layouts may describe the structure at this address? From 3.13 it says so itself; before, what is known of the
 * module's version leads to a row, and without that every row is a guess for the proof to judge.
 */

import type { Address } from '../memory/address.js';
import { offsetBy } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';
import { bytesOf, CorruptData, MemoryFault, readPointer } from '../memory/reader.js';
import { type Architecture, architectureOf } from '../process/arch.js';
import type { NotedInterpreter } from '../process/noted-interpreter.js';
import type { DebugOffsets } from '../python/layouts/debug-offsets.js';
import { DEBUG_COOKIE, layoutFromDebugOffsets, readDebugOffsets } from '../python/layouts/debug-offsets.js';
import { DEBUG_TABLES } from '../python/layouts/debug-tables.js';
import { layoutFor, NEWEST_KNOWN, SUPPORTED_VERSIONS } from '../python/layouts/index.js';
import type { Layout } from '../python/layouts/layout.js';
import type { Module } from './module.js';
import type { PythonVersion, VersionClue } from './python-version.js';
import { decodeVersionHex, formatVersion, versionClues } from './python-version.js';

export interface LayoutChoice {
  readonly layout: Layout;
  readonly version: PythonVersion;
  readonly freeThreaded: boolean;
  /** Whether the layout is that of the version before, as far as the target does not describe itself. */
  readonly approximate: boolean;
  /** Whether it is tried without anything that speaks for it. */
  readonly isGuess: boolean;
  /** Why this one, in words. */
  readonly because: string;
}

/**
 * Versions met for which there is no layout, and why what they say of themselves was of no use (null: they say nothing):
 * told when nothing else is found.
 */
export type NoteUnsupported = (version: PythonVersion, trouble: string | null) => void;

/**
 * What the structure at `address` says of itself, from 3.13; null: it says nothing, so rows are to be tried. Where its
 * table is damaged, the row of its version stands in.
 */
export function readOwnChoice(
  module: Module,
  address: Address,
  unsupported: NoteUnsupported,
): readonly LayoutChoice[] | null {
  let own: OwnWords | null;
  let table: DebugOffsets | null = null;
  let trouble: string | null = null;
  try {
    own = readOwnWords(module.memory, address);
    if (!own) return null;
    table = readDebugOffsets(module.memory, address);
  } catch (error) {
    if (error instanceof CorruptData) trouble = error.message;
    else if (error instanceof MemoryFault) trouble = 'it is cut off';
    else throw error;
    own = readOwnWords(module.memory, address);
    if (!own) return null;
  }
  const { version, freeThreaded } = own;
  const clue = { version, source: `its own table of offsets${trouble === null ? '' : ` (not used: ${trouble})`}` };
  const known = chooseRow(module, clue, freeThreaded);
  const row = known ?? (table && nextVersionRow(module, version, freeThreaded));
  if (!row) {
    unsupported(version, trouble);
    return [];
  }
  return [
    {
      layout: table ? layoutFromDebugOffsets(table, row.layout) : row.layout,
      version,
      freeThreaded,
      approximate: known === null,
      isGuess: false,
      because: `${formatVersion(version)} by ${clue.source}`,
    },
  ];
}

/**
 * A version newer than all known describes itself, too; what it does not tell is taken to be as in the version before.
 * Tried for the very next version only: two steps change too much.
 */
function nextVersionRow(module: Module, version: PythonVersion, freeThreaded: boolean): LayoutChoice | null {
  const newestTable = DEBUG_TABLES.at(-1)?.version;
  if (newestTable !== NEWEST_KNOWN || newestTable !== `${version.major}.${version.minor - 1}`) return null;
  const before = { ...version, minor: version.minor - 1, patch: null };
  return chooseRow(module, { version: before, source: 'the version before' }, freeThreaded);
}

/** Choices from clues about the module's version. */
export function* rowChoices(module: Module, unsupported: NoteUnsupported): Generator<LayoutChoice> {
  const tried = new Set<string>();
  for (const clue of versionClues(module)) {
    const minor = `${clue.version.major}.${clue.version.minor}`;
    // Clues come with the patch level first where there is one; a second of the same version says nothing new.
    if (tried.has(minor)) continue;
    tried.add(minor);
    const choices = bothBuilds(module, clue);
    if (choices.length === 0 && !clue.isGuess) unsupported(clue.version, null);
    yield* choices;
  }
}

/** The row of the version that a note claims; none where there is no such row. */
export function claimedChoice(
  module: Module,
  { version, freeThreaded }: Pick<NotedInterpreter, 'version' | 'freeThreaded'>,
): LayoutChoice[] {
  const choice = chooseRow(module, { version, source: "the snapshot's note", isGuess: true }, freeThreaded);
  return choice ? [choice] : [];
}

/**
 * Whether it is said in memory what it is, to the patch level, and there are rows of that. If it runs, that is so: under the
 * rows of its neighbours, which are alike, it would be misread. Of a core such words may be damaged as well.
 */
export function saysVersion(choices: Iterable<LayoutChoice>): boolean {
  for (const { isGuess, version } of choices) if (!isGuess && version.patch !== null) return true;
  return false;
}

/** Every row, newest first: for the proof to choose where clues lead nowhere. */
export function* everyRow(module: Module): Generator<LayoutChoice> {
  for (const minor of SUPPORTED_VERSIONS.toReversed()) {
    const [major = 0, number = 0] = minor.split('.').map(Number);
    const version = { major, minor: number, patch: null, releaseLevel: null, serial: null };
    yield* bothBuilds(module, { version, source: 'trying every known version', isGuess: true });
  }
}

/** With and without a GIL, where there are rows of both and nothing tells which. */
function bothBuilds(module: Module, clue: VersionClue): LayoutChoice[] {
  return (isFreeThreaded(module) ? [true] : [false, true]).flatMap(
    (freeThreaded) => chooseRow(module, clue, freeThreaded) ?? [],
  );
}

function chooseRow(module: Module, clue: VersionClue, freeThreaded: boolean): LayoutChoice | null {
  const { version, source } = clue;
  const layout = layoutFor(version.major, version.minor, version.patch, {
    machine: machineOf(module),
    freeThreaded,
    traceRefs: hasTraceRefs(module),
  });
  const isGuess = clue.isGuess ?? false;
  const because = `${formatVersion(version)} by ${source}`;
  return layout && { layout, version, freeThreaded, approximate: false, isGuess, because };
}

function machineOf(module: Module): Architecture {
  const machine = (module.file ?? module.mapped)?.header.machine;
  return machine === undefined ? 'x86-64' : architectureOf(machine);
}

/**
 * Whether it was built with `--with-pydebug`: only then does it count references, and has a function that says which count
 * became negative. null: nothing at hand tells; it is not worth looking for a file, and missing it.
 * https://github.com/python/cpython/blob/v3.13.0/Include/refcount.h (search for _Py_NegativeRefcount)
 */
export function isDebugBuild(module: Module): boolean | null {
  if (module.dynamicSymbolAtHand('_Py_NegativeRefcount') !== null) return true;
  return module.dynamicSymbolAtHand('Py_IsInitialized') === null ? null : false;
}

/**
 * Whether it can run without a GIL: only then it counts references of threads apart. False where no file at hand tells; it
 * is not worth looking for one, and missing it.
 * https://github.com/python/cpython/blob/v3.13.0/Include/refcount.h (search for _Py_MergeZeroLocalRefcount)
 */
function isFreeThreaded(module: Module): boolean {
  return module.dynamicSymbolAtHand('_Py_MergeZeroLocalRefcount') !== null;
}

/**
 * Whether objects are linked to each other (Py_TRACE_REFS): `PyType_Type` is its own type, and the word that says so is
 * the second of an ordinary object and the fourth of a linked one. (It is the fourth without a GIL, too.)
 */
function hasTraceRefs(module: Module): boolean {
  if (isFreeThreaded(module)) return false;
  const symbol = module.dynamicSymbol('PyType_Type');
  const bias = module.biases[0];
  if (!symbol || bias === undefined) return false;
  try {
    const type = (symbol.value + bias) as Address;
    return (
      readPointer(module.memory, offsetBy(type, 24)) === type && readPointer(module.memory, offsetBy(type, 8)) !== type
    );
  } catch (error) {
    if (error instanceof MemoryFault || (error instanceof Error && error.name === 'InvalidAddress')) return false;
    throw error;
  }
}

interface OwnWords {
  readonly version: PythonVersion;
  readonly freeThreaded: boolean;
}

/** Cookie, version, whether free-threaded; null before 3.13. */
function readOwnWords(memory: MemoryReader, address: Address): OwnWords | null {
  let view: DataView;
  try {
    view = memory.read(address, 24);
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
  if (new TextDecoder('latin1').decode(bytesOf(view).subarray(0, 8)) !== DEBUG_COOKIE) return null;
  const version = decodeVersionHex(view.getUint32(8, true));
  return version && { version, freeThreaded: view.getUint32(16, true) === 1 };
}
