/** What are types made of that are made of types: `list[int]`, `int | None`? Their members follow the header in all versions that have them. */
import { offsetBy } from '../../memory/address.js';
import type { Reading, ReadKind } from './reading.js';
import type { Tree } from './tree.js';

const POINTER_BYTES = 8;

export interface Items {
  readonly items: readonly Tree[];
  readonly length: number;
}

export const NO_ITEMS: Items = { items: [], length: 0 };

/** https://github.com/python/cpython/blob/v3.12.1/Objects/genericaliasobject.c (gaobject, ga_repr) */
export const readGenericAlias: ReadKind = (object, reading, depth) => {
  const origin = offsetBy(object.address, reading.layout.PyObject.sizeof);
  const args = reading.link(origin, POINTER_BYTES);
  const head = readItem(reading.pointer(origin, 0), reading, depth);
  const [items, shown] = reading.inside(object, depth, NO_ITEMS, (inner) => readArguments(args, reading, inner));
  return { kind: 'alias', form: 'plain', head, ...items, shown };
};

/** https://github.com/python/cpython/blob/v3.12.1/Objects/unionobject.c (unionobject, union_repr) */
export const readUnion: ReadKind = (object, reading, depth) => {
  const [items, shown] = reading.inside(object, depth, NO_ITEMS, (inner) =>
    readArguments(reading.link(object.address, reading.layout.PyObject.sizeof), reading, inner),
  );
  return { kind: 'union', ...items, shown };
};

function readArguments(tuple: Parameters<Reading['length']>[0], reading: Reading, depth: number): Items {
  const length = reading.length(tuple);
  const start = offsetBy(tuple, reading.layout.PyTupleObject.ob_item);
  const pointers = reading.pointers(start, Math.min(length, reading.limits.maxItems));
  return { items: pointers.map((each) => readItem(each, reading, depth)), length };
}

/** As {@link readTypeItem}, with `None` for its type. */
function readItem(pointer: number, reading: Reading, depth: number): Tree {
  const tree = readTypeItem(pointer, reading, depth);
  return tree.kind === 'type-name' && tree.name === 'NoneType' ? { kind: 'constant', name: 'None' } : tree;
}

/**
 * A type as it stands in another: classes by their names alone, `...` for the ellipsis.
 * https://github.com/python/cpython/blob/v3.12.1/Lib/typing.py (_type_repr)
 */
export function readTypeItem(pointer: number, reading: Reading, depth: number): Tree {
  const { type } = reading.at(pointer);
  if (type.tp_name === 'ellipsis') return { kind: 'type-name', name: '...' };
  if (type.isMeta) return { kind: 'type-name', name: reading.types.at(pointer).name };
  return reading.read(pointer, depth);
}
