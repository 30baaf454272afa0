/**
 * What is one attribute of an instance? Instances of a type mostly share their keys, so where a name stands among them is
 * found once, and of every other instance one word is read instead of all its attributes.
 */
import type { Address } from '../memory/address.js';
import { toAddress } from '../memory/address.js';
import { readDict, readSplitKeys, readSplitValue } from './dict.js';
import type { AttributesAt, TypeFacts } from './objects.js';
import { locateAttributes } from './objects.js';
import type { Python } from './python.js';

/** Shared keys, and what as many of them say as had to be read. */
interface KeyTexts {
  readonly keys: readonly number[];
  readonly texts: (string | null)[];
  /** Of each text where it stands first. */
  readonly places: Map<string, number>;
}

/** Attributes by name, of memory that does not change meanwhile, or for one quick walk over it. */
export class NamedAttributes {
  readonly #python: Python;
  readonly #textOf: (key: number) => string | null;
  /** By the address of the keys. */
  readonly #tables = new Map<Address, KeyTexts>();
  /** Where those of the object are that was asked of last. */
  #last: { readonly object: Address; readonly type: TypeFacts; readonly at: AttributesAt | null } | null = null;

  /** `textOf` tells what a key says; null: no text, or none that is looked for. */
  constructor(python: Python, textOf: (key: number) => string | null) {
    this.#python = python;
    this.#textOf = textOf;
  }

  /** The value under `name` in the `__dict__` of an instance of `type`, or null. Throws MemoryFault, CorruptData, … */
  read(object: Address, type: TypeFacts, name: string): number | null {
    const at = this.#located(object, type);
    switch (at?.kind) {
      case 'split': {
        const place = this.#placeOf(at.keys, name);
        return place === null ? null : readSplitValue(this.#python, at.values, place) || null;
      }
      case 'dict': {
        const { items } = readDict(this.#python, at.dict);
        return items.find(({ key }) => this.#textOf(key) === name)?.value ?? null;
      }
      default:
        return null;
    }
  }

  /** Who asks for one attribute of an object mostly asks for another. */
  #located(object: Address, type: TypeFacts): AttributesAt | null {
    if (this.#last?.object !== object || this.#last.type !== type) {
      this.#last = { object, type, at: this.#resolved(locateAttributes(this.#python, object, type)) };
    }
    return this.#last.at;
  }

  /** A dict may have shared keys itself: always up to 3.10, and wherever somebody has asked for it. */
  #resolved(at: AttributesAt | null): AttributesAt | null {
    if (at?.kind !== 'dict') return at;
    const { ma_keys, ma_values } = this.#python.layout.PyDictObject;
    if (ma_keys === undefined || ma_values === undefined) return at;
    const values = this.#python.pointer(at.dict, ma_values);
    if (values === 0) return at;
    const keys = this.#python.pointer(at.dict, ma_keys);
    return { kind: 'split', keys: toAddress(keys), values: toAddress(values) };
  }

  /**
   * Where `name` stands in a table of keys; null: nowhere. Keys behind it are not read: a file that holds what an earlier
   * reader needed has no more than that.
   */
  #placeOf(keys: Address, name: string): number | null {
    let read = this.#tables.get(keys);
    if (!read) {
      read = { keys: readSplitKeys(this.#python, keys), texts: [], places: new Map() };
      this.#tables.set(keys, read);
    }
    const known = read.places.get(name);
    if (known !== undefined) return known;
    while (read.texts.length < read.keys.length) {
      const key = read.keys[read.texts.length] ?? 0;
      const text = key === 0 ? null : this.#textOf(key);
      if (text !== null && !read.places.has(text)) read.places.set(text, read.texts.length);
      read.texts.push(text);
      if (text === name) return read.texts.length - 1;
    }
    return null;
  }
}
