/** What is inside an object: its type's name, the value of an int, the attributes of an instance? */
import type { Address } from '../memory/address.js';
import { formatAddress, isUserSpace, offsetBy, toAddress } from '../memory/address.js';
import { CorruptData, ssizeAt } from '../memory/reader.js';
import type { DictItems } from './dict.js';
import { ITEM_LIMIT, readDict, readSplitItems } from './dict.js';
import { needed } from './layouts/needed.js';
import type { Python } from './python.js';
import { readUnicode } from './text.js';
import { TypeNames } from './type-names.js';

/** A class statement made the type (`Py_TPFLAGS_HEAPTYPE`): it has `ht_qualname`. The same bit in all versions. */
const Py_TPFLAGS_HEAPTYPE = 1 << 9;

/** Bits of a digit of an int; digits are uint32. https://github.com/python/cpython/blob/v3.12.1/Include/cpython/longintrepr.h (PyLong_SHIFT) */
const DIGIT_BITS = 30;

/** What of a type its instances need. */
export interface TypeFacts {
  address: Address;
  flags: number;
  basicsize: number;
  itemsize: number;
  dictoffset: number;
  ht_cached_keys: Address | null;
}

/** Address of the type of an object. Throws MemoryFault, InvalidAddress. */
export function readTypeOf(python: Python, object: Address): Address {
  return toAddress(python.pointer(object, python.layout.PyObject.ob_type));
}

/** The qualified name of a type: `ht_qualname` of classes (in Python 2 `ht_name`), `tp_name` of the interpreter's own. Throws MemoryFault, … */
export function readTypeName(python: Python, type: Address): string {
  const fields = python.layout.PyTypeObject;
  const flags = python.memory.read(offsetBy(type, fields.tp_flags), 4).getUint32(0, true);
  if ((flags & Py_TPFLAGS_HEAPTYPE) === 0) return python.the(TypeNames).ofType(type);
  const qualname = python.pointer(type, fields.ht_qualname ?? fields.ht_name);
  return readUnicode(python, toAddress(qualname)).text;
}

/** What its instances need of the type at `address`. Throws MemoryFault, CorruptData. */
export function readTypeFacts(python: Python, address: Address): TypeFacts {
  const fields = python.layout.PyTypeObject;
  const view = python.memory.read(address, fields.sizeof);
  const flags = view.getUint32(fields.tp_flags, true);
  const basicsize = ssizeAt(view, fields.tp_basicsize);
  const itemsize = ssizeAt(view, fields.tp_itemsize);
  const dictoffset = ssizeAt(view, fields.tp_dictoffset);
  let keys = 0;
  if ((flags & Py_TPFLAGS_HEAPTYPE) !== 0 && fields.ht_cached_keys !== undefined) {
    keys = python.pointer(address, fields.ht_cached_keys);
  }
  return {
    address,
    flags,
    basicsize,
    itemsize,
    dictoffset,
    ht_cached_keys: isUserSpace(keys) ? (keys as Address) : null,
  };
}

/**
 * The value of the `int` at `address`, null beyond ±2^53. That it is one is for the caller to know.
 * Throws MemoryFault, CorruptData.
 */
export function readSmallInt(python: Python, address: Address): number | null {
  // Python 2's `int` and `bool`; its `long` is what `int` is later.
  if (python.layout.int === 'C long') {
    return readClong(python, offsetBy(address, needed(python.layout.python2, 'PyIntObject').PyIntObject.ob_ival));
  }
  const { digits, negative } = readIntSize(python, address);
  // Two digits are 60 bits.
  if (digits > 2) return null;
  if (digits === 0) return 0;
  const value = readDigits(python, address, digits);
  if (!Number.isSafeInteger(value)) return null;
  return negative ? -value : value;
}

/** The one or two digits of an `int`, as a number; beyond 2^53 it is not exact. */
function readDigits(python: Python, address: Address, digits: number): number {
  const { ob_digit } = python.layout.PyLongObject;
  if (digits === 2) {
    // Mostly (addresses, thread idents) both together are exact as they stand.
    const word = python.pointer(address, ob_digit);
    const high = Math.floor(word / 2 ** 32);
    if (word <= Number.MAX_SAFE_INTEGER) return high * 2 ** DIGIT_BITS + (word - high * 2 ** 32);
  }
  const view = python.memory.read(offsetBy(address, ob_digit), 4 * digits);
  let value = 0;
  for (let i = digits - 1; i >= 0; i--) value = value * 2 ** DIGIT_BITS + view.getUint32(4 * i, true);
  return value;
}

/** A C long; null beyond ±2^53. */
function readClong(python: Python, address: Address): number | null {
  const value = Number(python.memory.read(address, 8).getBigInt64(0, true));
  return Number.isSafeInteger(value) ? value : null;
}

/** How many digits of 30 bits an `int` has, and its sign. Throws MemoryFault, CorruptData. */
export function readIntSize(python: Python, address: Address): { digits: number; negative: boolean } {
  const fields = python.layout.PyLongObject;
  switch (fields.sign) {
    case 'ob_size': {
      const size = python.ssize(address, python.layout.PyVarObject.ob_size);
      return { digits: Math.abs(size), negative: size < 0 };
    }
    case 'lv_tag': {
      if (fields.lv_tag === undefined) throw new CorruptData('the layout has no lv_tag');
      const tag = python.pointer(address, fields.lv_tag);
      // Sign in the two lowest bits (0 positive, 1 zero, 2 negative), one more is reserved; above, the digit count. (Of what
      // is no tag, and beyond 2^53, the lowest bits are gone: it has too many digits for any `int`.)
      const sign = tag % 4;
      return { digits: sign === 1 ? 0 : Math.floor(tag / 8), negative: sign === 2 };
    }
  }
}

/** Where the attributes of an instance are. */
export type AttributesAt =
  /** In a table whose keys its type's instances share. */
  | { readonly kind: 'split'; readonly keys: Address; readonly values: Address }
  /** In a dict. */
  | { readonly kind: 'dict'; readonly dict: Address }
  /** Nowhere: none has been set yet. */
  | { readonly kind: 'empty' };

const EMPTY: AttributesAt = { kind: 'empty' };

/**
 * The attributes in an instance's `__dict__`, wherever the version keeps them; null when its type gives it none.
 * Throws MemoryFault, InvalidAddress, CorruptData.
 */
export function readAttributes(
  python: Python,
  object: Address,
  limit = ITEM_LIMIT,
  type: TypeFacts = readTypeFacts(python, readTypeOf(python, object)),
): DictItems | null {
  const at = locateAttributes(python, object, type);
  if (at === null) return null;
  switch (at.kind) {
    case 'split':
      return readSplitItems(python, at.keys, at.values, limit);
    case 'dict':
      return readDict(python, at.dict, limit);
    case 'empty':
      return { items: [], truncated: false };
  }
}

/** Where the attributes of an instance of `type` are; null when that gives it none. Throws as {@link readAttributes}. */
export function locateAttributes(python: Python, object: Address, type: TypeFacts): AttributesAt | null {
  const { instances } = python.layout;
  if (instances.kind === 'dictoffset' || (type.flags & instances.Py_TPFLAGS_MANAGED_DICT) === 0) {
    return locateByDictoffset(python, object, type);
  }
  switch (instances.kind) {
    case 'values-and-dict': {
      const values = python.pointer(object, instances.managed_values);
      if (values !== 0) return { kind: 'split', keys: cachedKeys(type), values: toAddress(values) };
      return dictOrEmpty(python.pointer(object, instances.managed_dict));
    }
    case 'dict-or-values': {
      const word = python.pointer(object, instances.managed_dict);
      // Values are stored as their address minus one, which makes it odd.
      // https://github.com/python/cpython/blob/v3.12.1/Include/internal/pycore_object.h#L379-L403
      if (word % 2 === 1) return { kind: 'split', keys: cachedKeys(type), values: toAddress(word + 1) };
      return dictOrEmpty(word);
    }
    case 'inline-values': {
      const dict = python.pointer(object, instances.managed_dict);
      if (dict !== 0) return dictOrEmpty(dict);
      if ((type.flags & instances.Py_TPFLAGS_INLINE_VALUES) === 0) return EMPTY;
      const values = offsetBy(object, type.basicsize);
      const valid = python.memory.read(offsetBy(values, instances.dictvalues.valid), 1).getUint8(0) !== 0;
      return valid ? { kind: 'split', keys: cachedKeys(type), values } : EMPTY;
    }
  }
}

function cachedKeys(type: TypeFacts): Address {
  if (type.ht_cached_keys) return type.ht_cached_keys;
  throw new CorruptData(`the type at ${formatAddress(type.address)} has values without keys`);
}

/** A `__dict__` pointer at `tp_dictoffset`, counted from the end of the object when negative. */
function locateByDictoffset(python: Python, object: Address, type: TypeFacts): AttributesAt | null {
  if (type.dictoffset === 0) return null;
  let offset = type.dictoffset;
  if (offset < 0) {
    // The sign of ob_size may be an int's own.
    const items = Math.abs(python.ssize(object, python.layout.PyVarObject.ob_size));
    offset += Math.ceil((type.basicsize + items * type.itemsize) / 8) * 8;
  }
  return dictOrEmpty(python.pointer(object, offset));
}

/** A dict not made yet is empty. */
function dictOrEmpty(dict: number): AttributesAt {
  return dict === 0 ? EMPTY : { kind: 'dict', dict: toAddress(dict) };
}
