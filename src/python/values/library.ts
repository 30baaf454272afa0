/** How are objects of the standard library's own classes written, which say what they are in a form of their own? */

import { offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { ITEM_LIMIT } from '../dict.js';
import { reasonOf } from '../problem.js';
import { needAttribute, readAttribute } from './attributes.js';
import { readItems } from './containers.js';
import { readBigInt, readFloat } from './numbers.js';
import type { ObjectInHand, Repr, Spell } from './repr.js';
import { decodeStringRepr } from './string-repr.js';

export const spellUuid: Spell = (object, repr) => {
  const value = readBigInt(repr.at(needAttribute(object, repr, 'int')), repr);
  const hex = value?.toString(16).padStart(32, '0');
  if (hex?.length !== 32) throw new CorruptData('a UUID that is no number of 128 bits');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `${object.type.shortName}('${parts.join('-')}')`;
};

export const spellFraction: Spell = (object, repr, depth) => {
  const part = (name: string) => repr.show(needAttribute(object, repr, name), depth);
  return `${object.type.shortName}(${part('_numerator')}, ${part('_denominator')})`;
};

/** The text is made and kept when it is first asked for; until then there are the parts it was made from. */
export const spellPath: Spell = (object, repr, depth) => {
  const around = (text: string) => `${object.type.shortName}(${text})`;
  const made = slot(object, repr, '_str');
  if (made !== null) return around(repr.show(made, depth));
  const text = textOfPath(object, repr);
  const points = [...text];
  const { maxString } = repr.limits;
  const shown = points.length > maxString ? points.slice(0, maxString).join('') : text;
  const quoted = quotedText(shown, repr);
  return around(shown === text ? quoted : repr.cut(`${quoted}… (${points.length} characters)`));
};

/** `repr` of a text that is put together here. */
export function quotedText(text: string, repr: Repr): string {
  const points = [...text];
  const view = new DataView(new ArrayBuffer(4 * points.length));
  points.forEach((point, i) => {
    view.setUint32(4 * i, point.codePointAt(0) ?? 0, true);
  });
  return decodeStringRepr(view, 4, repr.spelling.unicode);
}

function textOfPath(object: ObjectInHand, repr: Repr): string {
  const raw = slot(object, repr, '_raw_paths');
  if (raw !== null) return normalised(joined(texts(raw, repr)));
  const parts = slot(object, repr, '_parts');
  if (parts === null) throw new CorruptData('a path without parts');
  const [first = '', ...rest] = texts(parts, repr);
  const drive = repr.name(needAttribute(object, repr, '_drv'));
  const root = repr.name(needAttribute(object, repr, '_root'));
  if (drive !== '' || root !== '') return drive + root + rest.join('/');
  return [first, ...rest].join('/') || '.';
}

/** Only if the instance itself has it. */
function slot(object: ObjectInHand, repr: Repr, name: string): number | null {
  const value = readAttribute(object, repr, name);
  // `_str` may be a property of the class in versions that compute it.
  if (value === null) return null;
  return repr.at(value).type.tp_name === 'property' ? null : value;
}

function texts(pointer: number, repr: Repr): string[] {
  const list = repr.at(pointer);
  const count = Math.min(repr.length(list.address), ITEM_LIMIT);
  const { PyListObject } = repr.layout.objects;
  const start =
    list.type.tp_name === 'list'
      ? count > 0 && repr.link(list.address, PyListObject.ob_item)
      : offsetBy(list.address, repr.layout.PyTupleObject.ob_item);
  return start === false ? [] : repr.pointers(start, count).map((each) => repr.name(each));
}

/** As `posixpath.join`. */
function joined(parts: readonly string[]): string {
  return parts.reduce((path, part) => {
    if (part.startsWith('/')) return part;
    return path === '' || path.endsWith('/') ? path + part : `${path}/${part}`;
  }, '');
}

/** As `PurePosixPath`: exactly two slashes at the beginning mean something of their own. */
function normalised(path: string): string {
  const root = /^\/\/(?!\/)/.test(path) ? '//' : path.startsWith('/') ? '/' : '';
  const tail = path.split('/').filter((part) => part !== '' && part !== '.');
  return root + tail.join('/') || '.';
}

/** Counts looked at to put the largest first. */
const COUNTS_LIMIT = 10_000;

/** `Counter({'a': 2, 'b': 1})`: most common first. https://github.com/python/cpython/blob/v3.12.1/Lib/collections/__init__.py (Counter.__repr__) */
export const spellCounter: Spell = (object, repr, depth) => {
  const { type } = object;
  const all = readItems(object, repr, COUNTS_LIMIT);
  if (all.total === 0) return `${type.shortName}()`;
  return repr.container(object, depth, [`${type.shortName}({`, '})'], `${type.shortName}(...)`, (inner) => {
    const counts = all.items.map((item) => ({ item, count: countOf(item.value, repr) }));
    // As in Python: counts that cannot be compared leave the order alone; so do more than are looked at.
    if (all.items.length === all.total && counts.every(({ count }) => count !== null)) {
      counts.sort(({ count: a }, { count: b }) => (a === null || b === null || a === b ? 0 : a < b ? 1 : -1));
    }
    const shown = counts.slice(0, repr.limits.maxItems).map(({ item }) => item);
    return repr.list(repr.pairs(shown, inner), all.total);
  });
};

function countOf(pointer: number, repr: Repr): bigint | number | null {
  try {
    const object = repr.at(pointer);
    if (['int', 'bool', 'long'].includes(object.type.tp_name)) return readBigInt(object, repr);
    if (object.type.tp_name !== 'float') return null;
    const value = readFloat(object, repr);
    return Number.isNaN(value) ? null : value;
  } catch (error) {
    // Showing it will say why it cannot be read; here only what is no such reason matters.
    reasonOf(error);
    return null;
  }
}

/** `types.SimpleNamespace`: a dict follows the header. */
export const spellNamespace: Spell = (object, repr, depth) => {
  const { address, type } = object;
  const name = type.isClass ? type.shortName : 'namespace';
  return repr.container(object, depth, [`${name}(`, ')'], `${name}(...)`, (inner) => {
    const dict = toAddress(repr.pointer(address, repr.layout.PyObject.sizeof));
    const sorted = repr.spelling.SimpleNamespace === 'sorted';
    const { items, total } = readItems({ address: dict }, repr, sorted ? ITEM_LIMIT : repr.limits.maxItems);
    const ordered = sorted ? [...items].sort((a, b) => (repr.name(a.key) < repr.name(b.key) ? -1 : 1)) : items;
    return repr.list(repr.assignments(ordered.slice(0, repr.limits.maxItems), inner), total);
  });
};
