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

  /** Of all of these; throws what decoding throws. */
  of(keys: ReadonlySet<Key>): Map<Key, Result> {
    const used = new Map([...keys].map((key) => [key, this.#get(key)]));
    const recorder = this.#recorder;
    if (recorder) {
      const owner = recorder.recordInto(new Set());
      for (const { pages } of used.values()) for (const page of pages) owner.add(page);
      recorder.recordInto(owner);
    }
    return new Map([...used].map(([key, { result }]) => [key, result]));
  }

  #get(key: Key): Decoded<Result> {
    let decoded = this.#known.get(key);
    if (!decoded) {
      const pages: PageSet = new Set();
      const owner = this.#recorder?.recordInto(pages);
      try {
        decoded = { result: this.#decode(key), pages };
      } finally {
        if (owner) this.#recorder?.recordInto(owner);
      }
      this.#known.set(key, decoded);
    }
    return decoded;
  }
}
