/**
 * What is in one of the arrays that pandas keeps columns in: numpy's own, dates, categories, those with a mask? Of
 * the others (sparse, periods, Arrow's) what type they are.
 * https://github.com/pandas-dev/pandas/blob/v2.2.3/pandas/_libs/arrays.pyx (NDArrayBacked)
 */
import { CorruptData } from '../../memory/reader.js';
import { readAttribute } from './attributes.js';
import { readElements } from './numpy.js';
import { readElementType } from './numpy-types.js';
import type { ObjectInHand, Reading } from './reading.js';
import type { Tree } from './tree.js';
import { derivesFrom, isOfCType } from './types.js';

export interface Column {
  readonly dtype: string;
  /** null: not told. */
  readonly length: number | null;
  /** null: of a kind that is not taken apart. */
  readonly items: readonly Tree[] | null;
}

/** Behind the object header and a table of methods. */
const BACKED = { _ndarray: 8, _dtype: 16 } as const;
const MISSING: Tree = { kind: 'constant', name: '<NA>' };
const NOT_A_NUMBER: Tree = { kind: 'float', value: Number.NaN };

/** Values as deep as `depth` allows; at 0 none, only what type they are. Throws CorruptData, MemoryFault, … */
export function readColumn(
  array: ObjectInHand,
  reading: Reading,
  depth: number,
  most = reading.limits.maxItems,
): Column {
  if (isOfCType(array.type, 'numpy.ndarray')) return ofNumpy(array, reading, depth, most);
  if (isOfCType(array.type, 'pandas._libs.arrays.NDArrayBacked')) return ofBacked(array, reading, depth);
  const data = readAttribute(array, reading, '_data');
  const mask = data === null ? null : readAttribute(array, reading, '_mask');
  if (data !== null && mask !== null) return ofMasked(reading.at(data), reading.at(mask), reading, depth);
  return { dtype: shortType(array.type.shortName), length: null, items: null };
}

function ofNumpy(
  array: ObjectInHand,
  reading: Reading,
  depth: number,
  most: number,
  isMasked: (index: number) => boolean = () => false,
): Column {
  const tree = readElements(array, reading, depth, isMasked, MISSING, most);
  if (tree.kind !== 'ndarray') throw new CorruptData('an array that is none');
  // Of columns side by side, the last index counts what is in each.
  const length = tree.shape.at(-1) ?? 1;
  return { dtype: tree.dtype, length, items: depth <= 0 ? null : tree.items };
}

function ofBacked(array: ObjectInHand, reading: Reading, depth: number): Column {
  const { sizeof } = reading.layout.PyObject;
  const values = reading.at(reading.pointer(array.address, sizeof + BACKED._ndarray));
  const dtype = reading.at(reading.pointer(array.address, sizeof + BACKED._dtype));
  const plain = ofNumpy(values, reading, depth, reading.limits.maxItems);
  if (derivesFrom(dtype.type, 'numpy.dtype')) return { ...plain, dtype: readElementType(dtype.address, reading).name };
  switch (dtype.type.shortName) {
    case 'DatetimeTZDtype':
      // Kept by Greenwich, and shown so.
      return {
        ...plain,
        dtype: zonedName(dtype, plain.dtype, reading),
        items: plain.items?.map((item) => (item.kind === 'moment' ? { ...item, text: `${item.text}Z` } : item)) ?? null,
      };
    case 'CategoricalDtype':
      return { ...plain, dtype: 'category', items: categoriesOf(dtype, plain.items, reading, depth) };
    case 'StringDtype':
      return { ...plain, dtype: isOfNaN(dtype, reading) ? 'str' : 'string' };
    default:
      return { ...plain, dtype: shortType(array.type.shortName), items: null };
  }
}

/** pandas 3 has two types of strings, by what stands for a missing one. */
function isOfNaN(dtype: ObjectInHand, reading: Reading): boolean {
  const missing = readAttribute(dtype, reading, '_na_value');
  return missing !== null && reading.at(missing).type.tp_name === 'float';
}

function zonedName(dtype: ObjectInHand, plain: string, reading: Reading): string {
  const zone = readAttribute(dtype, reading, '_tz');
  if (zone === null) return plain;
  const tree = reading.read(zone, 1);
  const name = tree.kind === 'zoneinfo' && tree.key?.kind === 'str' ? tree.key.text : null;
  const isUtc = tree.kind === 'timezone' && tree.name === null;
  return `${plain.replace(/\]$/, '')}, ${name ?? (isUtc ? 'UTC' : 'tz')}]`;
}

/** Each code's category; -1: none. */
function categoriesOf(
  dtype: ObjectInHand,
  codes: readonly Tree[] | null,
  reading: Reading,
  depth: number,
): readonly Tree[] | null {
  const index = readAttribute(dtype, reading, '_categories');
  if (codes === null || index === null) return null;
  const data = readAttribute(reading.at(index), reading, '_data');
  if (data === null) return null;
  const { items } = readColumn(reading.at(data), reading, depth);
  if (items === null) return null;
  const shown = codes.map((code) => {
    if (code.kind !== 'int') return null;
    return code.value === -1n ? NOT_A_NUMBER : (items[Number(code.value)] ?? null);
  });
  return shown.every((item) => item !== null) ? shown : null;
}

/** Numbers and truth values with a mask beside them. */
function ofMasked(data: ObjectInHand, mask: ObjectInHand, reading: Reading, depth: number): Column {
  const masks = ofNumpy(mask, reading, Math.min(depth, 1), reading.limits.maxItems);
  const column = ofNumpy(data, reading, depth, reading.limits.maxItems, (index) => {
    const item = masks.items?.[index];
    return item?.kind === 'bool' && item.value;
  });
  const whole = column.items === null || (masks.items?.length ?? 0) >= column.items.length;
  const dtype = column.dtype === 'bool' ? 'boolean' : column.dtype.replace('uint', 'UInt').replace(/^[if]/, upper);
  return { ...column, dtype, items: whole ? column.items : null };
}

function upper(letter: string): string {
  return letter.toUpperCase();
}

/** The type of an array that is not taken apart. */
function shortType(name: string): string {
  return /^ArrowString/.test(name) ? 'string[pyarrow]' : name.replace(/Array$/, '');
}
