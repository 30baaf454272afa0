/**
 * Of which type are the elements of a numpy array? Read from its `dtype`, with the fields of records, the unit of dates
 * and what types of others are called.
 * https://github.com/numpy/numpy/blob/v2.0.0/numpy/_core/include/numpy/ndarraytypes.h (PyArray_DescrProto, _PyArray_LegacyDescr)
 */
import type { Address } from '../../memory/address.js';
import { isUserSpace, offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData, pointerAt, ssizeAt } from '../../memory/reader.js';
import { readItems } from './containers.js';
import { decodeUnit, type Unit, unitName } from './moments.js';
import { readBigInt } from './numbers.js';
import type { Reading } from './reading.js';

/** Offsets behind the object header: alike in numpy 1 and 2, ... */
const DESCR = { typeobj: 0, kind: 8, byteorder: 10, type_num: 12 } as const;
/** ... and where they differ: in 1, sizes are ints; in 2, 64 bits of flags come first. */
const FIRST = { elsize: 16, alignment: 20, subarray: 24, fields: 32, names: 40, c_metadata: 64 } as const;
const SECOND = { elsize: 24, subarray: 72, fields: 80, names: 88, c_metadata: 96 } as const;
/** PyArray_StringDTypeObject, behind `PyArray_Descr`. https://github.com/numpy/numpy/blob/v2.0.0/numpy/_core/include/numpy/ndarraytypes.h */
const STRINGS = { na_object: 72, allocator: 120 } as const;
/** NpyAuxData, before PyArray_DatetimeMetaData: two functions and two words. */
const AUXILIARY = 32;

/** NPY_TYPES: numbers of numpy's own types; 24 is of none, types of others begin at 256. */
const BUILT_IN = 24;
const NPY_VSTRING = 2056;

const FIELDS_LIMIT = 1000;
const NESTING_LIMIT = 8;
const SIZE_LIMIT = 2 ** 40;

export interface RecordField {
  readonly name: string;
  readonly offset: number;
  readonly type: ElementType;
}

export interface ElementType {
  /** b, i, u, f, c, S, U, O, M, m, V as in `dtype.kind`; T: strings of any length; `other`: of a type that is not numpy's. */
  readonly kind: string;
  readonly bytes: number;
  readonly bigEndian: boolean;
  /** As its `dtype` is written. */
  readonly name: string;
  readonly unit: Unit | null;
  /** Of a record; null: it is none. */
  readonly fields: readonly RecordField[] | null;
  /** Of an array that is one element; null: it is none. */
  readonly subarray: { readonly type: ElementType; readonly shape: readonly number[] } | null;
  /** Of strings of any length: what stands for a missing one (0: nothing may), and where they are kept. */
  readonly strings: { readonly missing: number; readonly allocator: number } | null;
}

/** The type that `descr` describes. Throws CorruptData, MemoryFault, … */
export function readElementType(descr: Address, reading: Reading, nesting = 0): ElementType {
  if (nesting > NESTING_LIMIT) throw new CorruptData('an array of records in records without end');
  const start = offsetBy(descr, reading.layout.PyObject.sizeof);
  const view = reading.memory.read(start, 32);
  const isFirst = view.getInt32(FIRST.alignment, true) !== 0;
  const bytes = isFirst ? view.getInt32(FIRST.elsize, true) : ssizeAt(view, SECOND.elsize);
  const kind = String.fromCharCode(view.getUint8(DESCR.kind));
  const typeNumber = view.getInt32(DESCR.type_num, true);
  const bigEndian = view.getUint8(DESCR.byteorder) === 0x3e;
  const typeobj = pointerAt(view, DESCR.typeobj);
  if (bytes < 0 || bytes > SIZE_LIMIT) throw new CorruptData(`an array of elements of ${bytes} bytes`);
  const plain = { kind, bytes, bigEndian, unit: null, fields: null, subarray: null, strings: null };
  if (typeNumber === NPY_VSTRING) {
    const text = reading.memory.read(offsetBy(start, STRINGS.na_object), STRINGS.allocator - STRINGS.na_object + 8);
    const strings = { missing: pointerAt(text, 0), allocator: pointerAt(text, STRINGS.allocator - STRINGS.na_object) };
    return { ...plain, kind: 'T', name: 'StringDType()', strings };
  }
  if (typeNumber < 0 || typeNumber >= BUILT_IN) {
    return { ...plain, kind: 'other', name: reading.types.at(typeobj).shortName };
  }
  if (!/[biufcSUOMmV]/.test(kind)) throw new CorruptData('an array of elements of no known kind');
  const places = isFirst ? FIRST : SECOND;
  switch (kind) {
    case 'M':
    case 'm': {
      const unit = readUnit(start, places.c_metadata, reading);
      return { ...plain, unit, name: nameOf(plain, unit) };
    }
    case 'V': {
      const [subarray, fields, names] = [places.subarray, places.fields, places.names].map((offset) =>
        reading.pointer(start, offset),
      );
      if (subarray) return readSubarray(toAddress(subarray), plain, reading, nesting);
      if (isObject(fields, reading) && isObject(names, reading)) {
        return readRecord(fields, names, plain, reading, nesting);
      }
      return { ...plain, name: nameOf(plain, null) };
    }
    default:
      return { ...plain, name: nameOf(plain, null) };
  }
}

/** Whether a pointer leads to something else than None. */
function isObject(pointer: number | undefined, reading: Reading): pointer is number {
  return pointer !== undefined && pointer !== 0 && reading.at(pointer).type.tp_name !== 'NoneType';
}

function readUnit(start: Address, c_metadata: number, reading: Reading): Unit {
  const metadata = reading.pointer(start, c_metadata);
  if (!isUserSpace(metadata)) throw new CorruptData('an array of dates without a unit');
  return readUnitAt(offsetBy(toAddress(metadata), AUXILIARY), reading);
}

/** PyArray_DatetimeMetaData at `at`. */
export function readUnitAt(at: Address, { memory }: Reading): Unit {
  const view = memory.read(at, 8);
  const unit = decodeUnit(view.getInt32(0, true), view.getInt32(4, true));
  if (unit === null) throw new CorruptData('dates in no unit of numpy');
  return unit;
}

type Plain = Omit<ElementType, 'name'>;

/** `fields`: by name, a tuple of type and offset. */
function readRecord(fields: number, names: number, plain: Plain, reading: Reading, nesting: number): ElementType {
  const { items } = readItems({ address: toAddress(fields) }, reading, 2 * FIELDS_LIMIT);
  const byName = new Map(items.map(({ key, value }) => [key, value]));
  const tuple = toAddress(names);
  const { ob_item } = reading.layout.PyTupleObject;
  const count = Math.min(reading.length(tuple), FIELDS_LIMIT);
  const found = reading.pointers(offsetBy(tuple, ob_item), count).map((key): RecordField => {
    const pair = toAddress(byName.get(key) ?? 0);
    const [type = 0, offset = 0] = reading.pointers(offsetBy(pair, ob_item), 2);
    const place = Number(readBigInt(reading.at(offset), reading));
    if (!(place >= 0 && place <= plain.bytes)) throw new CorruptData(`a field at byte ${place} of ${plain.bytes}`);
    return { name: reading.name(key), offset: place, type: readElementType(toAddress(type), reading, nesting + 1) };
  });
  return { ...plain, fields: found, name: recordName(found, reading) };
}

/** As numpy writes it where nothing is left out between the fields; here wherever. */
function recordName(fields: readonly RecordField[], { limits }: Reading): string {
  const shown = fields.slice(0, limits.maxItems).map(({ name, type }) => {
    const { subarray } = type;
    if (subarray) return `('${name}', ${partName(subarray.type)}, ${shapeText(subarray.shape)})`;
    return `('${name}', ${partName(type)})`;
  });
  if (shown.length < fields.length) shown.push('…');
  return `[${shown.join(', ')}]`;
}

/** `'<i4'`; of a record in a record, its fields. */
function partName(type: ElementType): string {
  if (type.fields || type.kind === 'T') return type.name;
  const { kind, bytes, bigEndian, unit } = type;
  const isOrdered = /[iufcUMm]/.test(kind) && bytes > 1;
  const order = isOrdered ? (bigEndian ? '>' : '<') : /[SV]/.test(kind) ? '|' : '';
  if (kind === 'b') return "'?'";
  if (kind === 'O') return "'O'";
  if (kind === 'other') return `'${type.name}'`;
  const of = unit === null || unit.base === 'generic' ? '' : `[${unitName(unit)}]`;
  return `'${order}${kind}${kind === 'U' ? bytes / 4 : bytes}${of}'`;
}

export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

/** PyArray_ArrayDescr: the type, and a tuple of sizes. */
function readSubarray(subarray: Address, plain: Plain, reading: Reading, nesting: number): ElementType {
  const type = readElementType(reading.link(subarray, 0), reading, nesting + 1);
  const tuple = reading.at(reading.pointer(subarray, 8));
  const sizes =
    tuple.type.tp_name === 'tuple'
      ? reading.pointers(
          offsetBy(tuple.address, reading.layout.PyTupleObject.ob_item),
          Math.min(reading.length(tuple.address), 64),
        )
      : [tuple.address];
  const shape = sizes.map((size) => Number(readBigInt(reading.at(size), reading)));
  const length = shape.reduce((product, size) => product * size, 1);
  if (!shape.every((size) => size >= 0) || !(length * type.bytes <= plain.bytes)) {
    throw new CorruptData('an array of arrays that are larger than it');
  }
  return { ...plain, subarray: { type, shape }, name: `(${partName(type)}, ${shapeText(shape)})` };
}

const KIND_NAMES: Readonly<Record<string, string>> = { i: 'int', u: 'uint', f: 'float', c: 'complex' };

function nameOf({ kind, bytes, bigEndian }: Plain, unit: Unit | null): string {
  const order = bigEndian ? '>' : '';
  const number = KIND_NAMES[kind];
  if (number !== undefined) return `${order}${number}${8 * bytes}`;
  const of = unit === null || unit.base === 'generic' ? '' : `[${unitName(unit)}]`;
  switch (kind) {
    case 'b':
      return 'bool';
    case 'O':
      return 'object';
    case 'U':
      return `${order}U${bytes / 4}`;
    case 'M':
      return `${order}datetime64${of}`;
    case 'm':
      return `${order}timedelta64${of}`;
    default:
      return `${kind}${bytes}`;
  }
}
