/** Which digits does a number have that is no plain `int` or `float`? Pure. */

/**
 * Of an integer too large to be made exact: `top` is its uppermost 53 bits or so, times 2^`bits`. The digits are those
 * that are certain at that size, and about how many there are.
 */
export function decodeHugeInt(top: number, bits: number, negative: boolean): { leading: string; digits: number } {
  const log10 = Math.log10(top) + bits * Math.log10(2);
  const digits = Math.floor(log10) + 1;
  // A double holds 16 digits, of which the integer part of the logarithm takes its share.
  const certain = Math.max(1, 14 - digits.toString().length);
  const leading = (10 ** (log10 - Math.floor(log10))).toFixed(14).replace('.', '').slice(0, certain);
  return { leading: `${negative ? '-' : ''}${leading}`, digits };
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
