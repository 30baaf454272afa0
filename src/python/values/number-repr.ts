/** How does Python write a number down? `repr` of floats, complex numbers, integers of any size, decimals. Pure. */

/** `repr` of a float: the shortest digits that read back as the same number, like JavaScript's, but in Python's form. */
export function decodeFloatRepr(value: number): string {
  const text = withoutPoint(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/**
 * As `format(value, 'r')` without the `.0`: an exponent below 1e-04 and from 1e+16 on, of at least two digits.
 * https://github.com/python/cpython/blob/v3.12.1/Python/pystrtod.c (PyOS_double_to_string, 'r')
 */
function withoutPoint(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (!Number.isFinite(value)) return `${sign}inf`;
  const [mantissa = '0', exponentText = '0'] = Math.abs(value).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const size = Math.abs(exponent).toString().padStart(2, '0');
    return `${sign}${digits.charAt(0)}${fraction}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0');
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** `repr` of a complex number: the real part is left out only if it is +0. */
export function decodeComplexRepr(real: number, imag: number): string {
  const imaginary = withoutPoint(imag);
  if (Object.is(real, 0)) return `${imaginary}j`;
  const signed = imaginary.startsWith('-') ? imaginary : `+${imaginary}`;
  return `(${withoutPoint(real)}${signed}j)`;
}

export interface NumberText {
  text: string;
  truncated: boolean;
}

/** Digits (of 30 bits) up to which an integer is made exact: some 90,000 decimal digits, the work of a millisecond. */
export const EXACT_LIMBS = 10_000;

/** All of an integer if it has at most `limit` decimal digits; else its sign, leading digits and their number. */
export function decodeIntRepr(magnitude: bigint, negative: boolean, limit: number): NumberText {
  const sign = negative ? '-' : '';
  const digits = magnitude.toString();
  if (digits.length <= limit) return { text: sign + digits, truncated: false };
  return { text: `${sign}${digits.slice(0, limit)}… (${digits.length} digits)`, truncated: true };
}

/**
 * Of an integer too large for that: `top` is its uppermost 53 bits or so, times 2^`bits`. The digits shown are those
 * that are certain at that size.
 */
export function decodeHugeIntRepr(top: number, bits: number, negative: boolean): NumberText {
  const log10 = Math.log10(top) + bits * Math.log10(2);
  const count = Math.floor(log10) + 1;
  // A double holds 16 digits, of which the integer part of the logarithm takes its share.
  const certain = Math.max(1, 14 - count.toString().length);
  const leading = (10 ** (log10 - Math.floor(log10))).toFixed(14).replace('.', '').slice(0, certain);
  return { text: `${negative ? '-' : ''}${leading}… (about ${count} digits)`, truncated: true };
}

/**
 * What a `Decimal` says of itself, from its coefficient's digits and exponent.
 * https://github.com/python/cpython/blob/v3.12.1/Modules/_decimal/libmpdec/io.c (_mpd_to_string, MPD_FMT_TOSCI)
 */
export function decodeDecimal(digits: string, exponent: number): string {
  const adjusted = exponent + digits.length - 1;
  if (exponent > 0 || adjusted < -6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${digits.charAt(0)}${fraction}E${adjusted < 0 ? '-' : '+'}${Math.abs(adjusted)}`;
  }
  if (exponent === 0) return digits;
  const point = digits.length + exponent;
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
