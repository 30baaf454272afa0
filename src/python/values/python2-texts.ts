/** How are the strings and integers of Python 2 written? */
import { formatAddress, offsetBy } from '../../memory/address.js';
import { bytesOf } from '../../memory/reader.js';
import { needed } from '../layouts/needed.js';
import { readWideCharacters } from '../python2-text.js';
import { readBytes } from '../text.js';
import { spellInt } from './numbers.js';
import type { Repr, Spell } from './repr.js';
import { decodeBytesRepr, decodeWideRepr } from './string-repr.js';

/** `str`: as `bytes` are later, without their prefix. */
export const spellByteString: Spell = ({ address }, repr) => {
  const { bytes, truncated } = readBytes(repr.python, address, repr.limits.maxString);
  const shown = decodeBytesRepr(bytes).slice(1);
  return truncated ? repr.cut(`${shown}… (${repr.length(address)} bytes)`) : shown;
};

export const spellUnicode: Spell = ({ address }, repr) => {
  const { maxString } = repr.limits;
  const { view, kind, length } = readWideCharacters(repr.python, address, maxString);
  const shown = decodeWideRepr(view, kind);
  return length > maxString ? repr.cut(`${shown}… (${length} characters)`) : shown;
};

export const spellByteArray: Spell = ({ address, type }, repr) => {
  const length = repr.length(address);
  const count = Math.min(length, repr.limits.maxString);
  let bytes = new Uint8Array(0);
  if (count > 0) {
    const start = repr.link(address, needed(repr.layout.python2, 'PyByteArrayObject').PyByteArrayObject.ob_bytes);
    bytes = bytesOf(repr.memory.read(start, count)).slice();
  }
  const shown = decodeBytesRepr(bytes, repr.spelling.bytearray);
  return `${repr.containerName(type, 'bytearray')}(${length > count ? repr.cut(`${shown}… (${length} bytes)`) : shown})`;
};

/** Behind the header. https://github.com/python/cpython/blob/v2.7.18/Objects/bufferobject.c (PyBufferObject, buffer_repr) */
const BUFFER = { b_base: 0, b_ptr: 8, b_size: 16, b_offset: 24, b_readonly: 32 } as const;

/** `buffer`: where its bytes are, not what they are. */
export const spellBuffer: Spell = ({ address }, repr) => {
  const fields = offsetBy(address, repr.layout.PyObject.sizeof);
  const size = (offset: number) => repr.memory.read(offsetBy(fields, offset), 8).getBigInt64(0, true);
  const status = repr.memory.read(offsetBy(fields, BUFFER.b_readonly), 4).getInt32(0, true)
    ? 'read-only'
    : 'read-write';
  const base = repr.pointer(fields, BUFFER.b_base);
  const of =
    base === 0
      ? `ptr ${formatAddress(repr.pointer(fields, BUFFER.b_ptr))}, size ${size(BUFFER.b_size)}`
      : `for ${formatAddress(base)}, size ${size(BUFFER.b_size)}, offset ${size(BUFFER.b_offset)}`;
  return `<${status} buffer ${of} at ${formatAddress(address)}>`;
};

/** `int`, a C long. */
export const spellShortInt: Spell = ({ address }, repr) => readLong(address, 'PyIntObject', 'ob_ival', repr).toString();

/** `long`: `10L`. The mark of a shortened one stays the last. */
export const spellLong: Spell = (object, repr, depth) => {
  const text = spellInt(object, repr, depth);
  return text.includes('…') ? text : `${text}L`;
};

/** `xrange(stop)`, with `start` and `step` where they are not 0 and 1. */
export const spellXrange: Spell = ({ address }, repr) => {
  const [start, step, len] = (['start', 'step', 'len'] as const).map((name) =>
    readLong(address, 'rangeobject', name, repr),
  ) as [bigint, bigint, bigint];
  const stop = start + len * step;
  if (start === 0n && step === 1n) return `xrange(${stop})`;
  return step === 1n ? `xrange(${start}, ${stop})` : `xrange(${start}, ${stop}, ${step})`;
};

function readLong<S extends 'PyIntObject' | 'rangeobject'>(
  address: Parameters<typeof offsetBy>[0],
  struct: S,
  member: string,
  repr: Repr,
): bigint {
  const fields: Readonly<Record<string, number>> = needed(repr.layout.python2, struct)[struct];
  return repr.memory.read(offsetBy(address, needed(fields[member], member)), 8).getBigInt64(0, true);
}
