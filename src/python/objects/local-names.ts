/**
 * Which variables does a code object have, and in which slot of a frame is each? In the order in which they are shown:
 * positional arguments, `*args`, keyword-only arguments, `**kwargs`; then locals as defined, cells, free variables.
 */
import type { Address } from '../../memory/address.js';
import { offsetBy, toAddress } from '../../memory/address.js';
import { bytesOf, CorruptData, pointerAt } from '../../memory/reader.js';
import type { Variable } from '../../snapshot.js';
import type { CodeObject } from '../code.js';
import type { Python } from '../python.js';
import { readUnicode } from '../text.js';

export interface LocalName {
  readonly name: string;
  readonly kind: Variable['kind'];
  /** Index into the frame's slots. */
  readonly slot: number;
  /** Whether the slot holds a cell, if it holds anything. */
  readonly inCell: boolean;
  /** Shown only when bound: the variable of an inlined comprehension that a class body or module does not know of. */
  readonly hidden: boolean;
}

export interface LocalNames {
  readonly arguments: readonly LocalName[];
  readonly locals: readonly LocalName[];
  /** Slots of the frame that are variables. */
  readonly slots: number;
  /** Its variables are names in a dict: class bodies, modules, `exec`. */
  readonly inDict: boolean;
}

/** More than any code object has; each is a slot in every frame of it. */
const SLOT_LIMIT = 65_536;

/** https://github.com/python/cpython/blob/v3.12.1/Include/cpython/code.h (CO_OPTIMIZED, CO_VARARGS, CO_VARKEYWORDS) */
const CO_OPTIMIZED = 1;
const CO_VARARGS = 4;
const CO_VARKEYWORDS = 8;

/** https://github.com/python/cpython/blob/v3.12.1/Include/internal/pycore_code.h (_PyLocals_Kind) */
const CO_FAST_HIDDEN = 0x10;
const CO_FAST_CELL = 0x40;
const CO_FAST_FREE = 0x80;

/** Throws MemoryFault, InvalidAddress, CorruptData. */
export function readLocalNames(python: Python, code: CodeObject): LocalNames {
  const fields = python.layout.PyCodeObject;
  const at = (offset: number | undefined) => {
    if (offset === undefined) throw new CorruptData('the layout does not say where names of variables are');
    return toAddress(python.pointer(code.address, offset));
  };
  const slots =
    fields.co_localsplusnames === undefined
      ? slotsOfThreeTuples(
          readNames(python, at(fields.co_varnames)),
          readNames(python, at(fields.co_cellvars)),
          readNames(python, at(fields.co_freevars)),
        )
      : slotsOfKinds(
          readNames(python, at(fields.co_localsplusnames)),
          readKinds(python, at(fields.co_localspluskinds)),
        );
  return ordered(code, slots);
}

function slotsOfKinds(names: readonly string[], kinds: Uint8Array): LocalName[] {
  if (kinds.length !== names.length)
    throw new CorruptData(`${names.length} names of variables of ${kinds.length} kinds`);
  return names.map((name, slot) => {
    const kind = kinds[slot] ?? 0;
    const free = (kind & CO_FAST_FREE) !== 0;
    const cell = (kind & CO_FAST_CELL) !== 0;
    return {
      name,
      kind: free ? 'free' : cell ? 'cell' : 'local',
      slot,
      inCell: free || cell,
      hidden: (kind & CO_FAST_HIDDEN) !== 0,
    };
  });
}

/** Up to 3.10: an argument that is a cell too has two slots, of which that of the cell is in use. */
function slotsOfThreeTuples(
  varnames: readonly string[],
  cellvars: readonly string[],
  freevars: readonly string[],
): LocalName[] {
  const plain = varnames.map((name, slot): LocalName => {
    const cell = cellvars.indexOf(name);
    if (cell < 0) return { name, kind: 'local', slot, inCell: false, hidden: false };
    return { name, kind: 'cell', slot: varnames.length + cell, inCell: true, hidden: false };
  });
  const others = [...cellvars, ...freevars].map((name, i): LocalName => {
    const kind = i < cellvars.length ? 'cell' : 'free';
    return { name, kind, slot: varnames.length + i, inCell: true, hidden: false };
  });
  return [...plain, ...others.filter(({ kind, name }) => kind === 'free' || !varnames.includes(name))];
}

/** The slots of arguments come first: positional, keyword-only, then `*args`, `**kwargs`. */
function ordered(code: CodeObject, slots: readonly LocalName[]): LocalNames {
  const { argcount, kwonlyargcount, flags } = code;
  const varArgs = (flags & CO_VARARGS) !== 0 ? 1 : 0;
  const varKeywords = (flags & CO_VARKEYWORDS) !== 0 ? 1 : 0;
  const named = argcount + kwonlyargcount;
  const count = named + varArgs + varKeywords;
  if (argcount < 0 || kwonlyargcount < 0 || count > slots.length) {
    throw new CorruptData(`${count} arguments among ${slots.length} variables`);
  }
  const args = [
    ...slots.slice(0, argcount),
    ...slots.slice(named, named + varArgs),
    ...slots.slice(argcount, named),
    ...slots.slice(named + varArgs, count),
  ];
  return {
    arguments: args.map((slot) => ({ ...slot, kind: 'argument' })),
    locals: slots.slice(count),
    slots: slots.reduce((most, { slot }) => Math.max(most, slot + 1), 0),
    inDict: (flags & CO_OPTIMIZED) === 0,
  };
}

function readNames(python: Python, tuple: Address): string[] {
  const view = python.memory.read(offsetBy(tuple, python.layout.PyTupleObject.ob_item), 8 * countOf(python, tuple));
  const pointers = Array.from({ length: view.byteLength / 8 }, (_, i) => toAddress(pointerAt(view, 8 * i)));
  return pointers.map((pointer) => readUnicode(python, pointer).text);
}

function readKinds(python: Python, bytes: Address): Uint8Array {
  return bytesOf(
    python.memory.read(offsetBy(bytes, python.layout.PyBytesObject.ob_sval), countOf(python, bytes)),
  ).slice();
}

function countOf(python: Python, object: Address): number {
  const count = python.ssize(object, python.layout.PyVarObject.ob_size);
  if (count < 0 || count > SLOT_LIMIT) throw new CorruptData(`a code object of ${count} variables`);
  return count;
}
