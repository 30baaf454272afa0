/** How does Python write a string or bytes down? `repr` of their content: quotes, escapes. Pure. */
import { CorruptData } from '../../memory/reader.js';
import type { Spelling, UnicodeVersion } from '../layouts/spelling.js';
import { decodeLatin1 } from '../text.js';
import { unprintable } from './printable.js';

/** Nothing to escape whatever the version: most strings. */
const PLAIN = /^[ !#-&(-[\]-~]*$/;

/**
 * `repr` of the first characters of a `str`, each `kind` bytes wide. Throws CorruptData for what is no character.
 * https://github.com/python/cpython/blob/v3.12.1/Objects/unicodeobject.c (unicode_repr)
 */
export function decodeStringRepr(view: DataView, kind: 1 | 2 | 4, unicode: UnicodeVersion): string {
  if (kind === 1) {
    const text = decodeLatin1(view);
    if (PLAIN.test(text)) return `'${text}'`;
  }
  const points = codePoints(view, kind);
  const quote = points.includes(APOSTROPHE) && !points.includes(QUOTE) ? QUOTE : APOSTROPHE;
  const escaped = unprintable(unicode);
  let out = String.fromCharCode(quote);
  for (const point of points) {
    if (point === quote || point === BACKSLASH) out += `\\${String.fromCharCode(point)}`;
    else if (point > 0x10ffff) throw new CorruptData(`0x${point.toString(16)} is not a character`);
    else if (escaped[point] === 1) out += escapeOf(point);
    else out += String.fromCodePoint(point);
  }
  return out + String.fromCharCode(quote);
}

/**
 * `repr` of the first characters of Python 2's `unicode`: all but ASCII escaped; where characters are two bytes wide,
 * surrogate pairs as the character that they stand for. https://github.com/python/cpython/blob/v2.7.18/Objects/unicodeobject.c#L3005
 */
export function decodeWideRepr(view: DataView, kind: 1 | 2 | 4): string {
  const points = codePoints(view, kind);
  const quote = points.includes(APOSTROPHE) && !points.includes(QUOTE) ? QUOTE : APOSTROPHE;
  let out = `u${String.fromCharCode(quote)}`;
  for (let i = 0; i < points.length; i++) {
    const point = points[i] ?? 0;
    const low = points[i + 1] ?? 0;
    if (kind === 2 && point >= 0xd800 && point < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) {
      out += escapeOf(0x10000 + (point - 0xd800) * 0x400 + (low - 0xdc00));
      i++;
    } else if (point === quote || point === BACKSLASH) out += `\\${String.fromCharCode(point)}`;
    else if (point > 0x10ffff) throw new CorruptData(`0x${point.toString(16)} is not a character`);
    else if (point < 0x20 || point >= 0x7f) out += escapeOf(point);
    else out += String.fromCharCode(point);
  }
  return out + String.fromCharCode(quote);
}

/**
 * `repr` of `bytes`, or what stands between the parentheses of that of a `bytearray`, which up to 3.14 escapes every
 * apostrophe. https://github.com/python/cpython/blob/v3.12.1/Objects/bytearrayobject.c (bytearray_repr)
 */
export function decodeBytesRepr(bytes: Uint8Array, as: Spelling['bytearray'] = 'as-bytes'): string {
  const quote = bytes.includes(APOSTROPHE) && !bytes.includes(QUOTE) ? QUOTE : APOSTROPHE;
  let out = `b${String.fromCharCode(quote)}`;
  for (const byte of bytes) {
    const quoted = byte === quote || (as === 'escaping-all' && byte === APOSTROPHE);
    if (quoted || byte === BACKSLASH) out += `\\${String.fromCharCode(byte)}`;
    else if (byte < 0x20 || byte >= 0x7f) out += escapeOf(byte);
    else out += String.fromCharCode(byte);
  }
  return out + String.fromCharCode(quote);
}

const APOSTROPHE = 0x27;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const SHORT: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r' };

function escapeOf(point: number): string {
  const short = SHORT[point];
  if (short !== undefined) return short;
  const digits = point.toString(16);
  if (point <= 0xff) return `\\x${digits.padStart(2, '0')}`;
  return point <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

function codePoints(view: DataView, kind: 1 | 2 | 4): Uint8Array | Uint16Array | Uint32Array {
  const count = view.byteLength / kind;
  switch (kind) {
    case 1:
      return new Uint8Array(view.buffer, view.byteOffset, count);
    case 2:
      return Uint16Array.from({ length: count }, (_, i) => view.getUint16(2 * i, true));
    case 4:
      return Uint32Array.from({ length: count }, (_, i) => view.getUint32(4 * i, true));
  }
}
