/** What does an exception hold? The arguments it was made with. */
import { offsetBy } from '../../memory/address.js';
import type { ReadKind } from './reading.js';
import type { Tree } from './tree.js';

export const readException: ReadKind = (object, reading, depth) => {
  const { address, type } = object;
  const { args } = reading.layout.objects.PyBaseExceptionObject;
  const none: { items: Tree[]; length: number } = { items: [], length: 0 };
  const [given, shown] = reading.inside(object, depth, none, (inner) => {
    if (reading.pointer(address, args) === 0) return none;
    const tuple = reading.link(address, args);
    const length = reading.length(tuple);
    return { items: reading.elements(offsetBy(tuple, reading.layout.PyTupleObject.ob_item), length, inner), length };
  });
  return { kind: 'exception', type: type.shortName, ...given, shown };
};
