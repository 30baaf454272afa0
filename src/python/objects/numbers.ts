/** What are the values of `int`, `bool`, `float`, `complex` and `Decimal` objects? */
import { offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData, pointerAt, readContent, readSsize } from '../../memory/reader.js';
import { needed } from '../layouts/needed.js';
import { readIntSize, readSmallInt } from '../objects.js';
import { decodeDecimal, decodeHugeInt } from './digits.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import type { NumberTree, Tree } from './tree.js';
import type { KnownType } from './types.js';

/** https://github.com/python/cpython/blob/v3.12.1/Include/cpython/longintrepr.h (PyLong_SHIFT) */
const LIMB_BITS = 30;
const LIMB_LIMIT = 2 ** LIMB_BITS;
/** More memory than that no integer takes. */
const LIMBS_LIMIT = 2 ** 40;
/** Digits (of 30 bits) up to which an integer is made exact: some 90,000 decimal digits, the work of a millisecond. */
const EXACT_LIMBS = 10_000;

/** The value of an `int` object; null beyond some 90,000 digits. Throws CorruptData, … */
export function readBigInt({ address }: Pick<ObjectInHand, 'address'>, reading: Reading): bigint | null {
  const { python2 } = reading.layout;
  if (python2 && isShortInt(reading.types.of(address))) {
    return reading.memory.read(offsetBy(address, python2.PyIntObject.ob_ival), 8).getBigInt64(0, true);
  }
  const { digits: limbs, negative } = readIntSize(reading.python, address);
  if (limbs > EXACT_LIMBS) return null;
  const magnitude = joined(readLimbs(reading, address, 0, limbs, limbs));
  return negative ? -magnitude : magnitude;
}

/** Whether it is Python 2's `int` or derives from it. */
function isShortInt(type: KnownType): boolean {
  for (let each: KnownType | null = type; each; each = each.base)
    if (!each.isClass && each.tp_name === 'int') return true;
  return false;
}

export const readInt: ReadKind = ({ address }, reading) => readDigits(address, reading, false);

/** `long`: that of Python 2. */
export function readDigits(address: ObjectInHand['address'], reading: Reading, long: boolean): NumberTree {
  const { digits: limbs, negative } = readIntSize(reading.python, address);
  if (limbs > LIMBS_LIMIT) throw new CorruptData(`an int of ${limbs} digits`);
  if (limbs > EXACT_LIMBS) {
    const top = Number(joined(readLimbs(reading, address, limbs - 3, 3, limbs)));
    return { kind: 'cut-int', ...decodeHugeInt(top, LIMB_BITS * (limbs - 3), negative), about: true };
  }
  const value = joined(readLimbs(reading, address, 0, limbs, limbs));
  const { maxString } = reading.limits;
  // A limb is nine digits and a bit.
  if (10 * limbs > maxString) {
    const digits = value.toString();
    if (digits.length > maxString) {
      const leading = `${negative ? '-' : ''}${digits.slice(0, maxString)}`;
      return { kind: 'cut-int', leading, digits: digits.length, about: false };
    }
  }
  return { kind: 'int', value: negative ? -value : value, long };
}

/** `count` of an integer's limbs, `all` in number, from the one numbered `first` on. */
function readLimbs(
  reading: Reading,
  address: ObjectInHand['address'],
  first: number,
  count: number,
  all: number,
): number[] {
  if (count === 0) return [];
  const { ob_digit } = reading.layout.PyLongObject;
  const whole = { start: address, end: address + ob_digit + 4 * all };
  const view = readContent(reading.memory, offsetBy(address, ob_digit + 4 * first), 4 * count, whole);
  const limbs: number[] = [];
  for (let i = 0; i < count; i++) {
    const limb = view.getUint32(4 * i, true);
    if (limb >= LIMB_LIMIT) throw new CorruptData('an int with a digit of more than 30 bits');
    limbs.push(limb);
  }
  // The highest says how many there are.
  if (first + count === all && limbs.at(-1) === 0) throw new CorruptData('an int whose highest digit is 0');
  return limbs;
}

/** By binary digits: building it up limb by limb would copy the whole number each time. */
function joined(limbs: readonly number[]): bigint {
  const [low = 0, high = 0] = limbs;
  // Most have one limb or two.
  if (limbs.length < 2 || (limbs.length === 2 && high < 2 ** 23)) return BigInt(high * LIMB_LIMIT + low);
  let bits = '';
  for (let i = limbs.length - 1; i >= 0; i--) bits += (limbs[i] ?? 0).toString(2).padStart(LIMB_BITS, '0');
  return BigInt(`0b${bits}`);
}

export const readBool: ReadKind = ({ address }, reading) => {
  const value = readSmallInt(reading.python, address);
  if (value !== 0 && value !== 1) throw new CorruptData('neither True nor False');
  return { kind: 'bool', value: value === 1 };
};

/** The value of a `float` object. */
export function readFloat({ address }: Pick<ObjectInHand, 'address'>, reading: Reading): number {
  return reading.memory.read(offsetBy(address, reading.layout.objects.PyFloatObject.ob_fval), 8).getFloat64(0, true);
}

export const readFloatObject: ReadKind = (object, reading) => ({ kind: 'float', value: readFloat(object, reading) });

export const readComplex: ReadKind = ({ address }, reading) => {
  const fields = reading.layout.objects.PyComplexObject;
  const part = (offset: number) => reading.memory.read(offsetBy(address, offset), 8).getFloat64(0, true);
  return { kind: 'complex', real: part(fields['cval.real']), imag: part(fields['cval.imag']) };
};

/** Bits of `dec.flags`. https://github.com/python/cpython/blob/v3.12.1/Modules/_decimal/libmpdec/mpdecimal.h (MPD_NEG …) */
const NEGATIVE = 1;
const INFINITE = 2;
const NOT_A_NUMBER = 4;
const SIGNALLING = 8;
/** Decimal digits of a word of the coefficient. */
const WORD_DIGITS = 19;

export const readDecimal: ReadKind = ({ address }, reading): Tree => {
  const fields = needed(reading.layout.objects.PyDecObject, 'PyDecObject');
  const flags = reading.memory.read(offsetBy(address, fields['dec.flags']), 1).getUint8(0);
  const sign = flags & NEGATIVE ? '-' : '';
  if (flags & INFINITE) return whole(`${sign}Infinity`);
  const words = reading.size(address, fields['dec.len']);
  const count = reading.size(address, fields['dec.digits']);
  if (words > LIMBS_LIMIT || count > words * WORD_DIGITS) throw new CorruptData(`a Decimal of ${count} digits`);
  const data = reading.link(address, fields['dec.data']);
  if (flags & (NOT_A_NUMBER | SIGNALLING)) {
    const payload = count === 0 ? '' : coefficient(reading, data, words, 0, words).padStart(count, '0').slice(-count);
    return whole(`${sign}${flags & SIGNALLING ? 'sNaN' : 'NaN'}${payload}`);
  }
  const exponent = readSsize(reading.memory, offsetBy(address, fields['dec.exp']));
  const { maxString } = reading.limits;
  // Plain notation writes all zeros up to the point; an exponent that large is never written plainly.
  if (count <= maxString) {
    const digits = coefficient(reading, data, words, 0, words).padStart(count, '0').slice(-count);
    return whole(sign + decodeDecimal(digits, exponent));
  }
  const first = Math.max(0, words - Math.ceil(maxString / WORD_DIGITS) - 1);
  const leading = coefficient(reading, data, words, first, words - first);
  return { kind: 'decimal', text: `${sign}${leading.replace(/^0+/, '').slice(0, maxString)}`, digits: count };
};

function whole(text: string): Tree {
  return { kind: 'decimal', text, digits: null };
}

/** Decimal digits of words [first, first + count) of the coefficient, most significant first. */
function coefficient(reading: Reading, data: number, words: number, first: number, count: number): string {
  if (words === 0) return '';
  const whole = { start: data, end: data + 8 * words };
  const view = readContent(reading.memory, toAddress(data + 8 * first), 8 * count, whole);
  if (words > 1 && first + count === words && pointerAt(view, 8 * (count - 1)) === 0) {
    throw new CorruptData('a Decimal whose highest digits are 0');
  }
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
