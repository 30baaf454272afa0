/**
 * Where in the source is an instruction? Decodes the three tables CPython has had for it. Pure: bytes in, position out.
 * The bytes are of an untrusted process, so a table that ends in the middle of an entry is as good as ended before it.
 */

import type { PositionEncoding } from './layouts/layout.js';

export interface Position {
  /** 1-based; null: the compiler gave this instruction no line. */
  line: number | null;
  endLine: number | null;
  /** 0-based, in UTF-8 bytes; null: not recorded. */
  column: number | null;
  endColumn: number | null;
}

/** What of a code object its positions need. */
export interface PositionTable {
  firstLine: number;
  lineTable: Uint8Array;
}

const NOWHERE: Position = { line: null, endLine: null, column: null, endColumn: null };

/**
 * The position of the instruction at `lasti`, bytes into the bytecode. A call that has not started (`lasti` < 0) is on
 * its `def` line; so is what has line 0, the `RESUME` of a module (3.11+), which no source has.
 */
export function decodePosition(encoding: PositionEncoding, code: PositionTable, lasti: number): Position {
  if (lasti < 0) return onLine(code.firstLine);
  const position = decode(encoding, code, lasti);
  if (position.line !== null && position.line < 1) return onLine(code.firstLine);
  return position;
}

function decode(encoding: PositionEncoding, code: PositionTable, lasti: number): Position {
  switch (encoding) {
    case 'unsigned-lnotab':
      return onLine(lineInLnotab(code, lasti, (byte) => byte));
    case 'lnotab':
      return onLine(lineInLnotab(code, lasti, signedByte));
    case 'linetable':
      return onLine(lineInLinetable(code, lasti));
    case 'locations':
      return positionInLocations(code, lasti);
  }
}

function onLine(line: number | null): Position {
  return line === null ? NOWHERE : { line, endLine: null, column: null, endColumn: null };
}

/**
 * Pairs of an unsigned byte increment and a line increment, which is signed since 3.6.
 * https://github.com/python/cpython/blob/v3.9.18/Objects/lnotab_notes.txt
 */
function lineInLnotab(
  { firstLine, lineTable }: PositionTable,
  lasti: number,
  increment: (byte: number) => number,
): number {
  let line = firstLine;
  let address = 0;
  for (let at = 0; at + 1 < lineTable.length; at += 2) {
    address += lineTable[at] ?? 0;
    if (address > lasti) break;
    line += increment(lineTable[at + 1] ?? 0);
  }
  return line;
}

/**
 * Pairs of a range's length in bytes and the signed line increment to it; -128: the range has no line.
 * https://github.com/python/cpython/blob/v3.10.13/Objects/lnotab_notes.txt
 */
function lineInLinetable({ firstLine, lineTable }: PositionTable, lasti: number): number | null {
  let line = firstLine;
  let end = 0;
  for (let at = 0; at + 1 < lineTable.length; at += 2) {
    end += lineTable[at] ?? 0;
    const delta = signedByte(lineTable[at + 1] ?? 0);
    if (delta !== -128) line += delta;
    if (end > lasti) return delta === -128 ? null : line;
  }
  return null;
}

/** Kinds of entries from 10 on; 0 to 9 are short forms. */
const ONE_LINE_0 = 10;
const ONE_LINE_2 = 12;
const NO_COLUMNS = 13;
const LONG = 14;

/**
 * Entries of a first byte (bit 7 set, kind, length in code units - 1) and what the kind says.
 * https://github.com/python/cpython/blob/v3.11.7/Objects/locations.md
 */
function positionInLocations({ firstLine, lineTable: table }: PositionTable, lasti: number): Position {
  const unit = Math.floor(lasti / 2);
  const cursor = { at: 0 };
  let line = firstLine;
  let end = 0;
  while (cursor.at < table.length) {
    const first = table[cursor.at++] ?? 0;
    const kind = (first >> 3) & 15;
    end += (first & 7) + 1;
    // Only the last entry is wanted whole, but of all others the line increment.
    const wanted = end > unit;
    if (kind < ONE_LINE_0) {
      const second = table[cursor.at++] ?? 0;
      if (wanted) {
        const column = (kind << 3) | (second >> 4);
        return { line, endLine: line, column, endColumn: column + (second & 15) };
      }
    } else if (kind <= ONE_LINE_2) {
      line += kind - ONE_LINE_0;
      const column = table[cursor.at++] ?? 0;
      const endColumn = table[cursor.at++] ?? 0;
      if (wanted) return { line, endLine: line, column, endColumn };
    } else if (kind === NO_COLUMNS) {
      line += signedVarint(table, cursor);
      if (wanted) return { line, endLine: line, column: null, endColumn: null };
    } else if (kind === LONG) {
      line += signedVarint(table, cursor);
      const endLine = line + varint(table, cursor);
      const column = varint(table, cursor);
      const endColumn = varint(table, cursor);
      // Columns are stored plus one, so that 0 says: none.
      if (wanted)
        return {
          line,
          endLine,
          column: column > 0 ? column - 1 : null,
          endColumn: endColumn > 0 ? endColumn - 1 : null,
        };
    } else if (wanted) {
      return NOWHERE;
    }
  }
  return NOWHERE;
}

/** Six bits a byte, least significant first; bit 6 says that more follow. Bounded: 5 bytes hold what an int can. */
function varint(table: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  for (let shift = 0; shift <= 30; shift += 6) {
    const byte = table[cursor.at++] ?? 0;
    value += (byte & 63) * 2 ** shift;
    if ((byte & 64) === 0) break;
  }
  return value;
}

/** The sign is the lowest bit. */
function signedVarint(table: Uint8Array, cursor: { at: number }): number {
  const value = varint(table, cursor);
  return value % 2 === 1 ? -(value - 1) / 2 : value / 2;
}

function signedByte(byte: number): number {
  return byte < 128 ? byte : byte - 256;
}
