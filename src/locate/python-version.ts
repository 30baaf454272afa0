/**
 * Which version of Python does a module hold? Clues from best to weakest, each found when asked for: none is believed
 * before the structures agree with the layout it leads to.
 */

import type { ElfSymbol } from '../elf/symbols.js';
import { readChunks } from '../memory/chunks.js';
import type { Range } from '../memory/ranges.js';
import type { MemoryReader } from '../memory/reader.js';
import type { Module } from './module.js';

export interface PythonVersion {
  readonly major: number;
  readonly minor: number;
  /** null: not known. */
  readonly patch: number | null;
  /** null: not known. */
  readonly releaseLevel: 'alpha' | 'beta' | 'candidate' | 'final' | null;
  /** The 2 of 3.14.0rc2; 0 for a final release, null where not known. */
  readonly serial: number | null;
}

export interface VersionClue {
  readonly version: PythonVersion;
  /** Where it is from, in words. */
  readonly source: string;
  /** Whether it may well be the number of something else. */
  readonly isGuess?: true;
}

/** "3.12.1", "3.14.0rc2", "3.12" where the patch level is not known. */
export function formatVersion({ major, minor, patch, releaseLevel, serial }: PythonVersion): string {
  if (patch === null) return `${major}.${minor}`;
  const letter = { alpha: 'a', beta: 'b', candidate: 'rc', final: '' }[releaseLevel ?? 'final'];
  return `${major}.${minor}.${patch}${letter}${letter === '' ? '' : (serial ?? '')}`;
}

/**
 * A `PY_VERSION_HEX`; null for what cannot be one.
 * https://docs.python.org/3/c-api/apiabiversion.html#c.PY_VERSION_HEX
 */
export function decodeVersionHex(hex: number): PythonVersion | null {
  if (!Number.isInteger(hex) || hex <= 0 || hex > 0xffffffff) return null;
  const level = ({ 10: 'alpha', 11: 'beta', 12: 'candidate', 15: 'final' } as const)[(hex >>> 4) & 15];
  const major = hex >>> 24;
  if (level === undefined || (major !== 2 && major !== 3)) return null;
  return { major, minor: (hex >>> 16) & 255, patch: (hex >>> 8) & 255, releaseLevel: level, serial: hex & 15 };
}

/** As PY_VERSION is written: "3.10.13", "3.14.0rc2", "3.13.0a3+" (a build after that release). */
const PY_VERSION = /^([23])\.(\d{1,2})\.(\d{1,2})(?:(a|b|rc)(\d{1,2}))?\+?/;

/** The version `text` begins with; null when it begins otherwise. */
export function decodeVersionText(text: string): PythonVersion | null {
  const parts = PY_VERSION.exec(text);
  if (!parts) return null;
  const level = ({ a: 'alpha', b: 'beta', rc: 'candidate' } as const)[parts[4] as 'a' | 'b' | 'rc'] ?? 'final';
  return {
    major: Number(parts[1]),
    minor: Number(parts[2]),
    patch: Number(parts[3]),
    releaseLevel: level,
    serial: parts[5] === undefined ? 0 : Number(parts[5]),
  };
}

/** major.minor from a file name as `libpython3.12.so.1.0`, `python3.9-dbg`, `libpython3.7m.so`; null without. */
export function decodeFileName(name: string): PythonVersion | null {
  const parts = /python([23])\.(\d{1,2})/i.exec(name);
  if (!parts) return null;
  return { major: Number(parts[1]), minor: Number(parts[2]), patch: null, releaseLevel: null, serial: null };
}

/** The clues of `module`, best first, each only as it is asked for: that is also their order of cost. */
export function* versionClues(module: Module): Generator<VersionClue> {
  // Python 3.11 and newer; exported by most builds that export anything.
  const exported = module.dynamicSymbol('Py_Version');
  const constant = exported && readVersionConstant(module, exported);
  if (constant) yield constant;
  const named = decodeFileName(module.name);
  const buffer = readVersionBuffer(module, named);
  if (buffer) yield { version: buffer, source: "Py_GetVersion()'s text in memory" };
  if (named) yield { version: named, source: `the file name ${module.name}` };
  if (constant || buffer || named) return;
  for (const symbol of module.scannedSymbols) {
    const clue = symbol.name.startsWith('Py_Version') ? readVersionConstant(module, symbol) : null;
    if (clue) yield clue;
  }
  for (const version of readVersionConstants(module)) {
    yield { version, source: 'a version text among its constants', isGuess: true };
  }
}

/** `const unsigned long Py_Version`. */
function readVersionConstant(module: Module, symbol: ElfSymbol): VersionClue | null {
  const bytes = module.readAt(symbol.value, 8);
  if (bytes.length < 8) return null;
  const version = decodeVersionHex(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true));
  return version && { version, source: 'the symbol Py_Version' };
}

/** More data than any build of Python has; a program that embeds it may have more, and is searched so far. */
const MAX_SEARCH = 64 * 1024 * 1024;

/**
 * The static buffer in which Py_GetVersion() composes "3.10.13 (main, Aug  5 2026, …) [GCC …]". Every interpreter that
 * has started has filled it, for sys.version.
 * https://github.com/python/cpython/blob/v3.10.0/Python/getversion.c
 */
function readVersionBuffer(module: Module, named: PythonVersion | null): PythonVersion | null {
  const beginnings = named ? [`${named.major}.${named.minor}.`, '3.', '2.'] : ['3.', '2.'];
  for (const beginning of beginnings) {
    for (const found of searchText(module.memory, module.writableRanges, beginning)) {
      const version = /^\S{5,12} \(.{1,80}\) \n?\[/s.test(found) ? decodeVersionText(found) : null;
      if (version) return version;
    }
  }
  return null;
}

/** PY_VERSION itself stands alone among the constants; so may other programs' version numbers. */
function* readVersionConstants(module: Module): Generator<PythonVersion> {
  const seen = new Set<string>();
  for (const found of searchText(module.memory, module.readOnlyRanges, '3.')) {
    const text = found.split('\0')[0] ?? '';
    const version = decodeVersionText(text);
    if (!version || formatVersion(version) !== text.replace(/\+$/, '') || seen.has(text)) continue;
    seen.add(text);
    yield version;
  }
}

/** The up to 128 bytes that begin with `beginning`, wherever it stands in `ranges`. */
function* searchText(memory: MemoryReader, ranges: readonly Range[], beginning: string): Generator<string> {
  let left = MAX_SEARCH;
  for (const { start, end } of ranges) {
    for (const { view } of readChunks(memory, { start, end: Math.min(end, start + left) }, 128)) {
      const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
      for (let i = bytes.indexOf(beginning, 0, 'latin1'); i >= 0; i = bytes.indexOf(beginning, i + 1, 'latin1')) {
        yield bytes.toString('latin1', i, Math.min(i + 128, bytes.length));
      }
    }
    left -= end - start;
    if (left <= 0) return;
  }
}
