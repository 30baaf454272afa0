/**
 * Which number is a `long double`? Wider than JavaScript's, so it becomes digits: as few as tell it from its neighbours.
 * Pure.
 */

/** Significant bits, and the largest exponent's bias, of the form that a machine has. */
interface Form {
  /** With the one before the point. */
  readonly bits: number;
  readonly bias: number;
}

/** x86's 80 bits (in 16 bytes), where the bit before the point is stored; and IEEE's 128, where it is not. */
const EXTENDED: Form = { bits: 64, bias: 16_383 };
const QUADRUPLE: Form = { bits: 113, bias: 16_383 };

const ALL_ONES = 0x7fff;

/** The digits of the `long double` in the 16 bytes at `at`, as `repr` has them; null: they are no number of that form. */
export function decodeLongFloat(view: DataView, at: number, little: boolean, isQuadruple: boolean): string | null {
  const low = view.getBigUint64(little ? at : at + 8, little);
  const high = view.getBigUint64(little ? at + 8 : at, little);
  return isQuadruple ? decodeQuadruple(high, low) : decodeExtended(high, low);
}

/** The upper six bytes are not used. */
function decodeExtended(high: bigint, mantissa: bigint): string | null {
  const exponent = Number(high & 0x7fffn);
  const sign = (high & 0x8000n) === 0n ? '' : '-';
  // The bit before the point is there but for the smallest numbers.
  if (exponent !== 0 && mantissa >> 63n === 0n) return null;
  return decodeParts(sign, exponent, mantissa, mantissa & ~(1n << 63n), EXTENDED);
}

function decodeQuadruple(high: bigint, low: bigint): string {
  const exponent = Number((high >> 48n) & 0x7fffn);
  const sign = high >> 63n === 0n ? '' : '-';
  const fraction = ((high & 0xffff_ffff_ffffn) << 64n) | low;
  return decodeParts(sign, exponent, exponent === 0 ? fraction : fraction + (1n << 112n), fraction, QUADRUPLE);
}

function decodeParts(sign: string, exponent: number, mantissa: bigint, fraction: bigint, form: Form): string {
  if (exponent === ALL_ONES) return fraction === 0n ? `${sign}inf` : 'nan';
  if (mantissa === 0n) return `${sign}0.0`;
  const scale = Math.max(exponent, 1) - form.bias - (form.bits - 1);
  return sign + written(shortestDigits(mantissa, scale, form.bits));
}

interface Digits {
  readonly digits: string;
  /** Of the first digit. */
  readonly exponent: number;
}

/** The fewest decimal digits that are nearer to `mantissa * 2**scale` than to any other number of so many bits. */
function shortestDigits(mantissa: bigint, scale: number, bits: number): Digits {
  const numerator = scale >= 0 ? mantissa << BigInt(scale) : mantissa;
  const denominator = scale >= 0 ? 1n : 1n << BigInt(-scale);
  // Half the distance to the next number.
  const halfStep = scale >= 0 ? 1n << BigInt(scale) : 1n;
  const estimate = Math.floor((bitLength(mantissa) - 1 + scale) * Math.log10(2));
  // The estimate may be one too low.
  const exponent = numerator >= power(estimate + 1, denominator) ? estimate + 1 : estimate;
  const most = Math.ceil(bits * Math.log10(2)) + 1;
  for (let count = 1; ; count++) {
    const unit = exponent - count + 1;
    // value / 10**unit, rounded to the nearest.
    const [over, under] =
      unit >= 0 ? [numerator, denominator * 10n ** BigInt(unit)] : [numerator * 10n ** BigInt(-unit), denominator];
    const rounded = (2n * over + under) / (2n * under);
    const distance = rounded * under - over;
    const scaledStep = unit >= 0 ? halfStep : halfStep * 10n ** BigInt(-unit);
    // Both times the same denominator, so they compare.
    const near = 2n * (distance < 0n ? -distance : distance) < scaledStep;
    if (!near && count < most) continue;
    const text = rounded.toString();
    return { digits: text.replace(/0+$/, '') || '0', exponent: unit + text.length - 1 };
  }
}

/** `denominator * 10**exponent`, as a bound for a numerator over that denominator. */
function power(exponent: number, denominator: bigint): bigint {
  if (exponent >= 0) return denominator * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return (denominator + divisor - 1n) / divisor;
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}

/** In Python's form: an exponent below 1e-04 and from 1e+16 on. */
function written({ digits, exponent }: Digits): string {
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const size = Math.abs(exponent).toString().padStart(2, '0');
    return `${digits.charAt(0)}${fraction}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return `${digits.padEnd(exponent + 1, '0')}.0`;
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}
