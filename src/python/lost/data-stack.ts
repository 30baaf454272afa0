/**
 * Which frames lie on a thread's data stack? From 3.11 on they lie there one behind the other, the oldest first, each as long
 * as its code says, up to where the thread state says that the next would begin: who has that needs no links between them.
 * https://github.com/python/cpython/blob/v3.12.1/Python/pystate.c (search for push_chunk)
 */
import type { Address } from '../../memory/address.js';
import { formatAddress, isUserSpace, toAddress } from '../../memory/address.js';
import type { Range } from '../../memory/ranges.js';
import { CorruptData } from '../../memory/reader.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { CHUNK, MOST_PIECES, WORD } from '../stack-chunk.js';
import { bareAt, newestBare } from './bare-frames.js';
import { type FrameAt, frameAt } from './frame-at.js';

const MOST_PIECE_BYTES = 2 ** 32;

/** A run of frames without a gap. */
interface Run {
  /** Oldest first, at least one. */
  readonly frames: readonly FrameAt[];
  /** Whether the next run (or the top) follows its last frame. */
  readonly reachesNext: boolean;
}

/** In which piece of the stack. */
interface PlacedRun extends Run {
  readonly piece: number;
}

interface Found {
  readonly runs: readonly PlacedRun[];
  /** Place of each frame: run, and number in it. */
  readonly places: ReadonlyMap<number, readonly [number, number]>;
}

/** What lies next on the stack, as far as something is left there. */
export interface Below {
  readonly frame: FrameAt;
  /** Whether there is none in between; null: its code is lost, which would tell. */
  readonly isNext: boolean | null;
}

export class DataStack {
  /** What {@link #read} has found. */
  #found: Found | undefined;
  /** Whether the pieces begin where the stack does. */
  readonly #isWhole: boolean;

  /** `ranges`: those in use, the oldest first; `isWhole`: whether none is lost below them. */
  constructor(
    readonly python: Python,
    readonly ranges: readonly Range[],
    isWhole: boolean,
  ) {
    this.#isWhole = isWhole;
  }

  /** The oldest frame; null: there is none, or it is lost. */
  get base(): FrameAt | null {
    const oldest = this.#isWhole ? this.ranges[0] : undefined;
    if (oldest === undefined) return null;
    return wholeFrameAt(this.python, oldest.start, oldest.end) ?? bareAt(this.python, oldest.start);
  }

  get isEmpty(): boolean {
    return this.#isWhole && this.ranges.every(({ start, end }) => start >= end);
  }

  /** Those that are certain to be frames by their code, the oldest first. */
  *frames(): Generator<FrameAt> {
    for (const { frames } of this.#read().runs) yield* frames;
  }

  /** Whether it lies where this thread's frames lie. */
  holds(address: number): boolean {
    return this.#pieceOf(address) >= 0;
  }

  /** Whether the one lies before the other on this stack. */
  isBelow(address: number, other: number): boolean {
    const [a, b] = [this.#pieceOf(address), this.#pieceOf(other)];
    return a === b ? address < other : a < b;
  }

  /** Whether both lie on the same piece, so that what is called lies behind its caller. */
  areOnePiece(address: number, other: number): boolean {
    const piece = this.#pieceOf(address);
    return piece >= 0 && piece === this.#pieceOf(other);
  }

  /** Of most stacks nobody asks more than where they begin: the frames are read when somebody does. */
  #read(): Found {
    if (this.#found === undefined) {
      const runs = this.ranges.flatMap((range, piece) =>
        runsIn(this.python, range).map((run): PlacedRun => ({ ...run, piece })),
      );
      const places = new Map<number, readonly [number, number]>();
      runs.forEach(({ frames }, run) => {
        frames.forEach(({ address }, i) => void places.set(address, [run, i]));
      });
      this.#found = { runs, places };
    }
    return this.#found;
  }

  #pieceOf(address: number): number {
    return this.ranges.findIndex(({ start, end }) => address >= start && address < end);
  }

  /** The next older frame that is certain to be one. `of`: null for the newest. */
  before(of: number | null): Below | null {
    const { runs, places } = this.#read();
    const place = of === null ? undefined : places.get(of);
    const below = place && runs[place[0]]?.frames[place[1] - 1];
    if (below) return { frame: below, isNext: true };
    const known = place ? this.#newestOf(place[0] - 1, of) : this.#newestBelow(of);
    return this.#newestBare(of, known) ?? known;
  }

  /** Of those whose code is lost, one that is newer than the one that is `known`. */
  #newestBare(of: number | null, known: Below | null): Below | null {
    const top = of === null ? this.ranges.length : this.#pieceOf(of);
    const bottom = known === null ? 0 : this.#pieceOf(known.frame.address);
    const called = of === null ? null : frameAt(this.python, of, true);
    for (let piece = Math.min(top, this.ranges.length - 1); piece >= Math.max(bottom, 0); piece--) {
      const range = this.ranges[piece];
      if (!range) continue;
      const start = piece === bottom && known ? known.frame.address + (known.frame.size ?? WORD) : range.start;
      const end = piece === top && of !== null ? of : range.end;
      const frame = newestBare(this.python, { start, end }, called);
      if (frame) return { frame, isNext: null };
    }
    return null;
  }

  /** Of pieces between it and what follows nothing is left. */
  #newestOf(run: number, of: number | null): Below | null {
    const found = this.#read().runs[run];
    const newest = found?.frames.at(-1);
    const piece = of === null ? this.ranges.length : this.#pieceOf(of);
    return newest ? { frame: newest, isNext: found?.reachesNext === true && piece - found.piece <= 1 } : null;
  }

  /** Of a frame that is in no run: one whose code object is lost, or none (the newest is asked for). */
  #newestBelow(of: number | null): Below | null {
    if (of === null) return this.#newestOf(this.#read().runs.length - 1, null);
    let newest: FrameAt | null = null;
    for (const frame of this.frames()) {
      if (this.isBelow(frame.address, of)) newest = frame;
    }
    if (newest === null) return null;
    // Up to where it lies: what is behind may have been reached without it.
    return { frame: newest, isNext: newest.size !== null && newest.address + newest.size === of };
  }
}

/**
 * The runs of frames in one piece. From its start on, each frame is where the one before ends. Where one is lost, the rest is
 * only believed if it goes on to the very end, each frame linked to the one before or to none on this stack: what calls of
 * the past have left behind there does not.
 */
function runsIn(python: Python, { start, end }: Range): Run[] {
  const first = framesFrom(python, start, end);
  if (first.reachesNext) return first.frames.length > 0 ? [first] : [];
  const last = first.frames.at(-1);
  const hole = last === undefined ? start : last.address + (last.size ?? 0);
  const runs = first.frames.length > 0 ? [first] : [];
  for (let at = hole + WORD; at < end; at += WORD) {
    if (frameAt(python, at) === null) continue;
    const rest = framesFrom(python, at, end);
    if (!rest.reachesNext || !isLinked(rest.frames, { start, end }, hole)) continue;
    return [...runs, rest];
  }
  const newest = linkedNewest(python, { start: hole, end }, runs[0]?.frames ?? []);
  return newest ? [...runs, { frames: [newest], reachesNext: true }] : runs;
}

/**
 * The frame that ends where the piece does, if links lead from it to one of those `below` the hole: through frames whose code
 * objects are lost, too.
 */
function linkedNewest(python: Python, { start, end }: Range, below: readonly FrameAt[]): FrameAt | null {
  const known = new Set<number>(below.map(({ address }) => address));
  for (let at = end - WORD; at > start; at -= WORD) {
    const newest = frameAt(python, at);
    if (newest?.size == null || at + newest.size !== end) continue;
    if (leadsTo(python, newest, known, start)) return newest;
  }
  return null;
}

function leadsTo(python: Python, newest: FrameAt, known: ReadonlySet<number>, start: number): boolean {
  let at = newest;
  for (;;) {
    if (known.has(at.previous)) return true;
    // Each lies below the one that it called.
    if (at.previous < start || at.previous >= at.address) return false;
    const outer = frameAt(python, at.previous, true);
    if (outer === null) return false;
    at = outer;
  }
}

/** Whether each is linked to the one before, or to nothing on this piece; the first to what is lost. */
function isLinked(frames: readonly FrameAt[], piece: Range, hole: number): boolean {
  return frames.every(({ previous }, i) => {
    if (previous < piece.start || previous >= piece.end) return true;
    const before = frames[i - 1];
    return before ? previous === before.address : previous >= hole;
  });
}

function framesFrom(python: Python, start: number, end: number): Run {
  const frames: FrameAt[] = [];
  let at = start;
  while (at < end) {
    const frame = wholeFrameAt(python, at, end);
    if (frame === null) return { frames, reachesNext: false };
    frames.push(frame);
    at += frame.size;
  }
  return { frames, reachesNext: true };
}

/** The frame at `at`, if it is certain to be one by its code, and ends no later than `end`. */
function wholeFrameAt(python: Python, at: number, end: number): (FrameAt & { readonly size: number }) | null {
  const frame = at < end ? frameAt(python, at) : null;
  return frame !== null && isSized(frame) && at + frame.size <= end ? frame : null;
}

function isSized(frame: FrameAt): frame is FrameAt & { readonly size: number } {
  return frame.size !== null;
}

/** null: this version has none, or the thread state does not tell where it is. Never throws for what memory holds. */
export function readDataStack(python: Python, threadState: Address): DataStack | null {
  const { datastack_chunk, datastack_top } = python.fields.PyThreadState;
  if (datastack_chunk === undefined || datastack_top === undefined) return null;
  const ranges: Range[] = [];
  let lost: Range | null = null;
  try {
    let end: number | null = python.get(threadState, datastack_top);
    const seen = new Set<number>();
    for (let at = python.get(threadState, datastack_chunk); at !== 0; ) {
      if (!isUserSpace(at) || seen.has(at) || seen.size > MOST_PIECES) {
        throw new CorruptData(`the data stack leads to ${formatAddress(at)}`);
      }
      seen.add(at);
      const chunk = toAddress(at);
      // Where the newest lies is known even where it is lost.
      lost = end !== null && isPlausible({ start: at, end }) ? { start: at, end } : null;
      const previous = python.pointer(chunk, CHUNK.previous);
      const size = python.pointer(chunk, CHUNK.size);
      const data: number = chunk + CHUNK.data;
      const top: number = end ?? data + WORD * python.pointer(chunk, CHUNK.top);
      // (In a page of zeros nothing of it is true.)
      if (size === 0 || size > MOST_PIECE_BYTES || top < data || top > chunk + size) {
        throw new CorruptData(`the piece of the data stack at ${formatAddress(at)} makes no sense`);
      }
      // The first word of the first piece is left free, so that it is never given back.
      const start = previous === 0 ? Math.min(data + WORD, top) : data;
      ranges.unshift({ start, end: top });
      at = previous;
      end = null;
      lost = null;
    }
  } catch (error) {
    reasonOf(error);
    if (lost !== null) ranges.unshift(lost);
    return ranges.length === 0 ? null : new DataStack(python, ranges, false);
  }
  return new DataStack(python, ranges, true);
}

function isPlausible({ start, end }: Range): boolean {
  return end > start && end - start <= MOST_PIECE_BYTES;
}
