/** What does text of Python 2 say? Its `str` are bytes, its `unicode` has characters of 2 or 4 bytes, by build. */
import { isUtf8 } from 'node:buffer';
import type { Address } from '../memory/address.js';
import { formatAddress, offsetBy, toAddress } from '../memory/address.js';
import { CorruptData, type MemoryReader, readPointer, readSsize } from '../memory/reader.js';
import type { Characters } from './characters.js';
import type { Layout } from './layouts/layout.js';
import { needed } from './layouts/needed.js';

/** A `str` that is a name or path, as text: UTF-8 if it is that, else each byte a character. */
export function decodeBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

/** The first characters of the `unicode` at `address`. Throws MemoryFault, CorruptData. */
export function readWideCharacters(memory: MemoryReader, layout: Layout, address: Address, limit: number): Characters {
  const { PyUnicodeObject: fields, unicodeUnit: kind } = needed(layout.python2, 'unicode');
  if (kind === null) throw new CorruptData('it is not known whether this Python has characters of 2 or 4 bytes');
  const length = readSsize(memory, offsetBy(address, fields.length));
  if (length < 0) throw new CorruptData(`unicode at ${formatAddress(address)} has length ${length}`);
  const count = Math.min(length, limit);
  if (count === 0) return { view: new DataView(new ArrayBuffer(0)), kind, length };
  const str = toAddress(readPointer(memory, offsetBy(address, fields.str)));
  return { view: memory.read(str, count * kind), kind, length };
}
