/**
 * What is in a DataFrame, a Series, an Index of pandas? Shape, names, types and first values, from what they keep. As pandas
 * 2.0 and later lay it out; where something is not as it is there, the object is shown with its attributes, like any other.
 * https://github.com/pandas-dev/pandas/blob/v2.2.3/pandas/_libs/internals.pyx (BlockManager, Block, BlockPlacement)
 */
import { offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { reasonOf } from '../problem.js';
import { needAttribute, readAttribute } from './attributes.js';
import { readInstance } from './instances.js';
import { readBigInt } from './numbers.js';
import { readColumn } from './pandas-arrays.js';
import { type ObjectInHand, REDACTED, type Reading, type ReadKind } from './reading.js';
import type { Field, Tree } from './tree.js';
import { isOfCType } from './types.js';

/** Behind the object header: of Cython's classes, a table of methods first. */
const MANAGER = { blocks: 8, axes: 16 } as const;
const BLOCK = { _mgr_locs: 8, values: 32 } as const;
const PLACEMENT = { _as_slice: 8, _as_array: 16 } as const;
/** `start`, `stop`, `step`, `length` of a range; the first three of a slice. */
const RANGE = { start: 0, stop: 8, step: 16, length: 24 } as const;

const BLOCKS_LIMIT = 1000;

/** What others are read as whose parts are not as they are known. */
const orAttributes =
  (read: (object: ObjectInHand, reading: Reading, depth: number) => Field[]): ReadKind =>
  (object, reading, depth) => {
    if (depth <= 0) return readInstance(object, reading, depth);
    try {
      const { address, type } = object;
      const [attributes, shown] = reading.inside<Field[]>(object, depth, [], (inner) => read(object, reading, inner));
      if (shown !== 'inside') return readInstance(object, reading, depth);
      return { kind: 'instance', type: type.name, address, attributes, complete: true, shown, classic: false };
    } catch (error) {
      reasonOf(error);
      return readInstance(object, reading, depth);
    }
  };

export const readSeries = orAttributes((object, reading, depth) => {
  const manager = reading.at(needAttribute(object, reading, '_mgr'));
  const [block = 0] = sequence(needAttribute(manager, reading, 'blocks'), reading);
  const [index = 0] = sequence(needAttribute(manager, reading, 'axes'), reading);
  const values = readColumn(valuesOf(reading.at(block), reading), reading, depth);
  const length = values.length ?? lengthOf(index, reading);
  const labels = labelsOf(index, reading, depth);
  return [
    ...shapeField(length === null ? [] : [length]),
    ...nameField(object, reading, depth),
    { name: 'dtype', value: { kind: 'type-name', name: values.dtype } },
    ...(labels === null ? [] : [{ name: 'index', value: labels }]),
    ...(isSecret(object, reading) ? [{ name: 'values', value: REDACTED }] : valuesField(values.items, length)),
  ];
});

/** A column whose name says that it holds secrets. */
function isSecret(object: ObjectInHand, reading: Reading): boolean {
  const name = readAttribute(object, reading, '_name');
  return name !== null && reading.secrets.isName(reading.types.text(name) ?? '');
}

export const readIndex = orAttributes((object, reading, depth) => {
  const values = readColumn(reading.at(needAttribute(object, reading, '_data')), reading, depth);
  return [
    ...shapeField(values.length === null ? [] : [values.length]),
    ...nameField(object, reading, depth),
    { name: 'dtype', value: { kind: 'type-name', name: values.dtype } },
    ...valuesField(values.items, values.length),
  ];
});

/** An array of pandas by itself. */
export const readPandasArray = orAttributes((object, reading, depth) => {
  const { dtype, length, items } = readColumn(object, reading, depth);
  return [
    ...shapeField(length === null ? [] : [length]),
    { name: 'dtype', value: { kind: 'type-name', name: dtype } },
    ...valuesField(items, length),
  ];
});

export const readRangeIndex = orAttributes((object, reading, depth) => [
  { name: 'range', value: reading.read(needAttribute(object, reading, '_range'), depth) },
  ...nameField(object, reading, depth),
]);

export const readDataFrame = orAttributes((object, reading, depth) => {
  const { sizeof } = reading.layout.PyObject;
  const manager = reading.at(needAttribute(object, reading, '_mgr'));
  if (!isOfCType(manager.type, 'pandas._libs.internals.BlockManager')) throw new CorruptData('a frame of no blocks');
  const part = (offset: number) => sequence(reading.pointer(manager.address, sizeof + offset), reading);
  const [columns = 0, index = 0] = part(MANAGER.axes);
  const { types, rows: length } = typesOf(part(MANAGER.blocks), reading);
  const rows = lengthOf(index, reading) ?? length;
  const labels = labelsOf(columns, reading, depth);
  const width = types.length;
  const shown = types.slice(0, reading.limits.maxItems).map((name): Tree => ({ kind: 'type-name', name }));
  // Labels that cannot be read leave the types in their order.
  const table: Tree =
    labels?.kind === 'list' && labels.items.length > 0 && labels.length === width
      ? {
          kind: 'dict',
          items: labels.items.map((label, i) => [label, shown[i] ?? { kind: 'cut' }]),
          length: width,
          shown: 'inside',
        }
      : { kind: 'list', items: shown, length: width, shown: 'inside' };
  return [...shapeField(rows === null ? [] : [rows, width]), { name: 'columns', value: table }];
});

/** The type of each column, by its place, and how long they are. */
function typesOf(blocks: readonly number[], reading: Reading): { types: string[]; rows: number | null } {
  const types = new Map<number, string>();
  let rows: number | null = null;
  for (const pointer of blocks) {
    const block = reading.at(pointer);
    const { dtype, length } = readColumn(valuesOf(block, reading), reading, 0);
    rows ??= length;
    for (const place of placesOf(block, reading)) types.set(place, dtype);
  }
  for (let place = 0; place < types.size; place++) {
    if (!types.has(place)) throw new CorruptData('a frame with columns of no block');
  }
  return { types: Array.from({ length: types.size }, (_, i) => types.get(i) ?? '?'), rows };
}

function valuesOf(block: ObjectInHand, reading: Reading): ObjectInHand {
  return reading.at(reading.pointer(block.address, reading.layout.PyObject.sizeof + BLOCK.values));
}

const PLACES_LIMIT = 100_000;

/** Which columns a block has: a slice, or an array of numbers. */
function placesOf(block: ObjectInHand, reading: Reading): number[] {
  const { sizeof } = reading.layout.PyObject;
  const placement = reading.link(block.address, sizeof + BLOCK._mgr_locs);
  const slice = reading.at(reading.pointer(placement, sizeof + PLACEMENT._as_slice));
  if (slice.type.tp_name === 'slice') {
    const [start, stop, step] = [RANGE.start, RANGE.stop, RANGE.step].map((offset) => {
      const part = reading.at(reading.pointer(slice.address, sizeof + offset));
      return part.type.tp_name === 'NoneType' ? null : Number(readBigInt(part, reading));
    });
    if (typeof start !== 'number' || typeof stop !== 'number') throw new CorruptData('a block of an open slice');
    const by = step ?? 1;
    const count = Math.ceil((stop - start) / by);
    if (!(by >= 1 && count >= 0 && count <= PLACES_LIMIT)) throw new CorruptData('a block of an absurd slice');
    return Array.from({ length: count }, (_, i) => start + i * by);
  }
  const array = reading.at(reading.pointer(placement, sizeof + PLACEMENT._as_array));
  const { items, length } = readColumn(array, reading, 1, PLACES_LIMIT);
  if (items === null || items.length !== length) throw new CorruptData('a block of too many columns');
  return items.map((item) => (item.kind === 'int' ? Number(item.value) : -1));
}

/** Pointers in a list or tuple. */
function sequence(pointer: number, reading: Reading): number[] {
  const { address, type } = reading.at(pointer);
  const count = Math.min(reading.length(address), BLOCKS_LIMIT);
  if (type.tp_name === 'tuple') return reading.pointers(offsetBy(address, reading.layout.PyTupleObject.ob_item), count);
  if (type.tp_name !== 'list') throw new CorruptData(`a ${type.tp_name} where blocks or axes should be`);
  return count === 0 ? [] : reading.pointers(reading.link(address, reading.layout.objects.PyListObject.ob_item), count);
}

/** How many labels an index has; null: that is not told. */
function lengthOf(pointer: number, reading: Reading): number | null {
  const index = reading.at(pointer);
  const range = readAttribute(index, reading, '_range');
  if (range !== null) {
    const { sizeof } = reading.layout.PyObject;
    return Number(readBigInt(reading.at(reading.pointer(toAddress(range), sizeof + RANGE.length)), reading));
  }
  const codes = readAttribute(index, reading, '_codes');
  const data = codes === null ? readAttribute(index, reading, '_data') : firstOf(codes, reading);
  return data === null ? null : readColumn(reading.at(data), reading, 0).length;
}

/** The first of a `FrozenList`: a list by another name. */
function firstOf(pointer: number, reading: Reading): number | null {
  const { address } = reading.at(pointer);
  if (reading.length(address) === 0) return null;
  return reading.pointer(reading.link(address, reading.layout.objects.PyListObject.ob_item), 0);
}

/** The labels of an index, or the range that they are; null: not told. */
function labelsOf(pointer: number, reading: Reading, depth: number): Tree | null {
  const index = reading.at(pointer);
  const range = readAttribute(index, reading, '_range');
  if (range !== null) return reading.read(range, depth);
  const data = readAttribute(index, reading, '_data');
  if (data === null) return null;
  const { items, length } = readColumn(reading.at(data), reading, depth);
  return items === null || length === null ? null : { kind: 'list', items, length, shown: 'inside' };
}

function shapeField(sizes: readonly number[]): Field[] {
  if (sizes.length === 0) return [];
  const items = sizes.map((size): Tree => ({ kind: 'int', value: BigInt(size), long: false }));
  return [{ name: 'shape', value: { kind: 'tuple', items, length: items.length, shown: 'inside' } }];
}

function nameField(object: ObjectInHand, reading: Reading, depth: number): Field[] {
  const name = readAttribute(object, reading, '_name');
  if (name === null || reading.at(name).type.tp_name === 'NoneType') return [];
  return [{ name: 'name', value: reading.read(name, depth) }];
}

function valuesField(items: readonly Tree[] | null, length: number | null): Field[] {
  if (items === null) return [];
  return [{ name: 'values', value: { kind: 'list', items, length: length ?? items.length, shown: 'inside' } }];
}
