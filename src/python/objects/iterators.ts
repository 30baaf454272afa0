/**
 * What do the iterators and the small callables hold that say so: `count(5, 2)`, `repeat('x', 3)`,
 * `operator.itemgetter(1)`? Their members follow the header in all versions.
 */
import { offsetBy } from '../../memory/address.js';
import { isOne } from './ranges.js';
import type { ReadKind } from './reading.js';
import { madeStr } from './texts.js';
import type { Tree } from './tree.js';

/** What `cnt` is where the number is an object's. */
const PY_SSIZE_T_MAX = 2n ** 63n - 1n;

/** `cnt`, `long_cnt`, `long_step`. https://github.com/python/cpython/blob/v3.12.1/Modules/itertoolsmodule.c (countobject, count_repr) */
export const readCount: ReadKind = (object, reading, depth) => {
  const fields = offsetBy(object.address, reading.layout.PyObject.sizeof);
  const [items, shown] = reading.inside<Tree[]>(object, depth, [], (inner) => {
    const count = reading.memory.read(fields, 8).getBigInt64(0, true);
    const next = count === PY_SSIZE_T_MAX ? reading.read(reading.pointer(fields, 8), inner) : intTree(count);
    const pointer = reading.pointer(fields, 16);
    const step = pointer === 0 ? undefined : reading.read(pointer, inner);
    return step === undefined || isOne(step) ? [next] : [next, step];
  });
  return { kind: 'call', name: 'count', items, length: items.length, shown, again: '...' };
};

/** `element`, `cnt`. https://github.com/python/cpython/blob/v3.12.1/Modules/itertoolsmodule.c (repeatobject, repeat_repr) */
export const readRepeat: ReadKind = (object, reading, depth) => {
  const fields = offsetBy(object.address, reading.layout.PyObject.sizeof);
  const [items, shown] = reading.inside<Tree[]>(object, depth, [], (inner) => {
    const element = reading.read(reading.pointer(fields, 0), inner);
    const count = reading.memory.read(offsetBy(fields, 8), 8).getBigInt64(0, true);
    return count < 0n ? [element] : [element, intTree(count)];
  });
  return { kind: 'call', name: 'repeat', items, length: items.length, shown, again: '...' };
};

function intTree(value: bigint): Tree {
  return { kind: 'int', value, long: false };
}

/** `nitems`, `item`, which is a tuple of several. https://github.com/python/cpython/blob/v3.12.1/Modules/_operator.c (itemgetterobject) */
export const readItemGetter: ReadKind = (object, reading, depth) => {
  const fields = offsetBy(object.address, reading.layout.PyObject.sizeof);
  const name = object.type.tp_name;
  const [{ items, length }, shown] = reading.inside(object, depth, NO_ITEMS, (inner) => {
    const count = reading.size(fields, 0);
    if (count === 1) return { items: [reading.read(reading.pointer(fields, 8), inner)], length: 1 };
    const start = offsetBy(reading.link(fields, 8), reading.layout.PyTupleObject.ob_item);
    return { items: reading.elements(start, count, inner), length: count };
  });
  return { kind: 'call', name, items, length, shown, again: `${name}(...)` };
};

const NO_ITEMS: { items: Tree[]; length: number } = { items: [], length: 0 };

/** `nattrs`, `attr`: a tuple of names, a dotted one as a tuple of its parts. */
export const readAttrGetter: ReadKind = (object, reading, depth) => {
  const fields = offsetBy(object.address, reading.layout.PyObject.sizeof);
  const name = object.type.tp_name;
  const { maxItems } = reading.limits;
  const [{ items, length }, shown] = reading.inside(object, depth, NO_ITEMS, (inner) => {
    const count = reading.size(fields, 0);
    const { ob_item } = reading.layout.PyTupleObject;
    const pointers = reading.pointers(offsetBy(reading.link(fields, 8), ob_item), Math.min(count, maxItems));
    const names = pointers.map((pointer) => {
      const { address, type } = reading.at(pointer);
      if (type.tp_name !== 'tuple') return reading.read(pointer, inner);
      const parts = reading.pointers(offsetBy(address, ob_item), Math.min(reading.length(address), maxItems));
      return madeStr(parts.map((part) => reading.name(part)).join('.'));
    });
    return { items: names, length: count };
  });
  return { kind: 'call', name, items, length, shown, again: `${name}(...)` };
};
