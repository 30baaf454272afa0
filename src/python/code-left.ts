/**
 * What does a code object still say, where part of what it refers to is lost? Its names and its table of lines are objects of
 * their own: each that is left is worth showing.
 */
import { type Address, toAddress } from '../memory/address.js';
import type { CodeLeft, CodeObject } from './code.js';
import { CodeShapes } from './code-shapes.js';
import type { Field } from './layouts/fields.js';
import { reasonOf } from './problem.js';
import type { Python } from './python.js';
import { readBytes, readUnicode } from './text.js';
import { isTorn, isZeroedTable } from './torn-code.js';

/** Longer ones are not believed of memory that is damaged. */
const MOST_LINE_BYTES = 16 * 1024 * 1024;

/** What is left of the code object at `address`; null: nothing, or it is none. Never throws for what memory holds. */
export function readCodeLeft(python: Python, address: Address): CodeLeft | null {
  const { co_name, co_qualname, co_filename, co_firstlineno } = python.fields.PyCodeObject;
  return attempt(() => {
    if (python.the(CodeShapes).read(address) === null) return null;
    const text = (field: Field | undefined) =>
      field === undefined ? null : attempt(() => textAt(python, python.get(address, field)));
    return {
      name: text(co_name),
      qualname: text(co_qualname),
      file: text(co_filename),
      firstLine: python.get(address, co_firstlineno),
      lineTable: attempt(() => linesOf(python, address)),
    };
  });
}

/** What of it is lost, in words: "its name and its file are lost". */
export function describeLost(python: Python, { name, qualname, file, lineTable }: CodeLeft): string | null {
  const isQualified = python.layout.PyCodeObject.co_qualname !== undefined;
  const lost = [
    ...(name === null ? ['its name'] : []),
    ...(qualname === null && isQualified ? ['its qualified name'] : []),
    ...(file === null ? ['its file'] : []),
    ...(lineTable === null ? ['its table of lines'] : []),
  ];
  if (lost.length === 0) return null;
  const last = lost.at(-1) ?? '';
  return lost.length === 1 ? `${last} is lost` : `${lost.slice(0, -1).join(', ')} and ${last} are lost`;
}

function textAt(python: Python, pointer: number): string | null {
  const { text, truncated } = readUnicode(python, toAddress(pointer));
  return truncated || text === '' || isTorn(python, pointer, text) ? null : text;
}

function linesOf(python: Python, code: Address): Uint8Array | null {
  const table = toAddress(python.get(code, python.fields.PyCodeObject.co_linetable));
  const { bytes, truncated } = readBytes(python, table, MOST_LINE_BYTES);
  return truncated || isZeroedTable(python, table, bytes) ? null : bytes;
}

/** Whether the table of lines that seems to be empty is lost. Zeros must be what was there, not what nobody needed. */
export function isEmptyTableLost(python: Python, { address, lineTable }: CodeObject): boolean {
  return lineTable.length === 0 && attempt(() => linesOf(python, address)) === null;
}

/** null: what memory holds does not tell. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    reasonOf(error);
    return null;
  }
}
