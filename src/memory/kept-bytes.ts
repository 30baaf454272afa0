/**
 * Which bytes did somebody read, and what did they say? What is kept here is enough to read the same again later, and
 * holds nothing else: the content of a snapshot file.
 */
import type { Address } from './address.js';
import { PAGE_BYTES } from './pages.js';
import type { Range } from './ranges.js';
import { bytesOf, MemoryFault, type MemoryReader } from './reader.js';

interface KeptPage {
  readonly bytes: Uint8Array;
  /** 1 for each byte that is kept; the others are zero. */
  readonly known: Uint8Array;
}

/** A part of one page. */
interface Piece {
  readonly page: number;
  /** Within the page. */
  readonly from: number;
  readonly to: number;
  /** Within the range asked for. */
  readonly at: number;
}

/** Single bytes of memory, each kept as it was first given. A MemoryReader of exactly these. */
export class KeptBytes implements MemoryReader {
  readonly #pages: Map<number, KeptPage>;

  constructor(pages: Iterable<readonly [number, KeptPage]> = []) {
    this.#pages = new Map(pages);
  }

  /** Keeps `bytes` as those at `address`; what is kept already stays as it is. */
  keep(address: number, bytes: Uint8Array): void {
    for (const { page, from, to, at } of pieces(address, bytes.length)) {
      const { bytes: kept, known } = this.#page(page);
      const free = unknownIn(known, from, to);
      if (free === to - from) {
        kept.set(bytes.subarray(at, at + free), from);
        known.fill(1, from, to);
      } else if (free > 0) {
        for (let i = from; i < to; i++) if (known[i] !== 1) kept[i] = bytes[at + i - from] ?? 0;
        known.fill(1, from, to);
      }
    }
  }

  /** Puts `fill` in place of the bytes at `address`, as far as they are kept. */
  blank(address: number, size: number, fill: Uint8Array): void {
    for (const { page, from, to, at } of pieces(address, size)) {
      const kept = this.#pages.get(page);
      if (!kept) continue;
      for (let i = from; i < to; i++) {
        if (kept.known[i] === 1) kept.bytes[i] = fill[(at + i - from) % fill.length] ?? 0;
      }
    }
  }

  read(address: Address, size: number): DataView {
    return this.#read(address, size, null);
  }

  /** Makes whole pages of the range part of {@link pages}, without anything being kept of them. */
  cover(start: number, end: number): void {
    for (let page = Math.floor(start / PAGE_BYTES); page * PAGE_BYTES < end; page++) this.#page(page);
  }

  /** Reads what is kept, and what is not from `source`, which is kept from then on. */
  completedFrom(source: MemoryReader): MemoryReader {
    return { read: (address, size) => this.#read(address, size, source) };
  }

  copy(): KeptBytes {
    const pages = [...this.#pages].map(
      ([page, { bytes, known }]) => [page, { bytes: bytes.slice(), known: known.slice() }] as const,
    );
    return new KeptBytes(pages);
  }

  /** Whole pages, zeros where nothing is kept, in address order. */
  pages(): { readonly address: number; readonly bytes: Uint8Array }[] {
    return this.#inOrder().map(([page, { bytes }]) => ({ address: page * PAGE_BYTES, bytes }));
  }

  /** Where bytes are kept, in address order, merged. */
  ranges(): Range[] {
    const ranges: { start: number; end: number }[] = [];
    for (const [page, { known }] of this.#inOrder()) {
      for (let start = known.indexOf(1); start >= 0; ) {
        const zero = known.indexOf(0, start);
        const end = zero < 0 ? PAGE_BYTES : zero;
        const last = ranges.at(-1);
        if (last?.end === page * PAGE_BYTES + start) last.end = page * PAGE_BYTES + end;
        else ranges.push({ start: page * PAGE_BYTES + start, end: page * PAGE_BYTES + end });
        start = known.indexOf(1, end);
      }
    }
    return ranges;
  }

  #read(address: Address, size: number, source: MemoryReader | null): DataView {
    const first = Math.floor(address / PAGE_BYTES);
    const start = address - first * PAGE_BYTES;
    if (start + size <= PAGE_BYTES && size > 0) {
      const kept = this.#pages.get(first);
      if (kept && unknownIn(kept.known, start, start + size) === 0) return new DataView(kept.bytes.buffer, start, size);
    }
    // The size may come from corrupt memory: nothing is allocated before all of it is there.
    for (const piece of pieces(address, size)) {
      this.#complete(piece, address + piece.at, source);
      if (piece.to - piece.from === size) return new DataView(this.#page(piece.page).bytes.buffer, piece.from, size);
    }
    const bytes = new Uint8Array(size);
    for (const { page, from, to, at } of pieces(address, size)) {
      bytes.set(this.#page(page).bytes.subarray(from, to), at);
    }
    return new DataView(bytes.buffer);
  }

  /** Throws MemoryFault for bytes that are not kept and that `source` cannot give. */
  #complete({ page, from, to }: Piece, address: number, source: MemoryReader | null): void {
    const known = this.#pages.get(page)?.known;
    if (known && unknownIn(known, from, to) === 0) return;
    if (!source) throw new MemoryFault(address, to - from, 'were not kept');
    this.keep(address, bytesOf(source.read(address as Address, to - from)));
  }

  #page(page: number): KeptPage {
    let kept = this.#pages.get(page);
    if (!kept) {
      kept = { bytes: new Uint8Array(PAGE_BYTES), known: new Uint8Array(PAGE_BYTES) };
      this.#pages.set(page, kept);
    }
    return kept;
  }

  #inOrder(): [number, KeptPage][] {
    return [...this.#pages].sort(([a], [b]) => a - b);
  }
}

/** Reads from `source`, and keeps what it reads in `kept` whatever becomes of it. */
export function keeping(kept: KeptBytes, source: MemoryReader): MemoryReader {
  return {
    read(address, size) {
      const view = source.read(address, size);
      kept.keep(address, bytesOf(view));
      return view;
    },
  };
}

/** How many of `known`'s bytes [from, to) are not known. */
function unknownIn(known: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (known[i] !== 1) count++;
  return count;
}

/** A range cut at the borders of pages. */
function* pieces(address: number, size: number): Generator<Piece> {
  for (let at = 0; at < size; ) {
    const page = Math.floor((address + at) / PAGE_BYTES);
    const from = address + at - page * PAGE_BYTES;
    const to = Math.min(PAGE_BYTES, from + size - at);
    yield { page, from, to, at };
    at += to - from;
  }
}
