/**
 * What is in a numpy array or scalar? Its type, shape and first values. The structures are numpy's binary interface,
 * which extensions are compiled against, so they hardly ever change.
 * https://github.com/numpy/numpy/blob/v2.0.0/numpy/_core/include/numpy/ndarraytypes.h (PyArrayObject_fields, _PyArray_Descr)
 */
import type { Address } from '../../memory/address.js';
import { formatAddress, offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData, pointerAt, readPointer, ssizeAt } from '../../memory/reader.js';
import { decodeComplexRepr, decodeFloatRepr } from './number-repr.js';
import type { Repr, Spell } from './repr.js';
import { decodeBytesRepr, decodeStringRepr } from './string-repr.js';

/** Offsets behind the object header. */
const ARRAY = { data: 0, nd: 8, dimensions: 16, strides: 24, descr: 40 } as const;
/** Up to `type_num` alike in numpy 1 and 2. In 1, `elsize` and `alignment` follow as int; in 2, 64 bits of flags come first. */
const DESCR = { kind: 8, byteorder: 10, elsize1: 16, alignment1: 20, elsize2: 24 } as const;
/** NPY_MAXDIMS of numpy 2; numpy 1 has 32. */
const MAX_DIMENSIONS = 64;

interface ElementType {
  /** b, i, u, f, c, S, U, O, M, m, V as in `dtype.kind`. */
  kind: string;
  bytes: number;
  bigEndian: boolean;
}

export const spellArray: Spell = ({ address, type }, repr, depth) => {
  const header = repr.layout.PyObject.sizeof;
  const nd = repr.memory.read(offsetBy(address, header + ARRAY.nd), 4).getInt32(0, true);
  if (nd < 0 || nd > MAX_DIMENSIONS) throw new CorruptData(`an array of ${nd} dimensions`);
  const sizes = (offset: number) => {
    if (nd === 0) return [];
    const view = repr.memory.read(repr.link(address, header + offset), 8 * nd);
    return Array.from({ length: nd }, (_, i) => ssizeAt(view, 8 * i));
  };
  const shape = sizes(ARRAY.dimensions);
  const element = readElementType(repr.link(address, header + ARRAY.descr), repr);
  const tuple = nd === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const head = `<${type.name} at ${formatAddress(address)} dtype=${nameOf(element)} shape=${tuple}`;
  if (depth <= 0) return repr.tooDeep(`${head}>`);
  const total = shape.reduce((product, size) => product * size, 1);
  if (shape.some((size) => size < 0) || !Number.isSafeInteger(total))
    throw new CorruptData(`an array of shape ${tuple}`);
  if (total === 0) return `${head}: []>`;
  const data = repr.pointer(address, header + ARRAY.data);
  const strides = sizes(ARRAY.strides);
  const shown: string[] = [];
  for (let n = 0; n < Math.min(total, repr.limits.maxItems); n++) {
    const value = elementAt(toAddress(data + placeOf(n, shape, strides)), element, repr, depth - 1);
    if (value === null) return `${head}>`;
    shown.push(value);
  }
  return `${head}: [${repr.list(shown, total)}]>`;
};

/** Bytes from the beginning to the `n`th element, counted with the last index changing fastest. */
function placeOf(n: number, shape: readonly number[], strides: readonly number[]): number {
  let rest = n;
  let place = 0;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] ?? 1;
    place += (rest % size) * (strides[i] ?? 0);
    rest = Math.floor(rest / size);
  }
  return place;
}

function readElementType(descr: Address, repr: Repr): ElementType {
  const header = repr.layout.PyObject.sizeof;
  const view = repr.memory.read(offsetBy(descr, header), 32);
  const isFirst = view.getInt32(DESCR.alignment1, true) !== 0;
  const bytes = isFirst ? view.getInt32(DESCR.elsize1, true) : pointerAt(view, DESCR.elsize2);
  const kind = String.fromCharCode(view.getUint8(DESCR.kind));
  if (!/[biufcSUOMmVT?]/.test(kind)) throw new CorruptData('an array of elements of no known kind');
  return { kind, bytes, bigEndian: view.getUint8(DESCR.byteorder) === 0x3e };
}

const KIND_NAMES: Readonly<Record<string, string>> = { i: 'int', u: 'uint', f: 'float', c: 'complex' };

function nameOf({ kind, bytes, bigEndian }: ElementType): string {
  const order = bigEndian ? '>' : '';
  const number = KIND_NAMES[kind];
  if (number !== undefined) return `${order}${number}${8 * bytes}`;
  switch (kind) {
    case 'b':
      return 'bool';
    case 'O':
      return 'object';
    case 'U':
      return `${order}U${bytes / 4}`;
    case 'M':
      return 'datetime64';
    case 'm':
      return 'timedelta64';
    default:
      return `${kind}${bytes}`;
  }
}

/** One element, written; null for kinds that are not taken apart. */
function elementAt(at: Address, { kind, bytes, bigEndian }: ElementType, repr: Repr, depth: number): string | null {
  const little = !bigEndian;
  switch (kind) {
    case 'b':
      return repr.memory.read(at, 1).getUint8(0) ? 'True' : 'False';
    case 'i':
    case 'u':
      return integerAt(repr.memory.read(at, bytes), bytes, kind === 'i', little);
    case 'f':
      return floatAt(repr.memory.read(at, bytes), 0, bytes, little)?.text ?? null;
    case 'c': {
      const view = repr.memory.read(at, bytes);
      const real = floatAt(view, 0, bytes / 2, little);
      const imag = floatAt(view, bytes / 2, bytes / 2, little);
      return real && imag ? decodeComplexRepr(real.value, imag.value) : null;
    }
    case 'O':
      return repr.show(readPointer(repr.memory, at), depth);
    case 'S':
    case 'U':
      return bytes > 0 && bytes <= 65_536 && little ? paddedText(repr.memory.read(at, bytes), kind, repr) : null;
    default:
      return null;
  }
}

function integerAt(view: DataView, bytes: number, signed: boolean, little: boolean): string | null {
  switch (bytes) {
    case 1:
      return `${signed ? view.getInt8(0) : view.getUint8(0)}`;
    case 2:
      return `${signed ? view.getInt16(0, little) : view.getUint16(0, little)}`;
    case 4:
      return `${signed ? view.getInt32(0, little) : view.getUint32(0, little)}`;
    case 8:
      return `${signed ? view.getBigInt64(0, little) : view.getBigUint64(0, little)}`;
    default:
      return null;
  }
}

/** Half, single and double precision, each with the fewest digits that tell it from its neighbours. */
function floatAt(view: DataView, at: number, bytes: number, little: boolean): { text: string; value: number } | null {
  switch (bytes) {
    case 2: {
      const value = fromHalf(view.getUint16(at, little));
      return { value, text: decodeFloatRepr(shortest(value, 5, (digits) => nearestHalf(digits) === value)) };
    }
    case 4: {
      const value = view.getFloat32(at, little);
      return { value, text: decodeFloatRepr(shortest(value, 9, (digits) => Math.fround(digits) === value)) };
    }
    case 8: {
      const value = view.getFloat64(at, little);
      return { value, text: decodeFloatRepr(value) };
    }
    default:
      return null;
  }
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

/** Text of fixed width ends where only zeros follow. */
function paddedText(view: DataView, kind: 'S' | 'U', repr: Repr): string {
  const unit = kind === 'S' ? 1 : 4;
  let count = Math.floor(view.byteLength / unit);
  const isZero = (i: number) => (unit === 1 ? view.getUint8(i) : view.getUint32(4 * i, true)) === 0;
  while (count > 0 && isZero(count - 1)) count--;
  const shown = Math.min(count, repr.limits.maxString);
  const part = new DataView(view.buffer, view.byteOffset, shown * unit);
  const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  const text = kind === 'S' ? decodeBytesRepr(bytes) : decodeStringRepr(part, 4, repr.spelling.unicode);
  return shown < count ? repr.cut(`${text}…`) : text;
}

const SCALAR = /^numpy\.(bool|int|uint|float|complex)_?(\d*)$/;

/** The spelling of a scalar type by its name; null: not one that is known. */
export function scalarSpelling(tp_name: string): Spell | null {
  const [, word = '', bits = ''] = SCALAR.exec(tp_name) ?? [];
  const kind = { bool: 'b', int: 'i', uint: 'u', float: 'f', complex: 'c' }[word];
  if (kind === undefined || (kind !== 'b' && bits === '')) return null;
  const element = { kind, bytes: kind === 'b' ? 1 : Number(bits) / 8, bigEndian: false };
  return ({ address, type }, repr, depth) => {
    const value = elementAt(offsetBy(address, repr.layout.PyObject.sizeof), element, repr, depth);
    return value === null ? `<${type.name} at ${formatAddress(address)}>` : `np.${type.shortName}(${value})`;
  };
}
