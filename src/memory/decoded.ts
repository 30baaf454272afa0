/** What is decoded once and used for many? Whoever uses it is noted to have read the pages that it was decoded from. */
import { PageRecorder, type PageSet } from './pages.js';
import type { MemoryReader } from './reader.js';

interface Decoded<Result> {
  readonly result: Result;
  readonly pages: PageSet;
}

/** Results by what they are of, over one memory. */
export class DecodedOnce<Key, Result> {
  /** Memory that notes on whose behalf it is read; else null. */
  readonly #recorder: PageRecorder | null;
  readonly #decode: (key: Key) => Result;
  readonly #known = new Map<Key, Decoded<Result>>();

  constructor(memory: MemoryReader, decode: (key: Key) => Result) {
    this.#recorder = memory instanceof PageRecorder ? memory : null;
    this.#decode = decode;
  }

  /** Of all of these, each read on behalf of whoever reads now. Throws what decoding throws. */
  of(keys: ReadonlySet<Key>): Map<Key, Result> {
    const results = new Map<Key, Result>();
    const owner = this.#recorder?.recordInto(new Set());
    try {
      for (const key of keys) {
        const { result, pages } = this.#get(key);
        results.set(key, result);
        if (owner) for (const page of pages) owner.add(page);
      }
    } finally {
      if (owner) this.#recorder?.recordInto(owner);
    }
    return results;
  }

  #get(key: Key): Decoded<Result> {
    let decoded = this.#known.get(key);
    if (!decoded) {
      const pages: PageSet = new Set();
      this.#recorder?.recordInto(pages);
      decoded = { result: this.#decode(key), pages };
      this.#known.set(key, decoded);
    }
    return decoded;
  }
}
