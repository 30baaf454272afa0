/** How are exceptions written? `Type(arguments)`, as they inherit it from `BaseException`. */
import { offsetBy } from '../../memory/address.js';
import type { Spell } from './repr.js';

export const spellException: Spell = (object, repr, depth) => {
  const { address, type } = object;
  const args = repr.pointer(address, repr.layout.objects.PyBaseExceptionObject.args);
  const around: readonly [string, string] = [`${type.shortName}(`, ')'];
  return repr.container(object, depth, around, `${type.shortName}(...)`, (inner) => {
    if (args === 0) return '';
    const tuple = repr.link(address, repr.layout.objects.PyBaseExceptionObject.args);
    const count = repr.length(tuple);
    const shown = repr.list(repr.elements(offsetBy(tuple, repr.layout.PyTupleObject.ob_item), count, inner), count);
    return count === 1 && repr.spelling.loneArgument === 'comma' ? `${shown},` : shown;
  });
};
