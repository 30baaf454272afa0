/** How is an `array.array` written? */
import type { Address } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { decodeFloatRepr } from './number-repr.js';
import type { Repr, Spell } from './repr.js';
import { decodeStringRepr } from './string-repr.js';

/** An element's bytes, and how it is written; by type code. */
const ELEMENTS: ReadonlyMap<string, readonly [bytes: number, write: (view: DataView, at: number) => string]> = new Map([
  ['b', [1, (view, at) => `${view.getInt8(at)}`]],
  ['B', [1, (view, at) => `${view.getUint8(at)}`]],
  ['h', [2, (view, at) => `${view.getInt16(at, true)}`]],
  ['H', [2, (view, at) => `${view.getUint16(at, true)}`]],
  ['i', [4, (view, at) => `${view.getInt32(at, true)}`]],
  ['I', [4, (view, at) => `${view.getUint32(at, true)}`]],
  ['l', [8, (view, at) => `${view.getBigInt64(at, true)}`]],
  ['L', [8, (view, at) => `${view.getBigUint64(at, true)}`]],
  ['q', [8, (view, at) => `${view.getBigInt64(at, true)}`]],
  ['Q', [8, (view, at) => `${view.getBigUint64(at, true)}`]],
  ['f', [4, (view, at) => decodeFloatRepr(view.getFloat32(at, true))]],
  ['d', [8, (view, at) => decodeFloatRepr(view.getFloat64(at, true))]],
]);

/** Characters of four bytes: wchar_t, or Py_UCS4. */
const TEXT_CODES: ReadonlySet<string> = new Set(['u', 'w']);

/**
 * After the header: `ob_item`, `allocated`, `ob_descr`, whose first byte is the type code.
 * https://github.com/python/cpython/blob/v3.12.1/Modules/arraymodule.c (arrayobject, array_repr)
 */
export const spellArrayArray: Spell = ({ address, type }, repr) => {
  const header = repr.layout.PyVarObject.ob_size + 8;
  const length = repr.length(address);
  const code = String.fromCharCode(repr.memory.read(repr.link(address, header + 16), 1).getUint8(0));
  const content = length === 0 ? '' : `, ${contentText(repr.link(address, header), code, length, repr)}`;
  if (!ELEMENTS.has(code) && !TEXT_CODES.has(code)) throw notAnArray(code);
  return `${type.shortName}('${code}'${content})`;
};

function contentText(start: Address, code: string, length: number, repr: Repr): string {
  if (TEXT_CODES.has(code)) {
    const count = Math.min(length, repr.limits.maxString);
    const shown = decodeStringRepr(repr.memory.read(start, 4 * count), 4, repr.spelling.unicode);
    return count < length ? repr.cut(`${shown}… (${length} characters)`) : shown;
  }
  const element = ELEMENTS.get(code);
  if (!element) throw notAnArray(code);
  const [bytes, write] = element;
  const count = Math.min(length, repr.limits.maxItems);
  const view = repr.memory.read(start, Math.max(1, bytes * count));
  const shown = Array.from({ length: count }, (_, i) => write(view, bytes * i));
  return `[${repr.list(shown, length)}]`;
}

function notAnArray(code: string): CorruptData {
  return new CorruptData(`an array of type code ${JSON.stringify(code)}`);
}
