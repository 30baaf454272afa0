/** What do objects of the standard library's own classes hold, which say what they are in a form of their own? */
import { offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { ITEM_LIMIT } from '../dict.js';
import { reasonOf } from '../problem.js';
import { needAttribute, readAttribute } from './attributes.js';
import { readItems } from './containers.js';
import { readBigInt, readFloat } from './numbers.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import { madeStr } from './texts.js';
import type { Field, Tree } from './tree.js';

export const readUuid: ReadKind = (object, reading) => {
  const value = readBigInt(reading.at(needAttribute(object, reading, 'int')), reading);
  if (value === null || value >> 128n !== 0n) throw new CorruptData('a UUID that is no number of 128 bits');
  return { kind: 'uuid', name: object.type.shortName, value };
};

export const readFraction: ReadKind = (object, reading, depth) => {
  const part = (name: string) => reading.read(needAttribute(object, reading, name), depth);
  const items = [part('_numerator'), part('_denominator')];
  return { kind: 'call', name: object.type.shortName, items, length: items.length, shown: 'inside', again: '...' };
};

/** The text is made and kept when it is first asked for; until then there are the parts it was made from. */
export const readPath: ReadKind = (object, reading, depth): Tree => {
  const name = object.type.shortName;
  const made = slot(object, reading, '_str');
  if (made !== null) return { kind: 'path', name, path: reading.read(made, depth) };
  const points = [...textOfPath(object, reading)];
  const shown = points.slice(0, reading.limits.maxString).join('');
  return { kind: 'path', name, path: madeStr(shown, Math.max(0, points.length - reading.limits.maxString)) };
};

function textOfPath(object: ObjectInHand, reading: Reading): string {
  const raw = slot(object, reading, '_raw_paths');
  if (raw !== null) return normalised(joined(texts(raw, reading)));
  const parts = slot(object, reading, '_parts');
  if (parts === null) throw new CorruptData('a path without parts');
  const [first = '', ...rest] = texts(parts, reading);
  const drive = reading.name(needAttribute(object, reading, '_drv'));
  const root = reading.name(needAttribute(object, reading, '_root'));
  if (drive !== '' || root !== '') return drive + root + rest.join('/');
  return [first, ...rest].join('/') || '.';
}

/** Only if the instance itself has it. */
function slot(object: ObjectInHand, reading: Reading, name: string): number | null {
  const value = readAttribute(object, reading, name);
  // `_str` may be a property of the class in versions that compute it.
  if (value === null) return null;
  return reading.at(value).type.tp_name === 'property' ? null : value;
}

function texts(pointer: number, reading: Reading): string[] {
  const list = reading.at(pointer);
  const count = Math.min(reading.length(list.address), ITEM_LIMIT);
  const { PyListObject } = reading.layout.objects;
  const start =
    list.type.tp_name === 'list'
      ? count > 0 && reading.link(list.address, PyListObject.ob_item)
      : offsetBy(list.address, reading.layout.PyTupleObject.ob_item);
  return start === false ? [] : reading.pointers(start, count).map((each) => reading.name(each));
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

/** Most common first. https://github.com/python/cpython/blob/v3.12.1/Lib/collections/__init__.py (Counter.__repr__) */
export const readCounter: ReadKind = (object, reading, depth) => {
  const name = object.type.shortName;
  const { items, total: length } = readItems(object, reading, COUNTS_LIMIT);
  if (length === 0) return { kind: 'counter', name, items: [], length, shown: 'inside' };
  const [entries, shown] = reading.inside(object, depth, [], (inner) => {
    const counts = items.map((item) => ({ item, count: countOf(item.value, reading) }));
    // As in Python: counts that cannot be compared leave the order alone; so do more than are looked at.
    if (items.length === length && counts.every(({ count }) => count !== null)) {
      counts.sort(({ count: a }, { count: b }) => (a === null || b === null || a === b ? 0 : a < b ? 1 : -1));
    }
    const most = counts.slice(0, reading.limits.maxItems).map(({ item }) => item);
    return reading.entries(most, inner);
  });
  return { kind: 'counter', name, items: entries, length, shown };
};

function countOf(pointer: number, reading: Reading): bigint | number | null {
  try {
    const object = reading.at(pointer);
    if (['int', 'bool', 'long'].includes(object.type.tp_name)) return readBigInt(object, reading);
    if (object.type.tp_name !== 'float') return null;
    const value = readFloat(object, reading);
    return Number.isNaN(value) ? null : value;
  } catch (error) {
    // Showing it will say why it cannot be read; here only what is no such reason matters.
    reasonOf(error);
    return null;
  }
}

/** `types.SimpleNamespace`: a dict follows the header. */
export const readNamespace: ReadKind = (object, reading, depth) => {
  const { address, type } = object;
  const name = type.isClass ? type.shortName : 'namespace';
  const nothing: { fields: Field[]; length: number } = { fields: [], length: 0 };
  const [fields, shown] = reading.inside(object, depth, nothing, (inner) => {
    const dict = toAddress(reading.pointer(address, reading.layout.PyObject.sizeof));
    const sorted = reading.spelling.SimpleNamespace === 'sorted';
    const { items, total } = readItems({ address: dict }, reading, sorted ? ITEM_LIMIT : reading.limits.maxItems);
    const ordered = sorted ? [...items].sort((a, b) => (reading.name(a.key) < reading.name(b.key) ? -1 : 1)) : items;
    return { fields: reading.fields(ordered.slice(0, reading.limits.maxItems), inner), length: total };
  });
  return { kind: 'record', form: 'namespace', name, ...fields, shown };
};
