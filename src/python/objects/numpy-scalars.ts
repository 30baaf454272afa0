/**
 * What is a single value of numpy? An element of an array, in an object of its own.
 * https://github.com/numpy/numpy/blob/v2.0.0/numpy/_core/include/numpy/arrayscalars.h
 */
import { offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { unitName } from './moments.js';
import { elementAt, timeAt } from './numpy-elements.js';
import { type ElementType, readElementType, readUnitAt } from './numpy-types.js';
import { readOpaque } from './opaque.js';
import type { ReadKind } from './reading.js';
import type { Tree } from './tree.js';
import type { KnownType } from './types.js';

/** `numpy.int64`, `numpy.bool_`, … */
const SIZED = /^numpy\.(bool|int|uint|float|complex)_?(\d*)$/;
/** Those that are named after C's, by kind and bytes. */
const OF_C: ReadonlyMap<string, readonly [kind: string, bytes: number]> = new Map([
  ['numpy.intc', ['i', 4]],
  ['numpy.uintc', ['u', 4]],
  ['numpy.longlong', ['i', 8]],
  ['numpy.ulonglong', ['u', 8]],
  ['numpy.longdouble', ['f', 16]],
  ['numpy.clongdouble', ['c', 32]],
]);
const KINDS: Readonly<Record<string, string>> = { bool: 'b', int: 'i', uint: 'u', float: 'f', complex: 'c' };

/** The reader of a scalar type by its name; null: not one that is known. */
export function scalarReader(tp_name: string): ReadKind | null {
  const [kind, bytes] = OF_C.get(tp_name) ?? sizedKind(tp_name) ?? [];
  return kind === undefined || bytes === undefined ? null : numberReader(kind, bytes);
}

function sizedKind(tp_name: string): readonly [kind: string, bytes: number] | null {
  const [, word = '', bits = ''] = SIZED.exec(tp_name) ?? [];
  const kind = KINDS[word];
  if (kind === undefined || (kind !== 'b' && bits === '')) return null;
  return [kind, kind === 'b' ? 1 : Number(bits) / 8];
}

function numberReader(kind: string, bytes: number): ReadKind {
  const parts = { unit: null, fields: null, subarray: null, strings: null };
  const element: ElementType = { kind, bytes, bigEndian: false, name: '', ...parts };
  return (object, reading, depth) => {
    // C aligns what it widens to 16 bytes.
    const header = reading.layout.PyObject.sizeof;
    const at =
      bytes >= 16 && kind !== 'c' ? 16 * Math.ceil(header / 16) : bytes === 32 ? 16 * Math.ceil(header / 16) : header;
    const value = elementAt(offsetBy(object.address, at), element, reading, depth);
    if (value === null) return readOpaque(object, reading, depth);
    return { kind: 'numpy-scalar', name: scalarName(object.type), form: formOf(value), value, more: null };
  };
}

function formOf(value: Tree): (Tree & { kind: 'numpy-scalar' })['form'] {
  switch (value.kind) {
    case 'bool':
      return 'bool';
    case 'complex':
      return 'bare-complex';
    case 'long-float':
      return 'quoted';
    default:
      return 'value';
  }
}

/** A program's own class goes by its own name. */
function scalarName(type: KnownType): string {
  return type.isClass ? type.shortName : `np.${type.shortName}`;
}

/** `datetime64`, `timedelta64`: a number, and its unit. */
export const readNumpyTime =
  (kind: 'M' | 'm'): ReadKind =>
  (object, reading, depth) => {
    const { address, type } = object;
    const at = offsetBy(address, reading.layout.PyObject.sizeof);
    const unit = readUnitAt(offsetBy(at, 8), reading);
    const count = reading.memory.read(at, 8).getBigInt64(0, true);
    const value = timeAt(count, { kind, unit });
    if (value === null) return readOpaque(object, reading, depth);
    const quoted = value.kind === 'constant' ? { kind: 'moment' as const, text: value.name } : value;
    // A date tells its unit by how far it goes, unless there are several of them in one.
    const isTold = kind === 'M' && value.kind !== 'constant' && unit.num === 1 && unit.base !== 'h';
    const name = unitName(unit);
    const more = isTold || name === '' ? null : `'${name}'`;
    return { kind: 'numpy-scalar', name: scalarName(type), form: 'value', value: quoted, more };
  };

/** Behind the header, which counts: PyVoidScalarObject. */
const VOID = { obval: 0, descr: 8 } as const;

/** A record, or bytes of no type. */
export const readVoid: ReadKind = (object, reading, depth) => {
  const { address, type } = object;
  const start = reading.layout.PyVarObject.sizeof;
  const element = readElementType(reading.link(address, start + VOID.descr), reading);
  const data = reading.pointer(address, start + VOID.obval);
  if (data === 0 && element.bytes > 0) throw new CorruptData('a record without its bytes');
  const value = elementAt(toAddress(data), element, reading, depth);
  if (value === null) return readOpaque(object, reading, depth);
  const more = element.fields ? `dtype=${element.name}` : null;
  return { kind: 'numpy-scalar', name: scalarName(type), form: 'value', value, more };
};

/** `np.str_('a')`: text, under a name of numpy's. */
export function readNumpyText(read: ReadKind): ReadKind {
  return (object, reading, depth) => ({
    kind: 'numpy-scalar',
    name: scalarName(object.type),
    form: 'value',
    value: read(object, reading, depth),
    more: null,
  });
}

/** `dtype('int64')`. */
export const readDtype: ReadKind = ({ address }, reading) => {
  const { name, fields } = readElementType(address, reading);
  return { kind: 'dtype', name: fields || name.endsWith(')') ? name : `'${name}'` };
};
