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
  class View implements InPlace {
    // Declared alone: a field that is defined before it is set takes a call, and there is one of these for each frame.
    declare readonly view: DataView | null;
    declare readonly units: Uint32Array;
    declare readonly unit: number;

    constructor(view: DataView | null, units: Uint32Array, unit: number) {
      this.view = view;
      this.units = units;
      this.unit = unit;
    }
  }
  for (const [name, { offset, type }] of present) {
    Object.defineProperty(View.prototype, name, { get: getterOf(type, offset - start) });
  }
  return {
    start,
    size,
    read: (memory, address) => {
      const at = offsetBy(address, start);
      const unit = memory.unitAt?.(at, size) ?? -1;
      const view =
        unit >= 0 ? new View(null, memory.units ?? NO_UNITS, unit) : new View(memory.read(at, size), NO_UNITS, 0);
      return view as unknown as Values<C>;
    },
  };
}

const NO_UNITS = new Uint32Array(0);

/** Bytes that are decoded where they lie: in a view of them, or, which needs no call, from a unit of four on. */
interface InPlace {
  readonly view: DataView | null;
  readonly units: Uint32Array;
  readonly unit: number;
}

/** `at`: from the beginning of the bytes. */
function getterOf(type: Scalar, at: number): (this: InPlace) => number {
  const unit = at >>> 2;
  const shift = (at & 3) * 8;
  const isEven = shift === 0;
  switch (type) {
    case 'pointer':
    case 'unsigned long':
    case 'uint64_t':
      return function () {
        if (this.view !== null || !isEven) return pointerAt(this.view ?? viewOf(this), at);
        return (this.units[this.unit + unit] ?? 0) + (this.units[this.unit + unit + 1] ?? 0) * 0x1_0000_0000;
      };
    case 'int':
      return function () {
        if (this.view !== null || !isEven) return (this.view ?? viewOf(this)).getInt32(at, true);
        return (this.units[this.unit + unit] ?? 0) | 0;
      };
    case 'unsigned int':
      return function () {
        if (this.view !== null || !isEven) return (this.view ?? viewOf(this)).getUint32(at, true);
        return this.units[this.unit + unit] ?? 0;
      };
    case 'unsigned char':
      return function () {
        if (this.view !== null) return this.view.getUint8(at);
        return ((this.units[this.unit + unit] ?? 0) >>> shift) & 0xff;
      };
    default:
      return function () {
        return decodeScalar(this.view ?? viewOf(this), at, type);
      };
  }
}

/** What is not decoded by units. */
function viewOf({ units, unit }: InPlace): DataView {
  return new DataView(units.buffer, units.byteOffset + unit * 4);
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
