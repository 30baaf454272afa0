/** What does a `str` or `bytes` object say? In any of the storage forms, exactly, bounded in length. */
import type { Address } from '../memory/address.js';
import { formatAddress, offsetBy, toAddress } from '../memory/address.js';
import { decodeBytes } from '../memory/byte-text.js';
import { bytesOf, CorruptData, pointerAt, readContent, ssizeAt } from '../memory/reader.js';
import type { Characters } from './characters.js';
import { needed } from './layouts/needed.js';
import type { Python } from './python.js';

export interface Text {
  /** Lone surrogates stay lone surrogates; characters beyond U+FFFF are pairs, as everywhere in JavaScript. */
  text: string;
  /** Whether the object is longer than the limit. */
  truncated: boolean;
}

export interface Bytes {
  /** A copy. */
  bytes: Uint8Array;
  truncated: boolean;
}

/** Characters; far beyond any name or path. */
const TEXT_LIMIT = 65_536;

/**
 * The characters of the `str` at `address`, at most `limit` of them. That it is a `str` is for the caller to know.
 * Throws MemoryFault, or CorruptData for what no `str` looks like.
 */
export function readUnicode(python: Python, address: Address, limit = TEXT_LIMIT): Text {
  if (python.layout.str === 'bytes') {
    const { bytes, truncated } = readBytes(python, address, limit);
    // As below: where zeros stand nothing is told, not even that it is empty.
    if (bytes.length === 0 && python.pointer(address, python.layout.PyObject.ob_type) === 0) {
      throw new CorruptData(`str at ${formatAddress(address)} has no type`);
    }
    return { text: decodeBytes(bytes), truncated };
  }
  const { view, kind, length } = readCharacters(python, address, limit);
  return { text: decodeCharacters(view, kind), truncated: length > limit };
}

/** As {@link readUnicode}, but not decoded. */
export function readCharacters(python: Python, address: Address, limit: number): Characters {
  const fields = needed(python.layout.PyUnicodeObject, 'PyUnicodeObject');
  const header = python.memory.read(address, fields.sizeof_PyASCIIObject);
  // Of memory that was lost zeros may stand there: they are no text, not even an empty one.
  if (pointerAt(header, python.layout.PyObject.ob_type) === 0) {
    throw new CorruptData(`str at ${formatAddress(address)} has no type`);
  }
  const length = ssizeAt(header, fields.length);
  if (length < 0) throw new CorruptData(`str at ${formatAddress(address)} has length ${length}`);
  const state = header.getUint32(fields.state, true);
  const kind = (state >>> fields.kind_shift) & 7;
  const compact = (state >>> fields.compact_shift) & 1;
  const ascii = (state >>> fields.ascii_shift) & 1;
  const ready = fields.ready_shift === undefined ? 1 : (state >>> fields.ready_shift) & 1;
  if (!ready && kind === 0 && !compact) return readNotReady(python, address, limit);
  if (!ready || (kind !== 1 && kind !== 2 && kind !== 4) || (ascii === 1 && kind !== 1)) {
    throw new CorruptData(`str at ${formatAddress(address)} has state 0x${state.toString(16)}`);
  }
  const count = Math.min(length, limit);
  if (count === 0) return { start: null, view: new DataView(new ArrayBuffer(0)), kind, length };
  const start = compact
    ? offsetBy(address, ascii ? fields.sizeof_PyASCIIObject : fields.sizeof_PyCompactUnicodeObject)
    : toAddress(python.pointer(address, fields.data));
  const whole = { start: compact ? address : start, end: start + length * kind };
  return { start, view: readContent(python.memory, start, count * kind, whole), kind, length };
}

/** `wchar_t` here. */
const WCHAR_BYTES = 4;

/**
 * The characters of a `str` whose proper form was never made, as old extensions make them: up to 3.11 that is legal.
 * https://github.com/python/cpython/blob/v3.11.7/Include/cpython/unicodeobject.h (legacy string, not ready)
 */
function readNotReady(python: Python, address: Address, limit: number): Characters {
  const { wstr, wstr_length } = needed(python.layout.PyUnicodeObject, 'PyUnicodeObject');
  const length = python.ssize(address, needed(wstr_length, 'wstr_length'));
  if (length < 0) throw new CorruptData(`str at ${formatAddress(address)} has length ${length}`);
  const count = Math.min(length, limit);
  if (count === 0) return { start: null, view: new DataView(new ArrayBuffer(0)), kind: WCHAR_BYTES, length };
  const start = toAddress(python.pointer(address, needed(wstr, 'wstr')));
  const whole = { start, end: start + WCHAR_BYTES * length };
  return { start, view: readContent(python.memory, start, WCHAR_BYTES * count, whole), kind: WCHAR_BYTES, length };
}

/** Up to here putting characters together costs less than making a Buffer. */
const SHORT_TEXT = 64;

/** Characters of one byte each as a string. */
export function decodeLatin1(view: DataView): string {
  if (view.byteLength > SHORT_TEXT) {
    return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('latin1');
  }
  let text = '';
  for (let at = 0; at < view.byteLength; at++) text += String.fromCharCode(view.getUint8(at));
  return text;
}

/** Characters of `kind` bytes each as a string. Throws CorruptData for a code point beyond U+10FFFF. */
export function decodeCharacters(view: DataView, kind: 1 | 2 | 4): string {
  switch (kind) {
    case 1:
      return decodeLatin1(view);
    case 2:
      // Unlike TextDecoder, this leaves lone surrogates alone.
      return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('utf16le');
    case 4: {
      const parts: string[] = [];
      for (let at = 0; at < view.byteLength; at += 4) {
        const point = view.getUint32(at, true);
        if (point > 0x10ffff) throw new CorruptData(`0x${point.toString(16)} is not a character`);
        parts.push(String.fromCodePoint(point));
      }
      return parts.join('');
    }
  }
}

/** The content of the `bytes` at `address`, at most `limit` of it, copied. Throws MemoryFault or CorruptData. */
export function readBytes(python: Python, address: Address, limit: number): Bytes {
  const length = python.ssize(address, python.layout.PyVarObject.ob_size);
  if (length < 0) throw new CorruptData(`bytes at ${formatAddress(address)} has length ${length}`);
  const count = Math.min(length, limit);
  const start = offsetBy(address, python.layout.PyBytesObject.ob_sval);
  const whole = { start: address, end: start + length };
  return {
    bytes: count === 0 ? new Uint8Array(0) : bytesOf(readContent(python.memory, start, count, whole)).slice(),
    truncated: length > limit,
  };
}
