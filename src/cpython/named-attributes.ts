/**
 * What is one attribute of an instance? Instances of a type mostly share their keys, so where a name stands among them is
 * found once, and of every other instance one word is read instead of all its attributes.
 */
import type { Address } from '../memory/address.js';
import { offsetBy, toAddress } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';
import { readPointer } from '../memory/reader.js';
import { readDict, readSplitKeys, readSplitValue } from './dict.js';
import type { Layout } from './layouts/layout.js';
import type { AttributesAt, TypeFacts } from './objects.js';
import { locateAttributes } from './objects.js';

/** Attributes by name, of memory that does not change meanwhile, or for one quick walk over it. */
export class NamedAttributes {
  readonly #memory: MemoryReader;
  readonly #layout: Layout;
  readonly #textOf: (key: number) => string | null;
  /** Places of names, by the address of the keys. */
  readonly #places = new Map<Address, ReadonlyMap<string, number>>();

  /** `textOf` tells what a key says; null: no text, or none that is looked for. */
  constructor(memory: MemoryReader, layout: Layout, textOf: (key: number) => string | null) {
    this.#memory = memory;
    this.#layout = layout;
    this.#textOf = textOf;
  }

  /** The value under `name` in the `__dict__` of an instance of `type`, or null. Throws MemoryFault, CorruptData, … */
  read(object: Address, type: TypeFacts, name: string): number | null {
    const at = this.#resolved(locateAttributes(this.#memory, this.#layout, object, type));
    switch (at?.kind) {
      case 'split': {
        const place = this.#placesOf(at.keys).get(name);
        return (place !== undefined && readSplitValue(this.#memory, this.#layout, at.values, place)) || null;
      }
      case 'dict': {
        const { items } = readDict(this.#memory, this.#layout, at.dict);
        return items.find(({ key }) => this.#textOf(key) === name)?.value ?? null;
      }
      default:
        return null;
    }
  }

  /** A dict may have shared keys itself: always up to 3.10, and wherever somebody has asked for it. */
  #resolved(at: AttributesAt | null): AttributesAt | null {
    if (at?.kind !== 'dict') return at;
    const { ma_keys, ma_values } = this.#layout.PyDictObject;
    if (ma_keys === undefined || ma_values === undefined) return at;
    const values = readPointer(this.#memory, offsetBy(at.dict, ma_values));
    if (values === 0) return at;
    const keys = readPointer(this.#memory, offsetBy(at.dict, ma_keys));
    return { kind: 'split', keys: toAddress(keys), values: toAddress(values) };
  }

  #placesOf(keys: Address): ReadonlyMap<string, number> {
    let places = this.#places.get(keys);
    if (!places) {
      const found = new Map<string, number>();
      readSplitKeys(this.#memory, this.#layout, keys).forEach((key, place) => {
        const name = key === 0 ? null : this.#textOf(key);
        if (name !== null) found.set(name, place);
      });
      places = found;
      this.#places.set(keys, places);
    }
    return places;
  }
}
