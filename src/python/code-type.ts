/**
 * Is this object a code object? Its type's name says so. Where that name is not to be had (constants of a library are left
 * out of kernel cores, and the library may not be at hand) the rest must: types are in writable memory, which is dumped.
 */
import type { Address } from '../memory/address.js';
import { InvalidAddress, isUserSpace, toAddress } from '../memory/address.js';
import { CorruptData, MemoryFault } from '../memory/reader.js';
import { isZeroedPage } from '../memory/zeroed-pages.js';
import { partOf } from './part.js';
import type { Python } from './python.js';
import { TypeNames } from './type-names.js';

/** https://github.com/python/cpython/blob/v3.12.1/Include/object.h (the same bits from 3.7 on) */
export const Py_TPFLAGS = {
  HEAPTYPE: 1 << 9,
  READY: 1 << 12,
  BYTES_SUBCLASS: 1 << 27,
  UNICODE_SUBCLASS: 1 << 28,
} as const;
/** sizeof(_Py_CODEUNIT) */
const CODE_UNIT_BYTES = 2;

/** Whether the object at `object`, whose `ob_type` is `type`, is a code object. What cannot be read is not. */
export function isCode(python: Python, object: Address, type: number): boolean {
  try {
    return python.the(TypeNames).ofType(type) === 'code';
  } catch (error) {
    if (error instanceof MemoryFault) return isUserSpace(type) && looksLikeCode(python, object, toAddress(type));
    // On a page of zeros its type is lost.
    if (error instanceof InvalidAddress) return isZeroedPage(python.memory, type) && refers(python, object);
    if (error instanceof CorruptData) return false;
    throw error;
  }
}

/** Whether what the object refers to is all that a code object refers to. */
function refers(python: Python, object: Address): boolean {
  try {
    return refersLikeCode(python, object);
  } catch (error) {
    if (error instanceof MemoryFault || error instanceof InvalidAddress || error instanceof CorruptData) return false;
    throw error;
  }
}

/** Whether type and object are all that a code object's are, but for the type's name. */
function looksLikeCode(python: Python, object: Address, type: Address): boolean {
  try {
    return isCodeType(python, type) && refers(python, object);
  } catch (error) {
    if (error instanceof MemoryFault || error instanceof InvalidAddress || error instanceof CorruptData) return false;
    throw error;
  }
}

/** No other type of the interpreter or its library has these sizes: tried on 3.7 to 3.13. */
function isCodeType(python: Python, type: Address): boolean {
  const fields = python.layout.PyCodeObject;
  const { flags, basicsize, itemsize, metatype } = readType(python, type);
  const isStatic = (flags & Py_TPFLAGS.READY) !== 0 && (flags & Py_TPFLAGS.HEAPTYPE) === 0;
  // From 3.11 on the bytecode is the end of the object.
  const hasItsSize =
    fields.co_code_adaptive === undefined
      ? basicsize === fields.sizeof && itemsize === 0
      : basicsize === fields.co_code_adaptive && itemsize === CODE_UNIT_BYTES;
  if (!isStatic || !hasItsSize || !isUserSpace(metatype)) return false;
  return isMetatype(python, toAddress(metatype));
}

/** Whether it is `type`, which is its own type, or on a page that is lost. */
export function isMetatype(python: Python, type: Address): boolean {
  return isZeroedPage(python.memory, type) || readType(python, type).metatype === type;
}

const NAMES = partOf(({ PyCodeObject: { co_name, co_filename, co_linetable } }) => ({
  co_name,
  co_filename,
  co_linetable,
}));

/** Whether names and line table are what they have to be: `str` and `bytes`. */
function refersLikeCode(python: Python, object: Address): boolean {
  const { co_name: name, co_filename: file, co_linetable: lines } = NAMES(python).read(python.memory, object);
  const flagsOf = (pointer: number) => {
    const typeAt = python.get(toAddress(pointer), python.fields.PyObject.ob_type);
    return readType(python, toAddress(typeAt)).flags;
  };
  return (
    (flagsOf(name) & Py_TPFLAGS.UNICODE_SUBCLASS) !== 0 &&
    (flagsOf(file) & Py_TPFLAGS.UNICODE_SUBCLASS) !== 0 &&
    (flagsOf(lines) & Py_TPFLAGS.BYTES_SUBCLASS) !== 0
  );
}

const TYPE = partOf(({ PyObject, PyTypeObject: { tp_flags, tp_basicsize, tp_itemsize } }) => ({
  metatype: PyObject.ob_type,
  flags: tp_flags,
  basicsize: tp_basicsize,
  itemsize: tp_itemsize,
}));

/** What tells a type without its name. Throws as the memory does, and InvalidAddress. */
export function readType(python: Python, type: Address) {
  const { metatype, flags, basicsize, itemsize } = TYPE(python).read(python.memory, type);
  return { metatype, flags, basicsize, itemsize };
}
