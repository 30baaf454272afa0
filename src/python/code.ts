/** What does a code object say about itself? Names, file, line table: what a frame is shown by. */
import type { Address } from '../memory/address.js';
import { formatAddress, toAddress } from '../memory/address.js';
import { CorruptData } from '../memory/reader.js';
import { isCode } from './code-type.js';
import { partOf } from './part.js';
import type { Python } from './python.js';
import { readBytes, readUnicode } from './text.js';
import { isTorn, isZeroedTable } from './torn-code.js';

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

/** What is left of one of which part is lost: code-left.ts. Each null: it is lost. */
export interface CodeLeft {
  readonly name: string | null;
  readonly qualname: string | null;
  readonly file: string | null;
  readonly firstLine: number;
  readonly lineTable: Uint8Array | null;
}

/** A code object, or why it cannot be read. `left`: only where memory is lost, what of it is not. */
export type CodeResult = { readonly code: CodeObject } | { readonly problem: string; readonly left?: CodeLeft };

/** Line tables of generated code reach some hundred KiB. */
const LINE_TABLE_LIMIT = 16 * 1024 * 1024;

const CODE = partOf(({ PyObject, PyCodeObject: code }) => ({
  ob_type: PyObject.ob_type,
  co_name: code.co_name,
  co_filename: code.co_filename,
  co_linetable: code.co_linetable,
  co_qualname: code.co_qualname,
  co_firstlineno: code.co_firstlineno,
  co_flags: code.co_flags,
  co_argcount: code.co_argcount,
  co_posonlyargcount: code.co_posonlyargcount,
  co_kwonlyargcount: code.co_kwonlyargcount,
  co_nlocals: code.co_nlocals,
  co_nlocalsplus: code.co_nlocalsplus,
}));

/**
 * Reads the code object at `address`. Throws MemoryFault for what cannot be read, CorruptData for what is no code object
 * or cannot be right.
 */
export function readCode(python: Python, address: Address): CodeObject {
  // Taken out before anything else is read: the values may not outlive another read.
  const read = CODE(python).read(python.memory, address);
  const { ob_type, co_name, co_filename, co_linetable, co_qualname } = read;
  const numbers = {
    firstLine: read.co_firstlineno,
    flags: read.co_flags,
    argcount: read.co_argcount,
    posonlyargcount: read.co_posonlyargcount ?? 0,
    kwonlyargcount: read.co_kwonlyargcount ?? 0,
    nlocals: read.co_nlocals,
    nlocalsplus: read.co_nlocalsplus ?? null,
  };
  if (!isCode(python, address, ob_type)) {
    throw new CorruptData(`the object at ${formatAddress(address)} is not a code object`);
  }
  const lineTable = readBytes(python, toAddress(co_linetable), LINE_TABLE_LIMIT);
  if (lineTable.truncated) {
    throw new CorruptData(`the line table of the code object at ${formatAddress(address)} has an absurd size`);
  }
  // (Of an empty one that says nothing where only what was needed is left of a page: see code-left.ts.)
  if (lineTable.bytes.length > 0 && isZeroedTable(python, toAddress(co_linetable), lineTable.bytes)) {
    throw new CorruptData(`the line table of the code object at ${formatAddress(address)} is lost`);
  }
  return {
    address,
    ...numbers,
    name: textOf(python, toAddress(co_name)),
    qualname: co_qualname === undefined ? null : textOf(python, toAddress(co_qualname)),
    file: textOf(python, toAddress(co_filename)),
    lineTable: lineTable.bytes,
  };
}

function textOf(python: Python, address: Address): string {
  const { text, truncated } = readUnicode(python, address);
  if (isTorn(python, address, text)) throw new CorruptData(`part of the text at ${formatAddress(address)} is lost`);
  // A shortened name says so; nothing real is that long.
  return truncated ? `${text}…` : text;
}
