/** What kind of object lies at an address? By the `tp_name` of its type, each type read once. */
import type { Address } from '../memory/address.js';
import { offsetBy, toAddress } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';
import { readCString, readPointer } from '../memory/reader.js';
import type { Layout } from './layouts/layout.js';

/** Longer than any type's name; garbage has no NUL for long. */
const NAME_LIMIT = 1024;

/** Remembers names of types by address: for memory that does not change meanwhile, or for one quick walk over it. */
export class TypeNames {
  readonly #layout: Layout;
  readonly #names = new Map<number, string>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** `tp_name` of the type at `type`. Throws MemoryFault or InvalidAddress when it is not to be had. */
  ofType(memory: MemoryReader, type: number): string {
    let name = this.#names.get(type);
    if (name === undefined) {
      const tp_name = readPointer(memory, offsetBy(toAddress(type), this.#layout.PyTypeObject.tp_name));
      name = readCString(memory, toAddress(tp_name), NAME_LIMIT);
      this.#names.set(type, name);
    }
    return name;
  }

  /** `tp_name` of the type of the object at `object`. Throws as {@link ofType}. */
  ofObject(memory: MemoryReader, object: Address): string {
    return this.ofType(memory, readPointer(memory, offsetBy(object, this.#layout.PyObject.ob_type)));
  }
}
