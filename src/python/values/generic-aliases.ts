/** How are types made of types written: `list[int]`, `int | None`? Their members follow the header in all versions that have them. */
import { offsetBy } from '../../memory/address.js';
import type { Repr, Spell } from './repr.js';

const POINTER_BYTES = 8;

/** https://github.com/python/cpython/blob/v3.12.1/Objects/genericaliasobject.c (gaobject, ga_repr) */
export const spellGenericAlias: Spell = (object, repr, depth) => {
  const origin = offsetBy(object.address, repr.layout.PyObject.sizeof);
  const args = repr.link(origin, POINTER_BYTES);
  const head = itemText(repr.pointer(origin, 0), repr, depth);
  return repr.container(object, depth, [`${head}[`, ']'], '...', (inner) => {
    const count = repr.length(args);
    return count === 0 ? '()' : repr.list(items(args, count, repr, inner), count);
  });
};

/** https://github.com/python/cpython/blob/v3.12.1/Objects/unionobject.c (unionobject, union_repr) */
export const spellUnion: Spell = (object, repr, depth) =>
  repr.container(object, depth, ['', ''], '...', (inner) => {
    const args = repr.link(object.address, repr.layout.PyObject.sizeof);
    const count = repr.length(args);
    const shown = items(args, count, repr, inner);
    return (shown.length < count ? [...shown, repr.cut('…')] : shown).join(' | ');
  });

function items(tuple: Parameters<Repr['length']>[0], count: number, repr: Repr, depth: number): string[] {
  const start = offsetBy(tuple, repr.layout.PyTupleObject.ob_item);
  return repr.pointers(start, Math.min(count, repr.limits.maxItems)).map((each) => itemText(each, repr, depth));
}

/** As {@link typeText}, with `None` for its type. */
function itemText(pointer: number, repr: Repr, depth: number): string {
  const text = typeText(pointer, repr, depth);
  return text === 'NoneType' ? 'None' : text;
}

/**
 * A type as it stands in another: classes by their names alone, `...` for the ellipsis.
 * https://github.com/python/cpython/blob/v3.12.1/Lib/typing.py (_type_repr)
 */
export function typeText(pointer: number, repr: Repr, depth: number): string {
  const { type } = repr.at(pointer);
  if (type.tp_name === 'ellipsis') return '...';
  return type.isMeta ? repr.types.at(pointer).name : repr.show(pointer, depth);
}
