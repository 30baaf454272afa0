/** Where do `range` and `slice` objects begin and end? */
import { needed } from '../layouts/needed.js';
import type { ReadKind } from './reading.js';
import type { Tree } from './tree.js';

export const readRange: ReadKind = ({ address }, reading, depth) => {
  const { start, stop, step } = needed(reading.layout.objects.rangeobject, 'rangeobject');
  const parts = [start, stop, step].map((offset) => reading.read(reading.pointer(address, offset), depth));
  const items = isOne(parts[2]) ? parts.slice(0, 2) : parts;
  return { kind: 'call', name: 'range', items, length: items.length, shown: 'inside', again: 'range(...)' };
};

export const readSlice: ReadKind = (object, reading, depth) => {
  const { start, stop, step } = reading.layout.objects.PySliceObject;
  const [items, shown] = reading.inside<Tree[]>(object, depth, [], (inner) =>
    [start, stop, step].map((offset) => reading.read(reading.pointer(object.address, offset), inner)),
  );
  return { kind: 'call', name: 'slice', items, length: items.length, shown, again: 'slice(...)' };
};

/** Whether it is the step that need not be written. */
export function isOne(tree: Tree | undefined): boolean {
  return tree?.kind === 'int' && tree.value === 1n;
}
