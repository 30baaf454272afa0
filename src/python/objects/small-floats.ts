/** Which number is a float of half or single precision, or a `bfloat16`? With as few digits as tell it from its neighbours. Pure. */

export interface SmallFloat {
  readonly value: number;
  /** Written like a double of as few digits. */
  readonly shortest: number;
}

/** A float of 2, 4 or 8 bytes; null for other sizes. */
export function decodeFloat(view: DataView, at: number, bytes: number, little: boolean): SmallFloat | null {
  switch (bytes) {
    case 2: {
      const value = fromHalf(view.getUint16(at, little));
      return { value, shortest: shortest(value, 5, (digits) => nearestHalf(digits) === value) };
    }
    case 4: {
      const value = view.getFloat32(at, little);
      return { value, shortest: shortest(value, 9, (digits) => Math.fround(digits) === value) };
    }
    case 8: {
      const value = view.getFloat64(at, little);
      return { value, shortest: value };
    }
    default:
      return null;
  }
}

/** The upper half of a float of single precision: exact, whatever its digits. */
export function decodeBrainFloat(view: DataView, at: number): number {
  const wide = new DataView(new ArrayBuffer(4));
  wide.setUint16(2, view.getUint16(at, true), true);
  return wide.getFloat32(0, true);
}

function shortest(value: number, most: number, same: (digits: number) => boolean): number {
  // Digits would lose the sign of a zero.
  if (value === 0) return value;
  for (let precision = 1; precision < most && Number.isFinite(value); precision++) {
    const digits = Number(value.toPrecision(precision));
    if (same(digits)) return digits;
  }
  return value;
}

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** `value` rounded to half precision, ties to even. */
function nearestHalf(value: number): number {
  const size = Math.abs(value);
  if (size === 0) return value;
  const step = 2 ** Math.max(Math.floor(Math.log2(size)) - 10, -24);
  const steps = size / step;
  const below = Math.floor(steps);
  const up = steps - below > 0.5 || (steps - below === 0.5 && below % 2 === 1);
  return Math.sign(value) * (up ? below + 1 : below) * step;
}
