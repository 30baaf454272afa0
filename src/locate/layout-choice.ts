/**
 * Which layouts may describe the structure at this address? From 3.13 it says so itself; before, what is known of the
 * module's version leads to a row, and without that every row is a guess for the proof to judge.
 */
import { layoutFor, SUPPORTED_VERSIONS } from '../cpython/layouts/index.js';
import type { Layout } from '../cpython/layouts/layout.js';
import type { Address } from '../memory/address.js';
import { offsetBy } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';
import { bytesOf, MemoryFault, readPointer } from '../memory/reader.js';
import { ELF_MACHINE } from '../target/elf/header.js';
import { COOKIE } from './by-cookie.js';
import type { Module } from './module.js';
import type { PythonVersion, VersionClue } from './python-version.js';
import { decodeVersionHex, formatVersion, versionClues } from './python-version.js';

export interface LayoutChoice {
  readonly layout: Layout;
  readonly version: PythonVersion;
  readonly freeThreaded: boolean;
  /** Why this one, in words. */
  readonly because: string;
}

/** Versions met for which there is no layout: told when nothing else is found. */
export type NoteUnsupported = (version: PythonVersion, source: string) => void;

/** Choices for what is at `address` in `module`, best first, each found only when it is asked for. */
export function* layoutChoices(
  module: Module,
  address: Address,
  unsupported: NoteUnsupported,
): Generator<LayoutChoice> {
  const own = readOwnWords(module.memory, address);
  if (own) {
    const choice = chooseRow(module, own, own.freeThreaded);
    if (choice) yield choice;
    else unsupported(own.version, own.source);
    return;
  }
  yield* rowChoices(module, unsupported);
}

/** Choices that do not depend on an address: clues about the module's version, then (`anyVersion`) every row. */
export function* rowChoices(module: Module, unsupported: NoteUnsupported, anyVersion = true): Generator<LayoutChoice> {
  const tried = new Set<string>();
  for (const clue of versionClues(module)) {
    const minor = `${clue.version.major}.${clue.version.minor}`;
    // Clues come with the patch level first where there is one; a second of the same version says nothing new.
    if (tried.has(minor)) continue;
    tried.add(minor);
    const choices = bothBuilds(module, clue);
    if (choices.length === 0) unsupported(clue.version, clue.source);
    yield* choices;
  }
  if (!anyVersion) return;
  for (const minor of SUPPORTED_VERSIONS.toReversed()) {
    if (tried.has(minor)) continue;
    const [major = 0, number = 0] = minor.split('.').map(Number);
    const version = { major, minor: number, patch: null, releaseLevel: null, serial: null };
    yield* bothBuilds(module, { version, source: 'trying every known version' });
  }
}

/** With and without a GIL, where there are rows of both. */
function bothBuilds(module: Module, clue: VersionClue): LayoutChoice[] {
  return [false, true].flatMap((freeThreaded) => chooseRow(module, clue, freeThreaded) ?? []);
}

function chooseRow(module: Module, clue: VersionClue, freeThreaded: boolean): LayoutChoice | null {
  const { version, source } = clue;
  const layout = layoutFor(version.major, version.minor, version.patch, {
    machine: machineOf(module),
    freeThreaded,
    traceRefs: hasTraceRefs(module),
  });
  return layout && { layout, version, freeThreaded, because: `${formatVersion(version)} by ${source}` };
}

function machineOf(module: Module): 'x86-64' | 'aarch64' {
  const machine = (module.file ?? module.mapped)?.header.machine;
  return machine === ELF_MACHINE.AARCH64 ? 'aarch64' : 'x86-64';
}

/**
 * Whether objects are linked to each other (Py_TRACE_REFS): `PyType_Type` is its own type, and the word that says so is
 * the second of an ordinary object and the fourth of a linked one.
 */
function hasTraceRefs(module: Module): boolean {
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

/** What the structure at `address` says of itself: cookie, version, whether free-threaded; null before 3.13. */
function readOwnWords(
  memory: MemoryReader,
  address: Address,
): (VersionClue & { readonly freeThreaded: boolean }) | null {
  let view: DataView;
  try {
    view = memory.read(address, 24);
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
  if (Buffer.from(bytesOf(view).subarray(0, 8)).toString('latin1') !== COOKIE) return null;
  const version = decodeVersionHex(view.getUint32(8, true));
  return version && { version, source: 'its own table of offsets', freeThreaded: view.getUint32(16, true) === 1 };
}
