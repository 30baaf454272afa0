/** How are `range` and `slice` objects written? */
import { needed } from '../layouts/needed.js';
import type { Spell } from './repr.js';

export const spellRange: Spell = ({ address }, repr, depth) => {
  const { start, stop, step } = needed(repr.layout.objects.rangeobject, 'rangeobject');
  const [first, last, by] = [start, stop, step].map((offset) => repr.show(repr.pointer(address, offset), depth));
  return by === '1' ? `range(${first}, ${last})` : `range(${first}, ${last}, ${by})`;
};

export const spellSlice: Spell = (object, repr, depth) => {
  const { start, stop, step } = repr.layout.objects.PySliceObject;
  return repr.container(object, depth, ['slice(', ')'], 'slice(...)', (inner) =>
    [start, stop, step].map((offset) => repr.show(repr.pointer(object.address, offset), inner)).join(', '),
  );
};
