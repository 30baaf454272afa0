/**
 * What is in a numpy array or scalar? Its type, shape and first values. The structures are numpy's binary interface,
 * which extensions are compiled against, so they hardly ever change.
 * https://github.com/numpy/numpy/blob/v2.0.0/numpy/_core/include/numpy/ndarraytypes.h (PyArrayObject_fields, _PyArray_Descr)
 */
import type { Address } from '../../memory/address.js';
import { offsetBy, toAddress } from '../../memory/address.js';
import { bytesOf, CorruptData, pointerAt, readPointer, ssizeAt } from '../../memory/reader.js';
import type { Reading, ReadKind } from './reading.js';
import { decodeStr } from './texts.js';
import type { Tree } from './tree.js';

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

export const readArray: ReadKind = ({ address, type }, reading, depth) => {
  const header = reading.layout.PyObject.sizeof;
  const nd = reading.memory.read(offsetBy(address, header + ARRAY.nd), 4).getInt32(0, true);
  if (nd < 0 || nd > MAX_DIMENSIONS) throw new CorruptData(`an array of ${nd} dimensions`);
  const sizes = (offset: number) => {
    if (nd === 0) return [];
    const view = reading.memory.read(reading.link(address, header + offset), 8 * nd);
    return Array.from({ length: nd }, (_, i) => ssizeAt(view, 8 * i));
  };
  const shape = sizes(ARRAY.dimensions);
  const element = readElementType(reading.link(address, header + ARRAY.descr), reading);
  const length = shape.reduce((product, size) => product * size, 1);
  const head = { kind: 'ndarray' as const, type: type.name, address, dtype: nameOf(element), shape, length };
  if (depth <= 0) {
    reading.tooDeep();
    return { ...head, items: [], shown: 'too-deep' };
  }
  if (shape.some((size) => size < 0) || !Number.isSafeInteger(length))
    throw new CorruptData(`an array of shape (${shape.join(', ')})`);
  if (length === 0) return { ...head, items: [], shown: 'inside' };
  const data = reading.pointer(address, header + ARRAY.data);
  const strides = sizes(ARRAY.strides);
  const items: Tree[] = [];
  for (let n = 0; n < Math.min(length, reading.limits.maxItems) && !reading.isFull; n++) {
    const value = elementAt(toAddress(data + placeOf(n, shape, strides)), element, reading, depth - 1);
    if (value === null) return { ...head, items: null, shown: 'inside' };
    items.push(value);
    reading.count(value);
  }
  return { ...head, items, shown: 'inside' };
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

function readElementType(descr: Address, reading: Reading): ElementType {
  const header = reading.layout.PyObject.sizeof;
  const view = reading.memory.read(offsetBy(descr, header), 32);
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

/** One element; null for kinds that are not taken apart. */
function elementAt(at: Address, { kind, bytes, bigEndian }: ElementType, reading: Reading, depth: number): Tree | null {
  const little = !bigEndian;
  switch (kind) {
    case 'b':
      return { kind: 'bool', value: reading.memory.read(at, 1).getUint8(0) !== 0 };
    case 'i':
    case 'u': {
      const value = integerAt(reading.memory.read(at, bytes), bytes, kind === 'i', little);
      return value === null ? null : { kind: 'int', value, long: false };
    }
    case 'f': {
      const value = floatAt(reading.memory.read(at, bytes), 0, bytes, little);
      return value === null ? null : { kind: 'float', value: value.shortest };
    }
    case 'c': {
      const view = reading.memory.read(at, bytes);
      const real = floatAt(view, 0, bytes / 2, little);
      const imag = floatAt(view, bytes / 2, bytes / 2, little);
      return real && imag ? { kind: 'complex', real: real.value, imag: imag.value } : null;
    }
    case 'O':
      return reading.read(readPointer(reading.memory, at), depth);
    case 'S':
    case 'U':
      return bytes > 0 && bytes <= 65_536 && little ? paddedText(reading.memory.read(at, bytes), kind, reading) : null;
    default:
      return null;
  }
}

function integerAt(view: DataView, bytes: number, signed: boolean, little: boolean): bigint | null {
  switch (bytes) {
    case 1:
      return BigInt(signed ? view.getInt8(0) : view.getUint8(0));
    case 2:
      return BigInt(signed ? view.getInt16(0, little) : view.getUint16(0, little));
    case 4:
      return BigInt(signed ? view.getInt32(0, little) : view.getUint32(0, little));
    case 8:
      return signed ? view.getBigInt64(0, little) : view.getBigUint64(0, little);
    default:
      return null;
  }
}

/** Half, single and double precision, each also with the fewest digits that tell it from its neighbours. */
function floatAt(
  view: DataView,
  at: number,
  bytes: number,
  little: boolean,
): { shortest: number; value: number } | null {
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
function paddedText(view: DataView, kind: 'S' | 'U', reading: Reading): Tree {
  const unit = kind === 'S' ? 1 : 4;
  let count = Math.floor(view.byteLength / unit);
  const isZero = (i: number) => (unit === 1 ? view.getUint8(i) : view.getUint32(4 * i, true)) === 0;
  while (count > 0 && isZero(count - 1)) count--;
  const shown = Math.min(count, reading.limits.maxString);
  const part = new DataView(view.buffer, view.byteOffset, shown * unit);
  if (kind === 'U') return decodeStr({ view: part, kind: 4 }, shown < count ? null : 0);
  return { kind: 'bytes', bytes: bytesOf(part).slice(), omitted: shown < count ? null : 0, of: 'bytes' };
}

const SCALAR = /^numpy\.(bool|int|uint|float|complex)_?(\d*)$/;

/** The reader of a scalar type by its name; null: not one that is known. */
export function scalarReader(tp_name: string): ReadKind | null {
  const [, word = '', bits = ''] = SCALAR.exec(tp_name) ?? [];
  const kind = { bool: 'b', int: 'i', uint: 'u', float: 'f', complex: 'c' }[word];
  if (kind === undefined || (kind !== 'b' && bits === '')) return null;
  const element = { kind, bytes: kind === 'b' ? 1 : Number(bits) / 8, bigEndian: false };
  return ({ address, type }, reading, depth) => {
    const value = elementAt(offsetBy(address, reading.layout.PyObject.sizeof), element, reading, depth);
    if (value !== null) return { kind: 'numpy-scalar', type: type.shortName, value };
    return {
      kind: 'instance',
      type: type.name,
      address,
      attributes: [],
      complete: true,
      shown: 'inside',
      classic: false,
    };
  };
}

/** `np.str_('a')`: text, under a name of numpy's. */
export function readNumpyText(read: ReadKind): ReadKind {
  return (object, reading, depth) => ({
    kind: 'subclass',
    name: `np.${object.type.shortName}`,
    inherited: read(object, reading, depth),
  });
}
