/** What kind of object lies at an address? By the `tp_name` of its type, each type read once. */
import type { Address } from '../memory/address.js';
import { toAddress } from '../memory/address.js';
import { readCString } from '../memory/reader.js';
import type { Python } from './python.js';

/** Longer than any type's name; garbage has no NUL for long. */
const NAME_LIMIT = 1024;

/** Remembers names of types by address. One of each handle: `python.the(TypeNames)`. */
export class TypeNames {
  readonly #python: Python;
  readonly #names = new Map<number, string>();

  constructor(python: Python) {
    this.#python = python;
  }

  /** `tp_name` of the type at `type`. Throws MemoryFault or InvalidAddress when it is not to be had. */
  ofType(type: number): string {
    let name = this.known(type);
    if (name === undefined) {
      const tp_name = this.#python.pointer(toAddress(type), this.#python.layout.PyTypeObject.tp_name);
      name = readCString(this.#python.memory, toAddress(tp_name), NAME_LIMIT);
      this.#names.set(type, name);
    }
    return name;
  }

  /** Remembers the name of a type whose own cannot be read. */
  note(type: number, name: string): void {
    this.#names.set(type, name);
  }

  /** The name of the type at `type`, as far as it is known by now; nothing is read. */
  known(type: number): string | undefined {
    return this.#names.get(type) ?? this.#python.types.get(type);
  }

  /** `tp_name` of the type of the object at `object`. Throws as {@link ofType}. */
  ofObject(object: Address): string {
    return this.ofType(this.#python.pointer(object, this.#python.layout.PyObject.ob_type));
  }
}
