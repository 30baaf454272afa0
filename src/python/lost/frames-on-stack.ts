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
import { linkedFrameObjects } from './frame-objects.js';

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
  const range = { start: within.start, end: Math.min(within.end, within.start + MOST_STACK_BYTES) };
  for (const { start, view } of readChunks(python.memory, range, 0, outOfTime)) {
    for (let i = (WORD - (start % WORD)) % WORD; i + WORD <= view.byteLength; i += WORD) {
      const word = pointerAt(view, i);
      if (word % WORD !== 0 || !isUserSpace(word) || others.has(word)) continue;
      if (places.has(word)) continue;
      if (runs(python, word)) places.set(word, start + i);
      else others.add(word);
    }
  }
  return places;
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

/** Frames that are linked to each other, the innermost first. */
interface Piece {
  readonly frames: readonly FrameWalk[];
  /** How many of them stand on the C stack. */
  readonly standing: number;
  readonly isOutermost: boolean;
  /** Where on the C stack. */
  readonly from: number;
  readonly to: number;
}

/**
 * The stack with what is left beyond what is `known` of it. `isOthers`: whether a frame may be of another thread. null: nothing
 * is, for certain.
 */
export function joinByStack(
  python: Python,
  known: Pick<StackWalk, 'frames' | 'ending'>,
  places: FramesOnStack,
  isOthers: (frame: number) => boolean,
): Pick<StackWalk, 'frames' | 'ending' | 'innerGap'> | null {
  const shown = new Set<number>(known.frames.map(({ address }) => address));
  const pieces = fitting(piecesOf(python, places, shown, isOthers), standingOf(known.frames, places).at(-1) ?? 0);
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

function piecesOf(
  python: Python,
  places: FramesOnStack,
  shown: ReadonlySet<number>,
  isOthers: (frame: number) => boolean,
): Piece[] {
  const pieces: Piece[] = [];
  const linked = new Set<number>(shown);
  // Who is called stands below its caller: pieces are met at their innermost frames.
  for (const [address] of [...places].sort(([, a], [, b]) => a - b)) {
    if (linked.has(address)) continue;
    const { frames, ending } = linkedFrameObjects(python, address);
    const isOwn = !frames.some((frame) => linked.has(frame.address) || isOthers(frame.address));
    for (const frame of frames) linked.add(frame.address);
    const standing = standingOf(frames, places);
    const [from = 0, to = 0] = [standing[0], standing.at(-1)];
    if (!isOwn || standing.length < ENOUGH || 3 * standing.length <= 2 * frames.length) continue;
    pieces.push({ frames, standing: standing.length, isOutermost: ending.kind === 'complete', from, to });
  }
  return pieces;
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
