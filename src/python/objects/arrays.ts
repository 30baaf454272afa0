/** What does an `array.array` hold? */
import type { Address } from '../../memory/address.js';
import { CorruptData, readContent } from '../../memory/reader.js';
import type { Reading, ReadKind } from './reading.js';
import { decodeStr } from './texts.js';
import type { StrTree, Tree } from './tree.js';

const int = (value: bigint | number): Tree => ({ kind: 'int', value: BigInt(value), long: false });
const float = (value: number): Tree => ({ kind: 'float', value });

/** An element's bytes, and how it is read; by type code. */
const ELEMENTS: ReadonlyMap<string, readonly [bytes: number, read: (view: DataView, at: number) => Tree]> = new Map([
  ['b', [1, (view, at) => int(view.getInt8(at))]],
  ['B', [1, (view, at) => int(view.getUint8(at))]],
  ['h', [2, (view, at) => int(view.getInt16(at, true))]],
  ['H', [2, (view, at) => int(view.getUint16(at, true))]],
  ['i', [4, (view, at) => int(view.getInt32(at, true))]],
  ['I', [4, (view, at) => int(view.getUint32(at, true))]],
  ['l', [8, (view, at) => int(view.getBigInt64(at, true))]],
  ['L', [8, (view, at) => int(view.getBigUint64(at, true))]],
  ['q', [8, (view, at) => int(view.getBigInt64(at, true))]],
  ['Q', [8, (view, at) => int(view.getBigUint64(at, true))]],
  ['f', [4, (view, at) => float(view.getFloat32(at, true))]],
  ['d', [8, (view, at) => float(view.getFloat64(at, true))]],
]);

/** Characters of four bytes: wchar_t, or Py_UCS4. */
const TEXT_CODES: ReadonlySet<string> = new Set(['u', 'w']);

/**
 * After the header: `ob_item`, `allocated`, `ob_descr`, whose first byte is the type code.
 * https://github.com/python/cpython/blob/v3.12.1/Modules/arraymodule.c (arrayobject, array_repr)
 */
export const readArrayArray: ReadKind = ({ address, type }, reading) => {
  const header = reading.layout.PyVarObject.ob_size + 8;
  const length = reading.length(address);
  const code = String.fromCharCode(reading.memory.read(reading.link(address, header + 16), 1).getUint8(0));
  if (!ELEMENTS.has(code) && !TEXT_CODES.has(code)) {
    throw new CorruptData(`an array of type code ${JSON.stringify(code)}`);
  }
  const content = length === 0 ? NOTHING : contentOf(reading.link(address, header), code, length, reading);
  return { kind: 'array', name: type.shortName, code, ...content, length };
};

interface Content {
  readonly text: StrTree | null;
  readonly items: readonly Tree[];
}

const NOTHING: Content = { text: null, items: [] };

function contentOf(start: Address, code: string, length: number, reading: Reading): Content {
  const element = ELEMENTS.get(code);
  if (!element) {
    const count = Math.min(length, reading.limits.maxString);
    const whole = { start, end: start + 4 * length };
    const view = readContent(reading.memory, start, 4 * count, whole);
    return { text: decodeStr({ view, kind: 4 }, length - count), items: [] };
  }
  const [bytes, read] = element;
  const count = Math.min(length, reading.limits.maxItems);
  const view = readContent(reading.memory, start, Math.max(1, bytes * count), { start, end: start + bytes * length });
  return { text: null, items: Array.from({ length: count }, (_, i) => read(view, bytes * i)) };
}
