/** What do objects of Python 2's library hold that are in C later: `Decimal`, `OrderedDict`; and `Fraction`? */
import { isUserSpace, toAddress } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { needAttribute, readAttribute } from './attributes.js';
import { readItems } from './containers.js';
import { decodeDecimal } from './digits.js';
import { readBigInt } from './numbers.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import type { NumberTree } from './tree.js';

/** https://github.com/python/cpython/blob/v2.7.18/Lib/decimal.py#L985 (Decimal.__str__) */
export const readOldDecimal: ReadKind = (object, reading): NumberTree => {
  const sign = readBigInt(reading.at(needAttribute(object, reading, '_sign')), reading) === 1n ? '-' : '';
  const digits = reading.name(needAttribute(object, reading, '_int'));
  const exponent = reading.at(needAttribute(object, reading, '_exp'));
  const special = reading.types.text(exponent.address);
  if (special !== null) return { kind: 'decimal', text: sign + ofSpecial(special, digits), digits: null };
  const power = readBigInt(exponent, reading);
  if (power === null) throw new CorruptData('a Decimal with an absurd exponent');
  const { maxString } = reading.limits;
  if (digits.length > maxString) {
    return { kind: 'decimal', text: sign + digits.slice(0, maxString), digits: digits.length };
  }
  return { kind: 'decimal', text: sign + decodeDecimal(digits, Number(power)), digits: null };
};

function ofSpecial(kind: string, digits: string): string {
  switch (kind) {
    case 'F':
      return 'Infinity';
    case 'n':
      return `NaN${digits}`;
    case 'N':
      return `sNaN${digits}`;
    default:
      throw new CorruptData(`a Decimal of kind ${kind}`);
  }
}

/** The numbers as `str` has them, without an `L`. */
export const readOldFraction: ReadKind = (object, reading) => {
  const part = (name: string) => {
    const value = readBigInt(reading.at(needAttribute(object, reading, name)), reading);
    return value === null ? ({ kind: 'cut' } as const) : ({ kind: 'int', value, long: false } as const);
  };
  const items = [part('_numerator'), part('_denominator')];
  return { kind: 'call', name: object.type.shortName, items, length: items.length, shown: 'inside', again: '...' };
};

/** A circle of lists `[previous, next, key]`. https://github.com/python/cpython/blob/v2.7.18/Lib/collections.py#L49 */
export const readOldOrderedDict: ReadKind = (object, reading, depth) => {
  const name = object.type.shortName;
  const { items, total: length } = readItems(object, reading, ITEMS_LIMIT);
  if (length === 0) return { kind: 'ordered-dict', name, items: [], length, shown: 'inside' };
  const [entries, shown] = reading.inside(object, depth, [], (inner) => {
    const values = new Map(items.map(({ key, value }) => [key, value]));
    const keys = readKeys(object, reading, Math.min(length, reading.limits.maxItems));
    const pairs = keys.map((key) => {
      const value = values.get(key);
      if (value === undefined) throw new CorruptData('an OrderedDict with a key that its dict lacks');
      return { key, value };
    });
    return reading.entries(pairs, inner);
  });
  return { kind: 'ordered-dict', name, items: entries, length, shown };
};

/** Of the dict beside the order. */
const ITEMS_LIMIT = 100_000;

function readKeys(object: ObjectInHand, reading: Reading, wanted: number): number[] {
  const root = readAttribute(object, reading, '_OrderedDict__root');
  if (root === null) throw new CorruptData('an OrderedDict without an order');
  const { ob_item } = reading.layout.objects.PyListObject;
  const keys: number[] = [];
  let link = root;
  while (keys.length < wanted) {
    const list = toAddress(link);
    link = reading.pointers(reading.link(list, ob_item), 2)[1] ?? 0;
    if (link === root || !isUserSpace(link)) throw new CorruptData('an OrderedDict with less in it than it counts');
    keys.push(reading.pointers(reading.link(toAddress(link), ob_item), 3)[2] ?? 0);
  }
  return keys;
}
