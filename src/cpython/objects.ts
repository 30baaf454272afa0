/** What is inside an object: its type's name, the value of an int, the attributes of an instance? */
import type { Address } from '../memory/address.js';
import { formatAddress, isUserSpace, offsetBy, toAddress } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';
import { CorruptData, pointerAt, readPointer, readSsize, ssizeAt } from '../memory/reader.js';
import type { DictItems } from './dict.js';
import { ITEM_LIMIT, readDict, readSplitItems } from './dict.js';
import type { Layout } from './layouts/layout.js';
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
export function readTypeOf(memory: MemoryReader, layout: Layout, object: Address): Address {
  return toAddress(readPointer(memory, offsetBy(object, layout.PyObject.ob_type)));
}

/** The qualified name of a type: `ht_qualname` of classes (in Python 2 `ht_name`), `tp_name` of the interpreter's own. Throws MemoryFault, … */
export function readTypeName(memory: MemoryReader, layout: Layout, type: Address): string {
  const fields = layout.PyTypeObject;
  const flags = memory.read(offsetBy(type, fields.tp_flags), 4).getUint32(0, true);
  if ((flags & Py_TPFLAGS_HEAPTYPE) === 0) return new TypeNames(layout).ofType(memory, type);
  const qualname = readPointer(memory, offsetBy(type, fields.ht_qualname ?? fields.ht_name));
  return readUnicode(memory, layout, toAddress(qualname)).text;
}

/** What its instances need of the type at `address`. Throws MemoryFault, CorruptData. */
export function readTypeFacts(memory: MemoryReader, layout: Layout, address: Address): TypeFacts {
  const fields = layout.PyTypeObject;
  const view = memory.read(address, fields.sizeof);
  const flags = view.getUint32(fields.tp_flags, true);
  const basicsize = ssizeAt(view, fields.tp_basicsize);
  const itemsize = ssizeAt(view, fields.tp_itemsize);
  const dictoffset = ssizeAt(view, fields.tp_dictoffset);
  let keys = 0;
  if ((flags & Py_TPFLAGS_HEAPTYPE) !== 0 && fields.ht_cached_keys !== undefined) {
    keys = readPointer(memory, offsetBy(address, fields.ht_cached_keys));
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
export function readSmallInt(memory: MemoryReader, layout: Layout, address: Address): number | null {
  // Python 2's `int` and `bool`; its `long` is what `int` is later.
  if (layout.python2) return readClong(memory, offsetBy(address, layout.python2.PyIntObject.ob_ival));
  const { digits, negative } = readIntSize(memory, layout, address);
  // Two digits are 60 bits.
  if (digits > 2) return null;
  if (digits === 0) return 0;
  const view = memory.read(offsetBy(address, layout.PyLongObject.ob_digit), 4 * digits);
  let value = 0;
  for (let i = digits - 1; i >= 0; i--) value = value * 2 ** DIGIT_BITS + view.getUint32(4 * i, true);
  if (!Number.isSafeInteger(value)) return null;
  return negative ? -value : value;
}

/** A C long; null beyond ±2^53. */
function readClong(memory: MemoryReader, address: Address): number | null {
  const value = Number(memory.read(address, 8).getBigInt64(0, true));
  return Number.isSafeInteger(value) ? value : null;
}

/** How many digits of 30 bits an `int` has, and its sign. Throws MemoryFault, CorruptData. */
export function readIntSize(
  memory: MemoryReader,
  layout: Layout,
  address: Address,
): { digits: number; negative: boolean } {
  const fields = layout.PyLongObject;
  switch (fields.sign) {
    case 'ob_size': {
      const size = readSsize(memory, offsetBy(address, layout.PyVarObject.ob_size));
      return { digits: Math.abs(size), negative: size < 0 };
    }
    case 'lv_tag': {
      if (fields.lv_tag === undefined) throw new CorruptData('the layout has no lv_tag');
      const view = memory.read(offsetBy(address, fields.lv_tag), 8);
      // Sign in the two lowest bits (0 positive, 1 zero, 2 negative), one more is reserved; above, the digit count.
      const sign = view.getUint32(0, true) & 3;
      return { digits: sign === 1 ? 0 : Math.floor(pointerAt(view, 0) / 8), negative: sign === 2 };
    }
  }
}

/**
 * The attributes in an instance's `__dict__`, wherever the version keeps them; null when its type gives it none.
 * Throws MemoryFault, InvalidAddress, CorruptData.
 */
export function readAttributes(
  memory: MemoryReader,
  layout: Layout,
  object: Address,
  limit = ITEM_LIMIT,
  type: TypeFacts = readTypeFacts(memory, layout, readTypeOf(memory, layout, object)),
): DictItems | null {
  const { instances } = layout;
  switch (instances.kind) {
    case 'dictoffset':
      return readAtDictoffset(memory, layout, object, type, limit);
    case 'values-and-dict': {
      if ((type.flags & instances.Py_TPFLAGS_MANAGED_DICT) === 0) {
        return readAtDictoffset(memory, layout, object, type, limit);
      }
      const values = readPointer(memory, offsetBy(object, instances.managed_values));
      if (values !== 0) return readSplitItems(memory, layout, cachedKeys(type), toAddress(values), limit);
      return readDictAt(memory, layout, offsetBy(object, instances.managed_dict), limit);
    }
    case 'dict-or-values': {
      if ((type.flags & instances.Py_TPFLAGS_MANAGED_DICT) === 0) {
        return readAtDictoffset(memory, layout, object, type, limit);
      }
      const word = readPointer(memory, offsetBy(object, instances.managed_dict));
      // Values are stored as their address minus one, which makes it odd.
      // https://github.com/python/cpython/blob/v3.12.1/Include/internal/pycore_object.h#L379-L403
      if (word % 2 === 1) return readSplitItems(memory, layout, cachedKeys(type), toAddress(word + 1), limit);
      return word === 0 ? { items: [], truncated: false } : readDict(memory, layout, toAddress(word), limit);
    }
    case 'inline-values': {
      if ((type.flags & instances.Py_TPFLAGS_MANAGED_DICT) === 0) {
        return readAtDictoffset(memory, layout, object, type, limit);
      }
      const dict = readPointer(memory, offsetBy(object, instances.managed_dict));
      if (dict !== 0) return readDict(memory, layout, toAddress(dict), limit);
      if ((type.flags & instances.Py_TPFLAGS_INLINE_VALUES) === 0) return { items: [], truncated: false };
      const values = offsetBy(object, type.basicsize);
      const valid = memory.read(offsetBy(values, instances.dictvalues.valid), 1).getUint8(0) !== 0;
      return valid ? readSplitItems(memory, layout, cachedKeys(type), values, limit) : { items: [], truncated: false };
    }
  }
}

function cachedKeys(type: TypeFacts): Address {
  if (type.ht_cached_keys) return type.ht_cached_keys;
  throw new CorruptData(`the type at ${formatAddress(type.address)} has values without keys`);
}

/** A `__dict__` pointer at `tp_dictoffset`, counted from the end of the object when negative. */
function readAtDictoffset(
  memory: MemoryReader,
  layout: Layout,
  object: Address,
  type: TypeFacts,
  limit: number,
): DictItems | null {
  if (type.dictoffset === 0) return null;
  let offset = type.dictoffset;
  if (offset < 0) {
    // The sign of ob_size may be an int's own.
    const items = Math.abs(readSsize(memory, offsetBy(object, layout.PyVarObject.ob_size)));
    offset += Math.ceil((type.basicsize + items * type.itemsize) / 8) * 8;
  }
  return readDictAt(memory, layout, offsetBy(object, offset), limit);
}

/** The dict that a pointer in memory leads to; a dict not made yet is empty. */
function readDictAt(memory: MemoryReader, layout: Layout, pointer: Address, limit: number): DictItems {
  const dict = readPointer(memory, pointer);
  return dict === 0 ? { items: [], truncated: false } : readDict(memory, layout, toAddress(dict), limit);
}
