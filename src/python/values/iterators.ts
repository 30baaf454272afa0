/**
 * How are the iterators and the small callables written that say what they hold: `count(5, 2)`, `repeat('x', 3)`,
 * `operator.itemgetter(1)`? Their members follow the header in all versions.
 */
import { offsetBy } from '../../memory/address.js';
import { quotedText } from './library.js';
import type { Spell } from './repr.js';

/** What `cnt` is where the number is an object's. */
const PY_SSIZE_T_MAX = 2n ** 63n - 1n;

/** `cnt`, `long_cnt`, `long_step`. https://github.com/python/cpython/blob/v3.12.1/Modules/itertoolsmodule.c (countobject, count_repr) */
export const spellCount: Spell = (object, repr, depth) => {
  const fields = offsetBy(object.address, repr.layout.PyObject.sizeof);
  return repr.container(object, depth, ['count(', ')'], '...', (inner) => {
    const count = repr.memory.read(fields, 8).getBigInt64(0, true);
    const next = count === PY_SSIZE_T_MAX ? repr.show(repr.pointer(fields, 8), inner) : `${count}`;
    const step = repr.pointer(fields, 16);
    const by = step === 0 ? '1' : repr.show(step, inner);
    return by === '1' ? next : `${next}, ${by}`;
  });
};

/** `element`, `cnt`. https://github.com/python/cpython/blob/v3.12.1/Modules/itertoolsmodule.c (repeatobject, repeat_repr) */
export const spellRepeat: Spell = (object, repr, depth) => {
  const fields = offsetBy(object.address, repr.layout.PyObject.sizeof);
  return repr.container(object, depth, ['repeat(', ')'], '...', (inner) => {
    const element = repr.show(repr.pointer(fields, 0), inner);
    const count = repr.memory.read(offsetBy(fields, 8), 8).getBigInt64(0, true);
    return count < 0n ? element : `${element}, ${count}`;
  });
};

/** `nitems`, `item`, which is a tuple of several. https://github.com/python/cpython/blob/v3.12.1/Modules/_operator.c (itemgetterobject) */
export const spellItemGetter: Spell = (object, repr, depth) => {
  const fields = offsetBy(object.address, repr.layout.PyObject.sizeof);
  return repr.container(object, depth, [`${object.type.tp_name}(`, ')'], `${object.type.tp_name}(...)`, (inner) => {
    const count = repr.size(fields, 0);
    if (count === 1) return repr.show(repr.pointer(fields, 8), inner);
    const start = offsetBy(repr.link(fields, 8), repr.layout.PyTupleObject.ob_item);
    return repr.list(repr.elements(start, count, inner), count);
  });
};

/** `nattrs`, `attr`: a tuple of names, a dotted one as a tuple of its parts. */
export const spellAttrGetter: Spell = (object, repr, depth) => {
  const fields = offsetBy(object.address, repr.layout.PyObject.sizeof);
  return repr.container(object, depth, [`${object.type.tp_name}(`, ')'], `${object.type.tp_name}(...)`, (inner) => {
    const count = repr.size(fields, 0);
    const { ob_item } = repr.layout.PyTupleObject;
    const shown = repr
      .pointers(offsetBy(repr.link(fields, 8), ob_item), Math.min(count, repr.limits.maxItems))
      .map((pointer) => {
        const { address, type } = repr.at(pointer);
        if (type.tp_name !== 'tuple') return repr.show(pointer, inner);
        const parts = repr.pointers(offsetBy(address, ob_item), Math.min(repr.length(address), repr.limits.maxItems));
        return quotedText(parts.map((part) => repr.name(part)).join('.'), repr);
      });
    return repr.list(shown, count);
  });
};
