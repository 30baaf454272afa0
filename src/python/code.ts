/** What does a code object say about itself? Names, file, line table: what a frame is shown by. */
import type { Address } from '../memory/address.js';
import { formatAddress, toAddress } from '../memory/address.js';
import { CorruptData, pointerAt } from '../memory/reader.js';
import { isCode } from './code-type.js';
import type { Python } from './python.js';
import { readBytes, readUnicode } from './text.js';

export interface CodeObject {
  address: Address;
  /** `co_name`. */
  name: string;
  /** `co_qualname`; null before 3.11. */
  qualname: string | null;
  /** `co_filename`. */
  file: string;
  /** `co_firstlineno`: the `def` line or that of its first decorator. */
  firstLine: number;
  /** `co_lnotab` or `co_linetable`: a copy. */
  lineTable: Uint8Array;
  flags: number;
  /** Positional arguments, positional-only ones included. */
  argcount: number;
  posonlyargcount: number;
  kwonlyargcount: number;
  nlocals: number;
  /** Slots of a frame for locals, cells and free variables; null before 3.11. */
  nlocalsplus: number | null;
}

/** Line tables of generated code reach some hundred KiB. */
const LINE_TABLE_LIMIT = 16 * 1024 * 1024;

/**
 * Reads the code object at `address`. Throws MemoryFault for what cannot be read, CorruptData for what is no code object
 * or cannot be right.
 */
export function readCode(python: Python, address: Address): CodeObject {
  const fields = python.layout.PyCodeObject;
  const view = python.memory.read(address, fields.sizeof);
  if (!isCode(python, address, pointerAt(view, python.layout.PyObject.ob_type))) {
    throw new CorruptData(`the object at ${formatAddress(address)} is not a code object`);
  }
  // Taken out before anything else is read: the view may not outlive another read.
  const at = {
    name: toAddress(pointerAt(view, fields.co_name)),
    file: toAddress(pointerAt(view, fields.co_filename)),
    lineTable: toAddress(pointerAt(view, fields.co_linetable)),
    qualname: fields.co_qualname === undefined ? null : toAddress(pointerAt(view, fields.co_qualname)),
  };
  const int = (offset: number) => view.getInt32(offset, true);
  const numbers = {
    firstLine: int(fields.co_firstlineno),
    flags: int(fields.co_flags),
    argcount: int(fields.co_argcount),
    posonlyargcount: fields.co_posonlyargcount === undefined ? 0 : int(fields.co_posonlyargcount),
    kwonlyargcount: fields.co_kwonlyargcount === undefined ? 0 : int(fields.co_kwonlyargcount),
    nlocals: int(fields.co_nlocals),
    nlocalsplus: fields.co_nlocalsplus === undefined ? null : int(fields.co_nlocalsplus),
  };
  const lineTable = readBytes(python, at.lineTable, LINE_TABLE_LIMIT);
  if (lineTable.truncated) {
    throw new CorruptData(`the line table of the code object at ${formatAddress(address)} has an absurd size`);
  }
  return {
    address,
    ...numbers,
    name: textOf(python, at.name),
    qualname: at.qualname === null ? null : textOf(python, at.qualname),
    file: textOf(python, at.file),
    lineTable: lineTable.bytes,
  };
}

function textOf(python: Python, address: Address): string {
  const { text, truncated } = readUnicode(python, address);
  // A shortened name says so; nothing real is that long.
  return truncated ? `${text}…` : text;
}
