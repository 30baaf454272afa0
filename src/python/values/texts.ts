/** How are `str`, `bytes`, `bytearray` and `memoryview` objects written? */
import { formatAddress, offsetBy } from '../../memory/address.js';
import { bytesOf } from '../../memory/reader.js';
import { needed } from '../layouts/needed.js';
import { readBytes, readCharacters } from '../text.js';
import type { Spell } from './repr.js';
import { decodeBytesRepr, decodeStringRepr } from './string-repr.js';

export const spellStr: Spell = ({ address }, repr) => {
  const { maxString } = repr.limits;
  const { view, kind, length } = readCharacters(repr.python, address, maxString);
  const shown = decodeStringRepr(view, kind, repr.spelling.unicode);
  return length > maxString ? repr.cut(`${shown}… (${length} characters)`) : shown;
};

export const spellBytes: Spell = ({ address }, repr) => {
  const { bytes, truncated } = readBytes(repr.python, address, repr.limits.maxString);
  const shown = decodeBytesRepr(bytes);
  return truncated ? repr.cut(`${shown}… (${repr.length(address)} bytes)`) : shown;
};

export const spellByteArray: Spell = ({ address, type }, repr) => {
  const length = repr.length(address);
  const count = Math.min(length, repr.limits.maxString);
  let bytes = new Uint8Array(0);
  if (count > 0) {
    const start = repr.link(address, needed(repr.layout.objects.PyByteArrayObject, 'PyByteArrayObject').ob_start);
    bytes = bytesOf(repr.memory.read(start, count)).slice();
  }
  const shown = decodeBytesRepr(bytes, repr.spelling.bytearray);
  return `${repr.containerName(type, 'bytearray')}(${length > count ? repr.cut(`${shown}… (${length} bytes)`) : shown})`;
};

/** Bit 0 of `flags`. https://github.com/python/cpython/blob/v3.12.1/Include/cpython/memoryobject.h */
const _Py_MEMORYVIEW_RELEASED = 1;

export const spellMemoryView: Spell = ({ address }, repr) => {
  const { flags } = repr.layout.objects.PyMemoryViewObject;
  // In Python 2 they cannot be released.
  const released =
    flags !== undefined && repr.memory.read(offsetBy(address, flags), 4).getUint32(0, true) & _Py_MEMORYVIEW_RELEASED;
  return `<${released ? 'released memory' : 'memory'} at ${formatAddress(address)}>`;
};
