/**
 * How is a file of many gigabytes read without reading it? In chunks, on demand, of which only the recently used stay.
 */

import type { ByteSource } from '../../elf/byte-source.js';
import { pointerAt } from '../../memory/reader.js';

/** A few pages: neighbours in CPython's arenas come together, and thread stacks far apart do not cost much each. */
const CHUNK_BYTES = 8 * 1024;

/** Chunks are allocated together: each alone costs more than reading it. */
const SLAB_BYTES = 32 * CHUNK_BYTES;

/** What is read at once from so much on is not kept, in bytes. */
const UNCACHED_BYTES = 256 * 1024;

/** What stays in memory at most, in bytes. */
const CACHE_BYTES = 32 * 1024 * 1024;

/** Bytes that were read at once, and the allocation that they are in by units of four; null: they do not begin with one. */
interface Chunk {
  readonly view: DataView;
  readonly units: Uint32Array | null;
}

const NOTHING: Chunk = { view: new DataView(new ArrayBuffer(0)), units: null };

/**
 * A source (which it closes with itself) read in chunks that are kept for a while. Two generations stand in for a list
 * of what was least recently used: what is used while a generation fills survives into the next, the rest goes.
 */
export class CachedSource implements ByteSource {
  readonly size: number;
  readonly name: string;
  readonly #source: ByteSource;
  readonly #chunksPerGeneration: number;
  #young = new Map<number, Chunk>();
  #old = new Map<number, Chunk>();
  #slab = new Uint8Array(0);
  #slabUnits: Uint32Array | null = null;
  #slabUsed = 0;
  #lastIndex = -1;
  #lastChunk = NOTHING;
  /** Those that the last {@link unitAt} told a place in, little-endian. */
  units: Uint32Array = new Uint32Array(0);

  constructor(source: ByteSource, cacheBytes = CACHE_BYTES) {
    this.#source = source;
    this.size = source.size;
    this.name = source.name;
    this.#chunksPerGeneration = Math.max(1, Math.floor(cacheBytes / 2 / CHUNK_BYTES));
  }

  /** Exactly `length` bytes at `offset`, or null when the source does not hold all of them. May alias the cache. */
  view(offset: number, length: number): DataView | null {
    const index = Math.floor(offset / CHUNK_BYTES);
    const start = offset - index * CHUNK_BYTES;
    if (offset >= 0 && start + length <= CHUNK_BYTES) {
      const chunk = this.#chunk(index).view;
      if (start + length > chunk.byteLength) return null;
      return new DataView(chunk.buffer, chunk.byteOffset + start, length);
    }
    const bytes = this.read(offset, length);
    return bytes.length === length ? new DataView(bytes.buffer, bytes.byteOffset, length) : null;
  }

  /** The eight bytes at `offset` as {@link pointerAt} has them; null where they are not of one chunk, or not there. */
  pointer(offset: number): number | null {
    const index = Math.floor(offset / CHUNK_BYTES);
    const start = offset - index * CHUNK_BYTES;
    if (!(offset >= 0 && start + 8 <= CHUNK_BYTES)) return null;
    const chunk = this.#chunk(index).view;
    return start + 8 > chunk.byteLength ? null : pointerAt(chunk, start);
  }

  /** Where in {@link units} the bytes begin that {@link view} would give; -1: that has to be asked. */
  unitAt(offset: number, length: number): number {
    const index = Math.floor(offset / CHUNK_BYTES);
    const start = offset - index * CHUNK_BYTES;
    if (!(offset >= 0 && offset % 4 === 0 && start + length <= CHUNK_BYTES)) return -1;
    const { view, units } = this.#chunk(index);
    if (units === null || start + length > view.byteLength) return -1;
    this.units = units;
    return (view.byteOffset + start) / 4;
  }

  read(offset: number, length: number): Uint8Array {
    if (!(offset >= 0 && length > 0 && offset < this.size)) return new Uint8Array(0);
    const bytes = new Uint8Array(Math.min(length, this.size - offset));
    let done = 0;
    // Whoever goes through all of it reads no byte twice: what others read again stays.
    if (bytes.length >= UNCACHED_BYTES) {
      if (this.#source.readInto) return bytes.subarray(0, this.#source.readInto(offset, bytes));
      return this.#source.read(offset, bytes.length);
    }
    while (done < bytes.length) {
      const at = offset + done;
      const index = Math.floor(at / CHUNK_BYTES);
      const chunk = this.#chunk(index).view;
      const from = at - index * CHUNK_BYTES;
      const step = Math.min(chunk.byteLength - from, bytes.length - done);
      // Shorter than it was when opened: somebody truncates it under us.
      if (step <= 0) break;
      bytes.set(new Uint8Array(chunk.buffer, chunk.byteOffset + from, step), done);
      done += step;
    }
    return bytes.subarray(0, done);
  }

  close(): void {
    this.#source.close();
    this.#young.clear();
    this.#old.clear();
    this.#lastIndex = -1;
  }

  #chunk(index: number): Chunk {
    if (index === this.#lastIndex) return this.#lastChunk;
    let chunk = this.#young.get(index);
    if (chunk === undefined) {
      chunk = this.#old.get(index) ?? this.#load(index);
      if (this.#young.size >= this.#chunksPerGeneration) {
        this.#old = this.#young;
        this.#young = new Map();
        // What is in one slab goes together.
        this.#slab = new Uint8Array(0);
        this.#slabUnits = null;
        this.#slabUsed = 0;
      }
      this.#young.set(index, chunk);
    }
    this.#lastIndex = index;
    this.#lastChunk = chunk;
    return chunk;
  }

  #load(index: number): Chunk {
    const at = index * CHUNK_BYTES;
    const wanted = Math.min(CHUNK_BYTES, this.size - at);
    if (this.#source.readInto && wanted > 0) {
      if (this.#slabUsed + CHUNK_BYTES > this.#slab.length) {
        this.#slab = new Uint8Array(Math.min(SLAB_BYTES, Math.ceil(this.size / CHUNK_BYTES) * CHUNK_BYTES));
        this.#slabUnits = new Uint32Array(this.#slab.buffer);
        this.#slabUsed = 0;
      }
      const into = this.#slab.subarray(this.#slabUsed, this.#slabUsed + wanted);
      const got = this.#source.readInto(at, into);
      this.#slabUsed += CHUNK_BYTES;
      return { view: new DataView(into.buffer, into.byteOffset, got), units: this.#slabUnits };
    }
    const bytes = this.#source.read(at, CHUNK_BYTES);
    return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), units: null };
  }
}
