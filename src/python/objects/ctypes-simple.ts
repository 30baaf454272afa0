/**
 * What number or character do the bytes of a simple type of ctypes stand for? By the code of the type, as its `value` has it;
 * of a pointer to text, like its `repr`, where it points.
 * https://github.com/python/cpython/blob/v3.12.1/Modules/_ctypes/cfield.c (formattable)
 */
import type { Address } from '../../memory/address.js';
import type { Reading } from './reading.js';
import type { Tree } from './tree.js';
import type { KnownType } from './types.js';

type Decode = (view: DataView, isLittle: boolean, isOld: boolean) => Tree;

const int = (value: number | bigint, long = false): Tree => ({ kind: 'int', value: BigInt(value), long });
const pointer: Decode = (view, isLittle) => {
  const value = view.getBigUint64(0, isLittle);
  return value === 0n ? { kind: 'constant', name: 'None' } : int(value);
};

/** Python 2 makes a `long` of what may not fit its `int`. */
const CODES: ReadonlyMap<string, readonly [bytes: number, decode: Decode]> = new Map<string, readonly [number, Decode]>(
  [
    ['b', [1, (view) => int(view.getInt8(0))]],
    ['B', [1, (view) => int(view.getUint8(0))]],
    ['h', [2, (view, isLittle) => int(view.getInt16(0, isLittle))]],
    ['H', [2, (view, isLittle) => int(view.getUint16(0, isLittle))]],
    ['i', [4, (view, isLittle) => int(view.getInt32(0, isLittle))]],
    ['I', [4, (view, isLittle, isOld) => int(view.getUint32(0, isLittle), isOld)]],
    ['l', [8, (view, isLittle) => int(view.getBigInt64(0, isLittle))]],
    ['L', [8, (view, isLittle, isOld) => int(view.getBigUint64(0, isLittle), isOld)]],
    ['q', [8, (view, isLittle, isOld) => int(view.getBigInt64(0, isLittle), isOld)]],
    ['Q', [8, (view, isLittle, isOld) => int(view.getBigUint64(0, isLittle), isOld)]],
    ['f', [4, (view, isLittle) => ({ kind: 'float', value: view.getFloat32(0, isLittle) })]],
    ['d', [8, (view, isLittle) => ({ kind: 'float', value: view.getFloat64(0, isLittle) })]],
    ['?', [1, (view) => ({ kind: 'bool', value: view.getUint8(0) !== 0 })]],
    [
      'c',
      [
        1,
        (view, _, isOld) => ({
          kind: 'bytes',
          bytes: Uint8Array.of(view.getUint8(0)),
          omitted: 0,
          of: isOld ? 'str' : 'bytes',
        }),
      ],
    ],
    ['P', [8, pointer]],
    ['z', [8, pointer]],
    ['Z', [8, pointer]],
  ],
);

/** null: of another code, or not so many bytes. */
export function simpleValue(
  code: string,
  isBig: boolean,
  at: Address,
  size: number,
  { memory, layout }: Pick<Reading, 'memory' | 'layout'>,
): Tree | null {
  const [bytes, decode] = CODES.get(code) ?? [];
  if (bytes === undefined || decode === undefined || bytes !== size) return null;
  return decode(memory.read(at, bytes), !isBig, layout.python2 !== undefined);
}

/** Whether a type is the one that its big-endian form is. */
export function isBigEndian(type: KnownType, reading: Reading): boolean {
  return reading.types.attribute(type, '__ctype_be__') === type.address;
}
