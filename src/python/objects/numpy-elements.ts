/** What is one element of a numpy array? */
import type { Address } from '../../memory/address.js';
import { offsetBy, toAddress } from '../../memory/address.js';
import { bytesOf, CorruptData, pointerAt, readContent, readPointer } from '../../memory/reader.js';
import { decodeLongFloat } from './long-floats.js';
import { decodeMoment, isNotATime } from './moments.js';
import type { ElementType, RecordField } from './numpy-types.js';
import type { Reading } from './reading.js';
import { decodeBrainFloat, decodeFloat } from './small-floats.js';
import { decodeStr, madeStr } from './texts.js';
import type { Tree } from './tree.js';

const LONG_DOUBLE = 16;
/** Bytes of a text of fixed width that are looked at. */
const TEXT_LIMIT = 65_536;
const NOT_A_TIME: Tree = { kind: 'constant', name: 'NaT' };

/** One element; null for kinds that are not taken apart. Throws CorruptData, MemoryFault, … */
export function elementAt(at: Address, type: ElementType, reading: Reading, depth: number): Tree | null {
  const { kind, bytes, bigEndian } = type;
  const little = !bigEndian;
  switch (kind) {
    case 'b':
      return { kind: 'bool', value: reading.memory.read(at, 1).getUint8(0) !== 0 };
    case 'i':
    case 'u': {
      const value = bytes <= 8 ? integerAt(reading.memory.read(at, bytes), bytes, kind === 'i', little) : null;
      return value === null ? null : { kind: 'int', value, long: false };
    }
    case 'f':
      return floatAt(at, bytes, little, reading);
    case 'c':
      return complexAt(at, bytes / 2, little, reading);
    case 'M':
    case 'm':
      return timeAt(reading.memory.read(at, 8).getBigInt64(0, little), type);
    case 'O':
      return reading.read(readPointer(reading.memory, at), depth);
    case 'S':
    case 'U':
      return paddedText(at, kind, bytes, little, reading);
    case 'T':
      return anyTextAt(at, type, reading, depth);
    case 'V':
      return type.fields ? recordAt(at, type.fields, reading, depth) : voidAt(at, type, reading, depth);
    case 'other':
      if (type.name !== 'bfloat16' || bytes !== 2) return null;
      return { kind: 'float', value: decodeBrainFloat(reading.memory.read(at, 2), 0) };
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

function floatAt(at: Address, bytes: number, little: boolean, reading: Reading): Tree | null {
  if (bytes > LONG_DOUBLE) return null;
  const view = reading.memory.read(at, bytes);
  if (bytes === LONG_DOUBLE) {
    const text = decodeLongFloat(view, 0, little, reading.layout.longDouble === 'quadruple');
    return text === null ? null : { kind: 'long-float', text };
  }
  const value = decodeFloat(view, 0, bytes, little);
  return value === null ? null : { kind: 'float', value: value.shortest };
}

function complexAt(at: Address, bytes: number, little: boolean, reading: Reading): Tree | null {
  if (bytes > LONG_DOUBLE) return null;
  const view = reading.memory.read(at, 2 * bytes);
  if (bytes === LONG_DOUBLE) {
    const isQuadruple = reading.layout.longDouble === 'quadruple';
    const real = decodeLongFloat(view, 0, little, isQuadruple);
    const imag = decodeLongFloat(view, bytes, little, isQuadruple);
    if (real === null || imag === null) return null;
    const [re, im] = [real.replace(/\.0$/, ''), imag.replace(/\.0$/, '')];
    return { kind: 'long-float', text: `${re}${/^[-+]/.test(im) ? '' : '+'}${im}j` };
  }
  const real = decodeFloat(view, 0, bytes, little);
  const imag = decodeFloat(view, bytes, bytes, little);
  return real && imag ? { kind: 'complex', real: real.shortest, imag: imag.shortest } : null;
}

/** A date as it is written, a span by its number: its unit stands with the type. */
export function timeAt(value: bigint, { kind, unit }: Pick<ElementType, 'kind' | 'unit'>): Tree | null {
  if (isNotATime(value)) return NOT_A_TIME;
  if (kind === 'm') return { kind: 'int', value, long: false };
  const text = unit === null ? null : decodeMoment(value, unit);
  return text === null ? null : { kind: 'moment', text };
}

/** Text of fixed width ends where only zeros follow. */
function paddedText(at: Address, kind: 'S' | 'U', bytes: number, little: boolean, reading: Reading): Tree {
  const unit = kind === 'S' ? 1 : 4;
  // Of a very wide one the end is not looked for.
  const isWhole = bytes <= TEXT_LIMIT;
  const view = reading.memory.read(at, isWhole ? bytes : TEXT_LIMIT);
  let count = Math.floor(view.byteLength / unit);
  const isZero = (i: number) => (unit === 1 ? view.getUint8(i) : view.getUint32(4 * i, true)) === 0;
  while (count > 0 && isZero(count - 1)) count--;
  const shown = Math.min(count, reading.limits.maxString);
  const omitted = shown < count || !isWhole ? null : 0;
  const part = bytesOf(view).slice(0, shown * unit);
  if (kind === 'S') return noted({ kind: 'bytes', bytes: part, omitted, of: 'bytes' }, reading);
  const characters = new DataView(part.buffer, part.byteOffset, part.byteLength);
  if (!little) {
    for (let i = 0; i < shown; i++) characters.setUint32(4 * i, characters.getUint32(4 * i, false), true);
  }
  return noted(decodeStr({ view: characters, kind: 4 }, omitted), reading);
}

/** What is secret in a text by its form is found here as in any other. */
function noted(tree: Tree & { kind: 'str' | 'bytes' }, { secrets }: Reading): Tree {
  const text = tree.kind === 'str' ? tree.text : Buffer.from(tree.bytes).toString('latin1');
  secrets.inspect(text, tree.omitted !== 0);
  return tree;
}

/** https://github.com/numpy/numpy/blob/v2.0.0/numpy/_core/src/multiarray/stringdtype/static_string.c (NPY_STRING_MISSING, …) */
const MISSING = 0x80;
const INITIALIZED = 0x40;
const OUTSIDE_ARENA = 0x20;
const FLAGS = 0xf0;
/** `arena.buffer` in npy_string_allocator, behind three functions; `cursor` and `size` before it. */
const ARENA = { size: 32, buffer: 40 } as const;
/** The highest byte of a size is flags. */
const LENGTH = (1n << 56n) - 1n;

/** A string of any length: in the element itself, in the array's arena, or wherever. */
function anyTextAt(at: Address, { strings }: ElementType, reading: Reading, depth: number): Tree | null {
  if (strings === null) return null;
  const view = reading.memory.read(at, 16);
  const last = view.getUint8(15);
  const flags = last & FLAGS;
  if (flags & MISSING) return strings.missing === 0 ? null : reading.read(strings.missing, depth);
  // Two values at least: UTF-8 takes up to four bytes a character.
  const most = 4 * reading.limits.maxString;
  if (flags === (INITIALIZED | OUTSIDE_ARENA)) {
    return text(bytesOf(view).slice(0, Math.min(last & 0x0f, 15)), 0, reading);
  }
  const size = Number(view.getBigUint64(8, true) & LENGTH);
  if (size === 0) return text(new Uint8Array(0), 0, reading);
  const offset = pointerAt(view, 0);
  let start = offset;
  if (!(flags & OUTSIDE_ARENA)) {
    const allocator = toAddress(strings.allocator);
    if (offset + size > reading.size(allocator, ARENA.size)) throw new CorruptData('a string beyond its arena');
    start = reading.pointer(allocator, ARENA.buffer) + offset;
  }
  const shown = Math.min(size, most);
  const whole = { start, end: start + size };
  const bytes = bytesOf(readContent(reading.memory, toAddress(start), shown, whole, false)).slice();
  return text(bytes, size - shown, reading);
}

function text(bytes: Uint8Array, left: number, reading: Reading): Tree {
  const points = [...Buffer.from(bytes).toString('utf8')];
  const shown = points.slice(0, reading.limits.maxString);
  const isWhole = left === 0 && shown.length === points.length;
  const tree = madeStr(shown.join(''));
  return noted({ ...tree, omitted: isWhole ? 0 : left === 0 ? points.length - shown.length : null }, reading);
}

/** A record as a tuple of its fields. */
function recordAt(at: Address, fields: readonly RecordField[], reading: Reading, depth: number): Tree {
  const items: Tree[] = [];
  for (const { name, offset, type } of fields.slice(0, reading.limits.maxItems)) {
    if (reading.isFull) break;
    if (reading.secrets.isName(name)) items.push({ kind: 'redacted' });
    else items.push(elementAt(offsetBy(at, offset), type, reading, depth) ?? { kind: 'cut' });
  }
  for (const item of items) reading.count(item);
  return { kind: 'tuple', items, length: fields.length, shown: 'inside' };
}

/** Bytes, or an array that is one element. */
function voidAt(at: Address, { bytes, subarray }: ElementType, reading: Reading, depth: number): Tree | null {
  if (subarray === null) {
    const count = Math.min(bytes, reading.limits.maxString);
    const part = count === 0 ? new Uint8Array(0) : bytesOf(reading.memory.read(at, count)).slice();
    return noted({ kind: 'bytes', bytes: part, omitted: bytes - count, of: 'bytes' }, reading);
  }
  return nested(at, subarray.type, subarray.shape, reading, depth);
}

function nested(
  at: Address,
  type: ElementType,
  shape: readonly number[],
  reading: Reading,
  depth: number,
): Tree | null {
  const [length, ...rest] = shape;
  if (length === undefined) return elementAt(at, type, reading, depth);
  const stride = rest.reduce((product, size) => product * size, type.bytes);
  const items: Tree[] = [];
  for (let i = 0; i < Math.min(length, reading.limits.maxItems) && !reading.isFull; i++) {
    const item = nested(offsetBy(at, i * stride), type, rest, reading, depth);
    if (item === null) return null;
    items.push(item);
    reading.count(item);
  }
  return { kind: 'list', items, length, shown: 'inside' };
}
