/**
 * Which frames lie beyond one that is lost, up to 3.10? Links lead through it. But each call of the evaluation loop keeps the
 * address of its frame on the thread's C stack, inner ones below outer ones: so those that are left are found there, and
 * stand in that order. What calls of the past have left there is none that runs, or does not fit between the others.
 */
import { isUserSpace, toAddress } from '../../memory/address.js';
import { readChunks } from '../../memory/chunks.js';
import type { Range } from '../../memory/ranges.js';
import { pointerAt } from '../../memory/reader.js';
import { isLostZero } from '../../memory/zeroed-pages.js';
import type { FrameWalk, StackWalk } from '../frames.js';
import { ofKind } from '../layouts/fields.js';
import { partOf } from '../part.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { TypeNames } from '../type-names.js';
import { frameObjectAt, linkedFrameObjects } from './frame-objects.js';
import { type Piece, withShortPieces } from './short-pieces.js';

const WORD = 8;
/** More of a C stack is not looked through. */
const MOST_STACK_BYTES = 64 * 2 ** 20;

const GAP = 'what called it is lost; they are joined by their order on the C stack';
const INNER = 'the way to the innermost frame is lost';

/**
 * Frames of one piece that have to stand there, and two thirds of it: frames are used again and again, by other threads, too,
 * and single ones that others are in now stand there from earlier.
 */
const ENOUGH = 3;

/** Frames in which a call is, each with the lowest place at which its address stands on one C stack. */
export type FramesOnStack = ReadonlyMap<number, number>;

/** `within`: from the stack pointer on. Never throws for what memory holds. */
export function framesOnStack(python: Python, within: Range, outOfTime: () => boolean): FramesOnStack {
  const places = new Map<number, number>();
  const others = new Set<number>();
  for (const { word, at } of pointersOn(python, within, outOfTime)) {
    if (others.has(word) || places.has(word)) continue;
    if (runs(python, word)) places.set(word, at);
    else others.add(word);
  }
  return places;
}

/** Where each of these addresses stands on a C stack, the lowest place first. Never throws for what memory holds. */
export function placesOn(
  python: Python,
  within: Range,
  wanted: ReadonlySet<number>,
  outOfTime: () => boolean,
): ReadonlyMap<number, readonly number[]> {
  const places = new Map<number, number[]>();
  if (wanted.size === 0) return places;
  for (const { word, at } of pointersOn(python, within, outOfTime)) {
    if (!wanted.has(word)) continue;
    const known = places.get(word);
    if (known) known.push(at);
    else places.set(word, [at]);
  }
  return places;
}

/** All that may be addresses of objects, from the lowest place on. */
function* pointersOn({ memory }: Python, within: Range, outOfTime: () => boolean) {
  const range = { start: within.start, end: Math.min(within.end, within.start + MOST_STACK_BYTES) };
  for (const { start, view } of readChunks(memory, range, 0, outOfTime)) {
    for (let i = (WORD - (start % WORD)) % WORD; i + WORD <= view.byteLength; i += WORD) {
      const word = pointerAt(view, i);
      if (word % WORD === 0 && isUserSpace(word)) yield { word, at: start + i };
    }
  }
}

const RUNNING = partOf(({ PyObject, frames }) => {
  const { f_code, f_lasti, f_executing, f_state } = ofKind(frames, 'frame-objects').PyFrameObject;
  return { ob_type: PyObject.ob_type, f_code, f_lasti, f_executing, f_state };
});

/** Whether there is a frame object at `address`, and a call is in it. 2.7 has no word on that. */
function runs(python: Python, address: number): boolean {
  try {
    const { f_code: at, f_state: stateAt } = ofKind(python.layout.frames, 'frame-objects').PyFrameObject;
    const { ob_type, f_code, f_lasti, f_executing, f_state } = RUNNING(python).read(python.memory, toAddress(address));
    // A call is never the first instruction; zeros, which may stand where memory was lost, say that it is.
    if (f_lasti <= 0 || f_code === 0 || python.the(TypeNames).known(ob_type) !== 'frame') return false;
    if (f_state === undefined || stateAt === undefined) return f_executing === 1;
    if (f_state !== python.layout.objects.parts.frameStates?.FRAME_EXECUTING) return false;
    return !isLostZero(python.memory, address + at, address + stateAt);
  } catch (error) {
    reasonOf(error);
    return false;
  }
}

/** A stack that lacks frames, and what tells which are of it. */
export interface Lacking {
  readonly known: Pick<StackWalk, 'frames' | 'ending'>;
  /** Of its innermost frame, as its thread state has it; 0: not known. */
  readonly innermost: number;
  readonly places: FramesOnStack;
  /** Whether a frame is known to be, or may be, of another thread by the links to it. */
  readonly isOthers: (frame: number) => boolean;
  /** Whether it stands on the C stack of another thread of which not all frames are known. */
  readonly standsElsewhere: (frame: number) => boolean;
  /** Where addresses stand on its own. */
  readonly placesOf: (wanted: ReadonlySet<number>) => ReadonlyMap<number, readonly number[]>;
}

/** The stack with what is left beyond what is known of it. null: nothing is, for certain. */
export function joinByStack(
  python: Python,
  lacking: Lacking,
): Pick<StackWalk, 'frames' | 'ending' | 'innerGap'> | null {
  const { known } = lacking;
  const all = piecesOf(python, lacking);
  const inner = innerPiece(python, lacking);
  const firm = fitting(all.filter(isFirm), inner.to);
  const short = all.filter((piece) => isShort(piece, lacking));
  const pieces = withShortPieces(inner, firm, short, lacking.placesOf);
  if (pieces.length === 0) return null;
  const frames = [...known.frames];
  for (const piece of pieces) {
    const last = frames.at(-1);
    if (last) frames[frames.length - 1] = { ...last, gap: GAP };
    for (const frame of piece.frames) frames.push(frame);
  }
  const isComplete = pieces.at(-1)?.isOutermost === true;
  return {
    frames,
    ending: isComplete
      ? { kind: 'complete', reason: null }
      : { kind: 'truncated', reason: 'the frames beyond it are lost' },
    ...(known.frames.length === 0 && { innerGap: INNER }),
  };
}

/** What is known of the stack, as the innermost piece of it. */
function innerPiece(python: Python, { known: { frames }, innermost, places }: Lacking): Piece {
  const last = frames.at(-1);
  const standing = standingOf(frames, places);
  const beyond = last ? (frameObjectAt(python, last.address)?.f_back ?? 0) : innermost;
  const [from = 0, to = 0] = [standing[0], standing.at(-1)];
  return { frames, standing: standing.length, isOutermost: false, beyond, from, to };
}

function piecesOf(python: Python, { known, places, isOthers }: Lacking): Piece[] {
  const pieces: Piece[] = [];
  const linked = new Set<number>(known.frames.map(({ address }) => address));
  // Who is called stands below its caller: pieces are met at their innermost frames.
  for (const [address] of [...places].sort(([, a], [, b]) => a - b)) {
    if (linked.has(address)) continue;
    const { frames, ending, beyond } = linkedFrameObjects(python, address);
    const isOwn = !frames.some((frame) => linked.has(frame.address) || isOthers(frame.address));
    for (const frame of frames) linked.add(frame.address);
    if (!isOwn) continue;
    const standing = standingOf(frames, places);
    const [from = 0, to = 0] = [standing[0], standing.at(-1)];
    pieces.push({ frames, standing: standing.length, isOutermost: ending.kind === 'complete', beyond, from, to });
  }
  return pieces;
}

function isFirm({ frames, standing }: Piece): boolean {
  return standing >= ENOUGH && 3 * standing > 2 * frames.length;
}

/** Whether it may be a piece, if it fits between others: all of it stands there in its order, and on no other C stack. */
function isShort(piece: Piece, { standsElsewhere }: Lacking): boolean {
  const { frames, standing } = piece;
  return !isFirm(piece) && standing === frames.length && !frames.some(({ address }) => standsElsewhere(address));
}

/** Those that lie outside of each other and of `inner`, the larger ones before others; the innermost first. */
function fitting(pieces: readonly Piece[], inner: number): Piece[] {
  const fit: Piece[] = [];
  for (const piece of pieces.toSorted((a, b) => b.standing - a.standing)) {
    const isBeyond = (outer: Piece, one: Piece) => outer.from > one.to && !one.isOutermost;
    if (piece.from > inner && fit.every((one) => isBeyond(piece, one) || isBeyond(one, piece))) fit.push(piece);
  }
  return fit.sort((a, b) => a.from - b.from);
}

/**
 * Where frames stand that are linked, the innermost first: as many as stand in their order, inner ones below outer ones. (Others
 * stand somewhere else for what calls of the past have left, or where their own place is lost.)
 */
function standingOf(frames: readonly FrameWalk[], places: FramesOnStack): number[] {
  const all = frames.flatMap(({ address }) => places.get(address) ?? []);
  /** Of each length that a row of them may have, which ends lowest; and what comes before each. */
  const ends: number[] = [];
  const before: number[] = [];
  all.forEach((at, i) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((all[ends[middle] ?? 0] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    before[i] = ends[low - 1] ?? -1;
    ends[low] = i;
  });
  const row: number[] = [];
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i] ?? -1) row.push(all[i] ?? 0);
  return row.reverse();
}
