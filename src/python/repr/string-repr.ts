/** How does Python write a string or bytes down? `repr` of their content: quotes, escapes. Pure. */
import type { Spelling, UnicodeVersion } from '../layouts/spelling.js';
import { unprintable } from './printable.js';

/** Nothing to escape whatever the version: most strings. */
const PLAIN = /^[ !#-&(-[\]-~]*$/;

/**
 * `repr` of a `str`. `points` are its characters where two lone surrogates in `text` would be taken for a pair.
 * https://github.com/python/cpython/blob/v3.12.1/Objects/unicodeobject.c (unicode_repr)
 */
export function decodeStringRepr(text: string, points: readonly number[] | null, unicode: UnicodeVersion): string {
  if (PLAIN.test(text)) return `'${text}'`;
  const quote = quoteFor(text);
  const escaped = unprintable(unicode);
  let out = quote;
  for (const point of points ?? codePointsOf(text)) {
    const character = String.fromCodePoint(point);
    if (character === quote || point === BACKSLASH) out += `\\${character}`;
    else if (escaped[point] === 1) out += escapeOf(point);
    else out += character;
  }
  return out + quote;
}

function quoteFor(text: string): string {
  return text.includes("'") && !text.includes('"') ? '"' : "'";
}

function codePointsOf(text: string): number[] {
  const points: number[] = [];
  for (const character of text) points.push(character.codePointAt(0) ?? 0);
  return points;
}

/**
 * `repr` of Python 2's `unicode`: all but ASCII escaped; where characters are two bytes wide, surrogate pairs as the
 * character that they stand for. https://github.com/python/cpython/blob/v2.7.18/Objects/unicodeobject.c#L3005
 */
export function decodeWideRepr(text: string, points: readonly number[] | null, unit: 1 | 2 | 4): string {
  const quote = quoteFor(text);
  let out = `u${quote}`;
  // As code units of two bytes, what is a pair is one in JavaScript too.
  for (const point of unit === 2 || points === null ? codePointsOf(text) : points) {
    const character = String.fromCodePoint(point);
    if (character === quote || point === BACKSLASH) out += `\\${character}`;
    else if (point < 0x20 || point >= 0x7f) out += escapeOf(point);
    else out += character;
  }
  return out + quote;
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
