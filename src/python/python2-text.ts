/** What does text of Python 2 say? Its `str` are bytes, its `unicode` has characters of 2 or 4 bytes, by build. */
import type { Address } from '../memory/address.js';
import { formatAddress, toAddress } from '../memory/address.js';
import { CorruptData, readContent } from '../memory/reader.js';
import type { Characters } from './characters.js';
import { needed } from './layouts/needed.js';
import type { Python } from './python.js';

/** The first characters of the `unicode` at `address`. Throws MemoryFault, CorruptData. */
export function readWideCharacters(python: Python, address: Address, limit: number): Characters {
  const { PyUnicodeObject: fields, unicodeUnit: kind } = needed(python.layout.python2, 'unicode');
  if (kind === null) throw new CorruptData('it is not known whether this Python has characters of 2 or 4 bytes');
  const length = python.ssize(address, fields.length);
  if (length < 0) throw new CorruptData(`unicode at ${formatAddress(address)} has length ${length}`);
  const count = Math.min(length, limit);
  if (count === 0) return { start: null, view: new DataView(new ArrayBuffer(0)), kind, length };
  const str = toAddress(python.pointer(address, fields.str));
  const whole = { start: str, end: str + length * kind };
  return { start: str, view: readContent(python.memory, str, count * kind, whole), kind, length };
}
