/**
 * What is in an object of ctypes: a number, an array, a structure? Where its bytes lie and how many there are is alike in all
 * versions; what they mean its type says, and nothing is shown where that would need another number of bytes.
 * https://github.com/python/cpython/blob/v3.12.1/Modules/_ctypes/ctypes.h (CDataObject, CFieldObject)
 */
import { type Address, offsetBy, toAddress } from '../../memory/address.js';
import { bytesOf, CorruptData } from '../../memory/reader.js';
import { reasonOf } from '../problem.js';
import { isBigEndian, simpleValue } from './ctypes-simple.js';
import { readInstance } from './instances.js';
import { readBigInt } from './numbers.js';
import { type ObjectInHand, REDACTED, type Reading, type ReadKind } from './reading.js';
import type { Field, Tree } from './tree.js';
import { isOfCType, type KnownType } from './types.js';

/** Behind the object header. */
const DATA = { b_ptr: 0, b_needsfree: 8, b_size: 24 } as const;
const FIELD = { offset: 0, size: 8, proto: 24 } as const;

const SIMPLE = '_ctypes._SimpleCData';
const ARRAY = '_ctypes.Array';
const STRUCTURE = '_ctypes.Structure';
const FIELDS_LIMIT = 1000;
/** Bytes of an object that may be zeros: further in nobody looks. */
const CONTENT_LIMIT = 2 ** 20;

/** What others are read as that are not as their type says, or whose bytes are gone. */
const orInstance =
  (read: (object: ObjectInHand, at: Address, size: number, reading: Reading, depth: number) => Tree | null): ReadKind =>
  (object, reading, depth) => {
    try {
      const { sizeof } = reading.layout.PyObject;
      const at = reading.link(object.address, sizeof + DATA.b_ptr);
      const size = reading.size(object.address, sizeof + DATA.b_size);
      const isOwn = reading.memory.read(offsetBy(object.address, sizeof + DATA.b_needsfree), 4).getInt32(0, true) !== 0;
      const end = at + size;
      reading.memory.doubt?.mayBeZeros(
        { start: at, end: Math.min(end, at + CONTENT_LIMIT) },
        { start: at, end },
        isOwn,
      );
      return read(object, at, size, reading, depth) ?? readInstance(object, reading, depth);
    } catch (error) {
      reasonOf(error);
      return readInstance(object, reading, depth);
    }
  };

/** `c_int(5)` */
export const readSimpleCData = orInstance(({ type }, at, size, reading) => {
  const value = simpleAt(type, at, size, reading);
  if (value === null) return null;
  reading.count(value);
  return { kind: 'call', name: type.shortName, items: [value], length: 1, shown: 'inside', again: '' };
});

/** `<__main__.c_int_Array_3 at 0x…: value=[1, 2, 3]>`, `<__main__.Point at 0x…: x=1, y=2>` */
export const readCompoundCData = orInstance((object, at, size, reading, depth) => {
  if (depth <= 0) return null;
  const { type, address } = object;
  const [attributes, shown] = reading.inside<readonly Field[] | null>(object, depth, null, (inner) => {
    if (isOfCType(type, STRUCTURE)) return fieldsAt(type, at, size, reading, inner);
    const value = valueAt(type, at, size, reading, inner + 1);
    return value === null ? null : [{ name: 'value', value }];
  });
  if (attributes === null) return null;
  const length = isOfCType(type, STRUCTURE) ? fieldsOf(type, reading).length : 1;
  const complete = attributes.length === length;
  return { kind: 'instance', type: type.name, address, attributes, complete, shown, classic: false };
});

/** null: of a type that is not taken apart, or one that does not have so many bytes. */
function valueAt(type: KnownType, at: Address, size: number, reading: Reading, depth: number): Tree | null {
  if (isOfCType(type, SIMPLE)) {
    const value = simpleAt(type, at, size, reading);
    if (value !== null) reading.count(value);
    return value;
  }
  if (isOfCType(type, ARRAY)) return arrayAt(type, at, size, reading, depth);
  if (!isOfCType(type, STRUCTURE)) return null;
  const { length } = fieldsOf(type, reading);
  const head = { kind: 'record' as const, form: 'dataclass' as const, name: type.qualname, length };
  // Structures in structures are bounded by what they take to write, too.
  reading.count({ ...head, fields: [], shown: 'inside' });
  if (depth <= 0) return { ...head, fields: [], shown: 'too-deep' };
  const fields = fieldsAt(type, at, size, reading, depth - 1);
  return fields === null ? null : { ...head, fields, shown: 'inside' };
}

function simpleAt(type: KnownType, at: Address, size: number, reading: Reading): Tree | null {
  const code = reading.types.attribute(type, '_type_');
  return code === null ? null : simpleValue(reading.name(code), isBigEndian(type, reading), at, size, reading);
}

function arrayAt(type: KnownType, at: Address, size: number, reading: Reading, depth: number): Tree | null {
  const of = reading.types.attribute(type, '_type_');
  const count = reading.types.attribute(type, '_length_');
  if (of === null || count === null) return null;
  const element = reading.types.at(of);
  const length = Number(readBigInt({ address: toAddress(count) }, reading));
  const each = length === 0 ? 0 : size / length;
  if (!Number.isSafeInteger(length) || length < 0 || !Number.isInteger(each)) return null;
  if (isOfCType(element, SIMPLE) && each === 1 && codeOf(element, reading) === 'c') return textAt(at, length, reading);
  if (depth <= 0) return { kind: 'list', items: [], length, shown: 'too-deep' };
  const items: Tree[] = [];
  reading.count({ kind: 'list', items, length, shown: 'inside' });
  for (let n = 0; n < length && n < reading.limits.maxItems && !reading.isFull; n++) {
    const value = valueAt(element, offsetBy(at, n * each), each, reading, depth - 1);
    if (value === null) return null;
    items.push(value);
  }
  return { kind: 'list', items, length, shown: 'inside' };
}

function codeOf(type: KnownType, reading: Reading): string | null {
  const code = reading.types.attribute(type, '_type_');
  return code === null ? null : reading.name(code);
}

/** Characters up to the first that is NUL, as `value` of a buffer has them. */
function textAt(at: Address, length: number, reading: Reading): Tree {
  const most = Math.min(length, reading.limits.maxString);
  const bytes = most === 0 ? new Uint8Array() : Uint8Array.from(bytesOf(reading.memory.read(at, most)));
  const end = bytes.indexOf(0);
  const omitted = end >= 0 || most === length ? 0 : null;
  const of = reading.layout.python2 ? 'str' : 'bytes';
  const tree: Tree = { kind: 'bytes', bytes: end < 0 ? bytes : bytes.subarray(0, end), omitted, of };
  reading.count(tree);
  return tree;
}

interface StructureField {
  readonly name: string;
  readonly type: KnownType;
  readonly offset: number;
  readonly size: number;
}

/** null: one of them is of a type that is not taken apart. */
function fieldsAt(type: KnownType, at: Address, size: number, reading: Reading, depth: number): Field[] | null {
  const fields: Field[] = [];
  for (const field of fieldsOf(type, reading).slice(0, reading.limits.maxItems)) {
    if (reading.isFull) break;
    if (field.offset + field.size > size) throw new CorruptData('a field beyond the end of its structure');
    const isSecret = reading.secrets.isName(field.name);
    const value = isSecret ? REDACTED : valueAt(field.type, offsetBy(at, field.offset), field.size, reading, depth);
    fields.push({ name: field.name, value: value ?? { kind: 'type-name', name: `<${field.type.name}>` } });
  }
  return fields;
}

const known = new WeakMap<KnownType, readonly StructureField[]>();

/** Those of its bases first. Throws CorruptData where one takes some bits of a number. */
function fieldsOf(type: KnownType, reading: Reading): readonly StructureField[] {
  let fields = known.get(type);
  if (!fields) {
    fields = [...reading.types.line(type)].reverse().flatMap((each) => ownFieldsOf(each, reading));
    known.set(type, fields);
  }
  return fields;
}

function ownFieldsOf(type: KnownType, reading: Reading): StructureField[] {
  const body = reading.types.body(type);
  const list = body.get('_fields_');
  if (list === undefined) return [];
  const { sizeof } = reading.layout.PyObject;
  return itemsOf(list, reading).map((entry) => {
    const [key = 0, of = 0, bits] = itemsOf(entry, reading);
    const name = reading.name(key);
    const descriptor = reading.at(body.get(name) ?? 0);
    const [offset, size] = [FIELD.offset, FIELD.size].map((at) => reading.size(descriptor.address, sizeof + at));
    const isAsKnown = descriptor.type.shortName === 'CField' && bits === undefined;
    const proto = reading.pointer(descriptor.address, sizeof + FIELD.proto);
    const each = reading.types.at(proto);
    // In a structure of the other byte order, fields are of the type's other one.
    const isSame = proto === of || reading.types.attribute(each, '__ctype_be__') === proto;
    if (!isAsKnown || !isSame || offset === undefined || size === undefined)
      throw new CorruptData('a field laid out otherwise');
    return { name, type: each, offset, size };
  });
}

/** Pointers in a list or tuple. */
function itemsOf(pointer: number, reading: Reading): number[] {
  const { address, type } = reading.at(pointer);
  const count = Math.min(reading.length(address), FIELDS_LIMIT);
  if (type.tp_name === 'tuple') return reading.pointers(offsetBy(address, reading.layout.PyTupleObject.ob_item), count);
  if (type.tp_name !== 'list') throw new CorruptData(`a ${type.tp_name} where fields should be`);
  return count === 0 ? [] : reading.pointers(reading.link(address, reading.layout.objects.PyListObject.ob_item), count);
}
