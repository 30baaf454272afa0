/** What do `str`, `bytes`, `bytearray` and `memoryview` objects hold? Their first characters or bytes. */
import { type Address, offsetBy } from '../../memory/address.js';
import { bytesOf, readContent } from '../../memory/reader.js';
import type { Characters } from '../characters.js';
import { needed } from '../layouts/needed.js';
import { decodeCharacters, readBytes, readCharacters } from '../text.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import type { BytesTree, StrTree } from './tree.js';

const SURROGATES = /[\ud800-\udfff]/;

/** Characters as they are stored, as a tree; and how many more there are. Throws CorruptData. */
export function decodeStr({ view, kind }: Pick<Characters, 'view' | 'kind'>, omitted: number | null): StrTree {
  const text = decodeCharacters(view, kind);
  // Characters of two bytes are never pairs, those of four may be both.
  const points = kind > 1 && SURROGATES.test(text) ? codePoints(view, kind) : null;
  return { kind: 'str', text, points, omitted, unit: null };
}

/** Code points, or code units of two bytes. */
function codePoints(view: DataView, kind: 1 | 2 | 4): number[] {
  const points: number[] = [];
  for (let at = 0; at < view.byteLength; at += kind) {
    points.push(kind === 1 ? view.getUint8(at) : kind === 2 ? view.getUint16(at, true) : view.getUint32(at, true));
  }
  return points;
}

/** Text that was put together here. */
export function madeStr(text: string, omitted = 0): StrTree {
  const points = SURROGATES.test(text) ? [...text].map((point) => point.codePointAt(0) ?? 0) : null;
  return { kind: 'str', text, points, omitted, unit: null };
}

export function readStr({ address }: Pick<ObjectInHand, 'address'>, reading: Reading): StrTree {
  const characters = readCharacters(reading.python, address, reading.limits.maxString);
  const { start, kind, length } = characters;
  const tree = decodeStr(characters, Math.max(0, length - reading.limits.maxString));
  noteText(start, kind, tree.text, tree.omitted !== 0, reading);
  return tree;
}

/** Notes a text that was read: what is secret in it, and where it lies. */
export function noteText(
  start: Address | null,
  width: 1 | 2 | 4,
  text: string,
  isCut: boolean,
  { secrets }: Reading,
): void {
  if (start === null) return;
  secrets.inspect(text, isCut);
  secrets.noteText({ start, width, text, isCut });
}

export function readBytesObject({ address }: Pick<ObjectInHand, 'address'>, reading: Reading): BytesTree {
  const { bytes, truncated } = readBytes(reading.python, address, reading.limits.maxString);
  noteBytes(address, bytes, truncated, reading);
  return { kind: 'bytes', bytes, omitted: truncated ? reading.length(address) - bytes.length : 0, of: 'bytes' };
}

/** The same of the `bytes` at `address`. */
export function noteBytes(address: Address, bytes: Uint8Array, isCut: boolean, reading: Reading): void {
  if (bytes.length === 0) return;
  const start = offsetBy(address, reading.layout.PyBytesObject.ob_sval);
  noteText(start, 1, Buffer.from(bytes).toString('latin1'), isCut, reading);
}

export const readByteArray: ReadKind = ({ address, type }, reading) => {
  const length = reading.length(address);
  const count = Math.min(length, reading.limits.maxString);
  let bytes: Uint8Array = new Uint8Array(0);
  if (count > 0) {
    const { ob_start } = needed(reading.layout.objects.PyByteArrayObject, 'PyByteArrayObject');
    const start = reading.link(address, ob_start);
    bytes = bytesOf(readContent(reading.memory, start, count, { start, end: start + length })).slice();
    noteText(start, 1, Buffer.from(bytes).toString('latin1'), count < length, reading);
  }
  return { kind: 'bytearray', name: reading.containerName(type, 'bytearray'), bytes, omitted: length - count };
};

/** Bit 0 of `flags`. https://github.com/python/cpython/blob/v3.12.1/Include/cpython/memoryobject.h */
const _Py_MEMORYVIEW_RELEASED = 1;

export const readMemoryView: ReadKind = ({ address }, reading) => {
  const { flags } = reading.layout.objects.PyMemoryViewObject;
  // In Python 2 they cannot be released.
  const word = flags === undefined ? 0 : reading.memory.read(offsetBy(address, flags), 4).getUint32(0, true);
  return { kind: 'memoryview', released: (word & _Py_MEMORYVIEW_RELEASED) !== 0, address };
};
