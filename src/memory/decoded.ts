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
  /** What was noted last, and on whose behalf. */
  #noted: Decoded<Result> | null = null;
  #notedFor: PageSet | null = null;

  constructor(memory: MemoryReader, decode: (key: Key) => Result) {
    this.#recorder = memory instanceof PageRecorder ? memory : null;
    this.#decode = decode;
  }

  /** Of all of these, each read on behalf of whoever reads now. Throws what decoding throws. */
  of(keys: ReadonlySet<Key>): Map<Key, Result> {
    const results = new Map<Key, Result>();
    for (const key of keys) results.set(key, this.one(key));
    return results;
  }

  /** Of one, read on behalf of whoever reads now. Throws what decoding throws. */
  one(key: Key): Result {
    const owner = this.#recorder?.owner ?? null;
    const decoded = this.#known.get(key) ?? this.#decodeNow(key);
    // Calls of one function often follow each other.
    if (owner !== null && (owner !== this.#notedFor || decoded !== this.#noted)) {
      for (const page of decoded.pages) owner.add(page);
      this.#notedFor = owner;
      this.#noted = decoded;
    }
    return decoded.result;
  }

  #decodeNow(key: Key): Decoded<Result> {
    const pages: PageSet = new Set();
    const owner = this.#recorder?.recordInto(pages);
    try {
      const decoded = { result: this.#decode(key), pages };
      this.#known.set(key, decoded);
      return decoded;
    } finally {
      if (owner) this.#recorder?.recordInto(owner);
    }
  }
}
