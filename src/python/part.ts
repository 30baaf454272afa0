/**
 * How are several fields of a structure read at once? By one read of the bytes from the first to the last of them, and a
 * view that decodes each by its C type when it is asked for.
 */
import type { Address } from '../memory/address.js';
import { offsetBy } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';
import { pointerAt, ssizeAt } from '../memory/reader.js';
import { type Scalar, WIDTHS } from './layouts/c-types.js';
import { type Field, type Fields, fieldsOf } from './layouts/fields.js';
import type { Layout } from './layouts/layout.js';

/** Fields by the names that whoever reads them knows them by; undefined: this version has none. */
type Chosen = { readonly [name: string]: Field | undefined };

/**
 * Values of fields, pointers as they stand there. It may alias the reader's storage: take out what is needed before
 * anything else is read. Throws CorruptData for a `Py_ssize_t` beyond 2^53.
 */
export type Values<C> = { readonly [K in keyof C]: undefined extends C[K] ? number | undefined : number };

export interface Part<C> {
  /** The bytes of the structure that are read: from `start` on. */
  readonly start: number;
  readonly size: number;
  /** The values in the structure at `address`. Throws as the memory does, and InvalidAddress. */
  read(memory: MemoryReader, address: Address): Values<C>;
}

/** What to read of a structure, made once for each layout. `choose` picks the fields. */
export function partOf<C extends Chosen>(
  choose: (fields: Fields) => C,
): (python: { readonly layout: Layout }) => Part<C> {
  const known = new WeakMap<object, Part<C>>();
  return ({ layout }) => {
    let part = known.get(layout);
    if (!part) {
      part = makePart(choose(fieldsOf(layout)));
      known.set(layout, part);
    }
    return part;
  };
}

function makePart<C extends Chosen>(chosen: C): Part<C> {
  const present = Object.entries(chosen).filter((entry): entry is [string, Field] => entry[1] !== undefined);
  const start = Math.min(...present.map(([, { offset }]) => offset));
  const size = Math.max(...present.map(([, { offset, type }]) => offset + WIDTHS[type])) - start;
  // One class for each part, so that its fields cost no more than an offset written in place.
  class View {
    constructor(readonly view: DataView) {}
  }
  for (const [name, { offset, type }] of present) {
    Object.defineProperty(View.prototype, name, { get: getterOf(type, offset - start) });
  }
  return {
    start,
    size,
    read: (memory, address) => new View(memory.read(offsetBy(address, start), size)) as unknown as Values<C>,
  };
}

/** `at`: from the beginning of the view. */
function getterOf(type: Scalar, at: number): (this: { readonly view: DataView }) => number {
  switch (type) {
    case 'pointer':
    case 'unsigned long':
    case 'uint64_t':
      return function () {
        return pointerAt(this.view, at);
      };
    case 'int':
      return function () {
        return this.view.getInt32(at, true);
      };
    case 'unsigned int':
      return function () {
        return this.view.getUint32(at, true);
      };
    case 'unsigned char':
      return function () {
        return this.view.getUint8(at);
      };
    default:
      return function () {
        return decodeScalar(this.view, at, type);
      };
  }
}

/** The number of that type at `at`. Throws CorruptData for a `Py_ssize_t` beyond 2^53. */
export function decodeScalar(view: DataView, at: number, type: Scalar): number {
  switch (type) {
    case 'pointer':
    case 'unsigned long':
    case 'uint64_t':
      return pointerAt(view, at);
    case 'Py_ssize_t':
      return ssizeAt(view, at);
    case 'long':
    case 'int64_t':
      return view.getInt32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
    case 'double':
      return view.getFloat64(at, true);
    case 'int':
      return view.getInt32(at, true);
    case 'unsigned int':
      return view.getUint32(at, true);
    case 'signed char':
      return view.getInt8(at);
    case 'unsigned char':
      return view.getUint8(at);
  }
}
