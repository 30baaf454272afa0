/** How does Python write a number down? `repr` of floats and complex numbers. Pure. */

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
