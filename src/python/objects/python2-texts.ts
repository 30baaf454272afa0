/** What do the strings and integers of Python 2 hold? */
import { offsetBy } from '../../memory/address.js';
import { bytesOf, readContent } from '../../memory/reader.js';
import type { Characters } from '../characters.js';
import { needed } from '../layouts/needed.js';
import { readWideCharacters } from '../python2-text.js';
import { readBytes } from '../text.js';
import { readDigits } from './numbers.js';
import type { Reading, ReadKind } from './reading.js';
import { decodeStr, noteBytes, noteText } from './texts.js';
import type { StrTree, Tree } from './tree.js';

/** `str`: what `bytes` are later. */
export const readByteString: ReadKind = ({ address }, reading) => {
  const { bytes, truncated } = readBytes(reading.python, address, reading.limits.maxString);
  noteBytes(address, bytes, truncated, reading);
  return { kind: 'bytes', bytes, omitted: truncated ? reading.length(address) - bytes.length : 0, of: 'str' };
};

export const readUnicodeObject: ReadKind = ({ address }, reading) => {
  const { maxString } = reading.limits;
  const characters = readWideCharacters(reading.python, address, maxString);
  const { start, kind, length } = characters;
  const tree = decodeWide(characters, Math.max(0, length - maxString));
  noteText(start, kind, tree.text, tree.omitted !== 0, reading);
  return tree;
};

/** Characters as they are stored, as a tree; and how many more there are. Throws CorruptData. */
export function decodeWide(characters: Pick<Characters, 'view' | 'kind'>, omitted: number): StrTree {
  return { ...decodeStr(characters, omitted), unit: characters.kind };
}

export const readOldByteArray: ReadKind = ({ address, type }, reading) => {
  const length = reading.length(address);
  const count = Math.min(length, reading.limits.maxString);
  let bytes: Uint8Array = new Uint8Array(0);
  if (count > 0) {
    const { ob_bytes } = needed(reading.layout.python2, 'PyByteArrayObject').PyByteArrayObject;
    const start = reading.link(address, ob_bytes);
    bytes = bytesOf(readContent(reading.memory, start, count, { start, end: start + length })).slice();
    noteText(start, 1, Buffer.from(bytes).toString('latin1'), count < length, reading);
  }
  return { kind: 'bytearray', name: reading.containerName(type, 'bytearray'), bytes, omitted: length - count };
};

/** Behind the header. https://github.com/python/cpython/blob/v2.7.18/Objects/bufferobject.c (PyBufferObject, buffer_repr) */
const BUFFER = { b_base: 0, b_ptr: 8, b_size: 16, b_offset: 24, b_readonly: 32 } as const;

export const readBuffer: ReadKind = ({ address }, reading) => {
  const fields = offsetBy(address, reading.layout.PyObject.sizeof);
  const size = (offset: number) => reading.memory.read(offsetBy(fields, offset), 8).getBigInt64(0, true);
  return {
    kind: 'buffer',
    readonly: reading.memory.read(offsetBy(fields, BUFFER.b_readonly), 4).getInt32(0, true) !== 0,
    base: reading.pointer(fields, BUFFER.b_base),
    pointer: reading.pointer(fields, BUFFER.b_ptr),
    size: size(BUFFER.b_size),
    offset: size(BUFFER.b_offset),
    address,
  };
};

/** `int`, a C long. */
export const readShortInt: ReadKind = ({ address }, reading) =>
  intTree(readLong(address, 'PyIntObject', 'ob_ival', reading));

export const readLongInt: ReadKind = ({ address }, reading) => readDigits(address, reading, true);

/** `xrange(stop)`, with `start` and `step` where they are not 0 and 1. */
export const readXrange: ReadKind = ({ address }, reading) => {
  const part = (name: string) => readLong(address, 'rangeobject', name, reading);
  const [start, step] = [part('start'), part('step')];
  const stop = start + part('len') * step;
  const given = step !== 1n ? [start, stop, step] : start !== 0n ? [start, stop] : [stop];
  const items = given.map(intTree);
  return { kind: 'call', name: 'xrange', items, length: items.length, shown: 'inside', again: 'xrange(...)' };
};

function intTree(value: bigint): Tree {
  return { kind: 'int', value, long: false };
}

function readLong<S extends 'PyIntObject' | 'rangeobject'>(
  address: Parameters<typeof offsetBy>[0],
  struct: S,
  member: string,
  reading: Reading,
): bigint {
  const fields: Readonly<Record<string, number>> = needed(reading.layout.python2, struct)[struct];
  return reading.memory.read(offsetBy(address, needed(fields[member], member)), 8).getBigInt64(0, true);
}
