/** How are values read, and how much of them is shown? One reader for each memory, so that what is met twice is read once. */

import { Secrets, ValueReader, type ValueSettings } from '../python/objects/index.js';
import type { Python } from '../python/python.js';

/** The reader of values in the memory of a handle: always the same for the same handle. */
export type ValuesOf = (objects: Python) => ValueReader;

export function valuesOf(settings: ValueSettings, secrets = new Secrets(settings)): ValuesOf {
  const readers = new WeakMap<Python, ValueReader>();
  return (objects) => {
    let reader = readers.get(objects);
    if (!reader) {
      reader = new ValueReader(objects, settings, secrets);
      readers.set(objects, reader);
    }
    return reader;
  };
}
