/** How are `int`, `bool`, `float`, `complex` and `Decimal` objects written? */
import { offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData, pointerAt, readSsize } from '../../memory/reader.js';
import { needed } from '../layouts/needed.js';
import { readIntSize, readSmallInt } from '../objects.js';
import {
  decodeComplexRepr,
  decodeDecimal,
  decodeFloatRepr,
  decodeHugeIntRepr,
  decodeIntRepr,
  EXACT_LIMBS,
} from './number-repr.js';
import type { ObjectInHand, Repr, Spell } from './repr.js';
import type { KnownType } from './types.js';

/** https://github.com/python/cpython/blob/v3.12.1/Include/cpython/longintrepr.h (PyLong_SHIFT) */
const LIMB_BITS = 30;
const LIMB_LIMIT = 2 ** LIMB_BITS;
/** More memory than that no integer takes. */
const LIMBS_LIMIT = 2 ** 40;

/** The value of an `int` object; null beyond {@link EXACT_LIMBS} digits of 30 bits. Throws CorruptData, … */
export function readBigInt({ address }: Pick<ObjectInHand, 'address'>, repr: Repr): bigint | null {
  const { python2 } = repr.layout;
  if (python2 && isShortInt(repr.types.of(address))) {
    return repr.memory.read(offsetBy(address, python2.PyIntObject.ob_ival), 8).getBigInt64(0, true);
  }
  const { digits: limbs, negative } = readIntSize(repr.python, address);
  if (limbs > EXACT_LIMBS) return null;
  const magnitude = joined(readLimbs(repr, address, 0, limbs));
  return negative ? -magnitude : magnitude;
}

/** Whether it is Python 2's `int` or derives from it. */
function isShortInt(type: KnownType): boolean {
  for (let each: KnownType | null = type; each; each = each.base)
    if (!each.isClass && each.tp_name === 'int') return true;
  return false;
}

export const spellInt: Spell = ({ address }, repr) => {
  const { digits: limbs, negative } = readIntSize(repr.python, address);
  if (limbs > LIMBS_LIMIT) throw new CorruptData(`an int of ${limbs} digits`);
  if (limbs === 0) return '0';
  if (limbs <= 2) {
    const [low = 0, high = 0] = readLimbs(repr, address, 0, limbs);
    const value = high * LIMB_LIMIT + low;
    if (Number.isSafeInteger(value) && repr.limits.maxString >= 16) return `${negative ? '-' : ''}${value}`;
  }
  const top = limbs > EXACT_LIMBS ? readLimbs(repr, address, limbs - 3, 3) : readLimbs(repr, address, 0, limbs);
  const shown =
    limbs > EXACT_LIMBS
      ? decodeHugeIntRepr(Number(joined(top)), LIMB_BITS * (limbs - 3), negative)
      : decodeIntRepr(joined(top), negative, repr.limits.maxString);
  return shown.truncated ? repr.cut(shown.text) : shown.text;
};

function readLimbs(repr: Repr, address: ObjectInHand['address'], first: number, count: number): number[] {
  if (count === 0) return [];
  const start = offsetBy(address, repr.layout.PyLongObject.ob_digit + 4 * first);
  const view = repr.memory.read(start, 4 * count);
  const limbs: number[] = [];
  for (let i = 0; i < count; i++) {
    const limb = view.getUint32(4 * i, true);
    if (limb >= LIMB_LIMIT) throw new CorruptData('an int with a digit of more than 30 bits');
    limbs.push(limb);
  }
  return limbs;
}

/** By hexadecimal digits: building it up limb by limb would copy the whole number each time. */
function joined(limbs: readonly number[]): bigint {
  if (limbs.length === 0) return 0n;
  let bits = '';
  for (let i = limbs.length - 1; i >= 0; i--) bits += (limbs[i] ?? 0).toString(2).padStart(LIMB_BITS, '0');
  return BigInt(`0b${bits}`);
}

export const spellBool: Spell = ({ address }, repr) => {
  switch (readSmallInt(repr.python, address)) {
    case 0:
      return 'False';
    case 1:
      return 'True';
    default:
      throw new CorruptData('neither True nor False');
  }
};

/** The value of a `float` object. */
export function readFloat({ address }: Pick<ObjectInHand, 'address'>, repr: Repr): number {
  return repr.memory.read(offsetBy(address, repr.layout.objects.PyFloatObject.ob_fval), 8).getFloat64(0, true);
}

export const spellFloat: Spell = (object, repr) => decodeFloatRepr(readFloat(object, repr));

export const spellComplex: Spell = ({ address }, repr) => {
  const fields = repr.layout.objects.PyComplexObject;
  const part = (offset: number) => repr.memory.read(offsetBy(address, offset), 8).getFloat64(0, true);
  return decodeComplexRepr(part(fields['cval.real']), part(fields['cval.imag']));
};

/** Bits of `dec.flags`. https://github.com/python/cpython/blob/v3.12.1/Modules/_decimal/libmpdec/mpdecimal.h (MPD_NEG …) */
const NEGATIVE = 1;
const INFINITE = 2;
const NOT_A_NUMBER = 4;
const SIGNALLING = 8;
/** Decimal digits of a word of the coefficient. */
const WORD_DIGITS = 19;

export const spellDecimal: Spell = ({ address }, repr) => `Decimal('${decimalText(address, repr)}')`;

function decimalText(address: ObjectInHand['address'], repr: Repr): string {
  const fields = needed(repr.layout.objects.PyDecObject, 'PyDecObject');
  const flags = repr.memory.read(offsetBy(address, fields['dec.flags']), 1).getUint8(0);
  const sign = flags & NEGATIVE ? '-' : '';
  if (flags & INFINITE) return `${sign}Infinity`;
  const words = repr.size(address, fields['dec.len']);
  const count = repr.size(address, fields['dec.digits']);
  if (words > LIMBS_LIMIT || count > words * WORD_DIGITS) throw new CorruptData(`a Decimal of ${count} digits`);
  const data = repr.link(address, fields['dec.data']);
  if (flags & (NOT_A_NUMBER | SIGNALLING)) {
    const payload = count === 0 ? '' : coefficient(repr, data, words, 0, words).padStart(count, '0').slice(-count);
    return `${sign}${flags & SIGNALLING ? 'sNaN' : 'NaN'}${payload}`;
  }
  const exponent = readSsize(repr.memory, offsetBy(address, fields['dec.exp']));
  const { maxString } = repr.limits;
  // Plain notation writes all zeros up to the point; an exponent that large is never written plainly.
  if (count <= maxString) {
    const text = decodeDecimal(coefficient(repr, data, words, 0, words).padStart(count, '0').slice(-count), exponent);
    return sign + text;
  }
  const first = Math.max(0, words - Math.ceil(maxString / WORD_DIGITS) - 1);
  const leading = coefficient(repr, data, words, first, words - first);
  return repr.cut(`${sign}${leading.replace(/^0+/, '').slice(0, maxString)}… (${count} digits)`);
}

/** Decimal digits of words [first, first + count) of the coefficient, most significant first. */
function coefficient(repr: Repr, data: number, words: number, first: number, count: number): string {
  if (words === 0) return '';
  const view = repr.memory.read(toAddress(data + 8 * first), 8 * count);
  let digits = '';
  for (let i = count - 1; i >= 0; i--) {
    if (pointerAt(view, 8 * i) >= 1e19 + 4096) throw new CorruptData('a Decimal with an absurd coefficient');
    digits += view
      .getBigUint64(8 * i, true)
      .toString()
      .padStart(WORD_DIGITS, '0');
  }
  return digits;
}
