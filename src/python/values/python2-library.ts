/** How are objects of Python 2's library written that are in C later: `Decimal`, `OrderedDict`; and `Fraction`? */
import { isUserSpace, toAddress } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { needAttribute, readAttribute } from './attributes.js';
import { readItems } from './containers.js';
import { decodeDecimal } from './number-repr.js';
import { readBigInt } from './numbers.js';
import type { ObjectInHand, Repr, Spell } from './repr.js';

/** https://github.com/python/cpython/blob/v2.7.18/Lib/decimal.py#L985 (Decimal.__str__) */
export const spellOldDecimal: Spell = (object, repr) => {
  const sign = readBigInt(repr.at(needAttribute(object, repr, '_sign')), repr) === 1n ? '-' : '';
  const digits = repr.name(needAttribute(object, repr, '_int'));
  const exponent = repr.at(needAttribute(object, repr, '_exp'));
  const special = repr.types.text(exponent.address);
  return `Decimal('${sign}${special === null ? plain(digits, exponent, repr) : ofSpecial(special, digits)}')`;
};

function plain(digits: string, exponent: ObjectInHand, repr: Repr): string {
  const power = readBigInt(exponent, repr);
  if (power === null) throw new CorruptData('a Decimal with an absurd exponent');
  const { maxString } = repr.limits;
  if (digits.length > maxString) return repr.cut(`${digits.slice(0, maxString)}… (${digits.length} digits)`);
  return decodeDecimal(digits, Number(power));
}

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
export const spellOldFraction: Spell = (object, repr) => {
  const part = (name: string) => readBigInt(repr.at(needAttribute(object, repr, name)), repr) ?? repr.cut('…');
  return `${object.type.shortName}(${part('_numerator')}, ${part('_denominator')})`;
};

/** A circle of lists `[previous, next, key]`. https://github.com/python/cpython/blob/v2.7.18/Lib/collections.py#L49 */
export const spellOldOrderedDict: Spell = (object, repr, depth) => {
  const { shortName } = object.type;
  const { items, total } = readItems(object, repr, ITEMS_LIMIT);
  if (total === 0) return `${shortName}()`;
  return repr.container(object, depth, [`${shortName}([`, '])'], '...', (inner) => {
    const values = new Map(items.map(({ key, value }) => [key, value]));
    const keys = readKeys(object, repr, Math.min(total, repr.limits.maxItems));
    const pairs = keys.map((key) => {
      const value = values.get(key);
      if (value === undefined) throw new CorruptData('an OrderedDict with a key that its dict lacks');
      return { key, value };
    });
    return repr.list(
      repr.entries(pairs, inner).map(([key, value]) => `(${key}, ${value})`),
      total,
    );
  });
};

/** Of the dict beside the order. */
const ITEMS_LIMIT = 100_000;

function readKeys(object: ObjectInHand, repr: Repr, wanted: number): number[] {
  const root = readAttribute(object, repr, '_OrderedDict__root');
  if (root === null) throw new CorruptData('an OrderedDict without an order');
  const { ob_item } = repr.layout.objects.PyListObject;
  const keys: number[] = [];
  let link = root;
  while (keys.length < wanted) {
    const list = toAddress(link);
    link = repr.pointers(repr.link(list, ob_item), 2)[1] ?? 0;
    if (link === root || !isUserSpace(link)) throw new CorruptData('an OrderedDict with less in it than it counts');
    keys.push(repr.pointers(repr.link(toAddress(link), ob_item), 3)[2] ?? 0);
  }
  return keys;
}
