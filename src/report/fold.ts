/**
 * How is recursion told in few lines? What repeats in a stack, one frame or a round of several, is one run with the
 * number of its rounds. Pure; groups of stacks, the text and the page all fold here.
 */
import type { Frame } from '../snapshot.js';

/** A stretch of a stack: `length` frames from index `from` on, which stand there `times` times in a row. */
export interface Run {
  readonly from: number;
  readonly length: number;
  /** 1: it does not repeat. */
  readonly times: number;
}

/** Frames of one round at most: longer rounds of calls are rare, and each is tried at every frame. */
const MAX_ROUND = 12;

/** Rounds that make a recursion; fewer are plain frames. */
export const LEAST_TIMES = 3;

/**
 * The runs of a list, in order, all of it. Two items are equal when their keys are. Of several ways to fold a stretch
 * the one that covers most is taken, then the one with the shortest round; so equal lists give equal runs.
 */
export function runsOf<T>(items: readonly T[], keyOf: (item: T) => unknown): Run[] {
  const keys = items.map(keyOf);
  const runs: Run[] = [];
  let plainFrom = 0;
  let at = 0;
  while (at < keys.length) {
    const run = longestRunAt(keys, at);
    if (run === null) {
      at++;
      continue;
    }
    if (at > plainFrom) runs.push({ from: plainFrom, length: at - plainFrom, times: 1 });
    runs.push(run);
    at += run.length * run.times;
    plainFrom = at;
  }
  if (at > plainFrom) runs.push({ from: plainFrom, length: at - plainFrom, times: 1 });
  return runs;
}

function longestRunAt(keys: readonly unknown[], from: number): Run | null {
  let best: Run | null = null;
  for (let length = 1; length <= MAX_ROUND && from + length * LEAST_TIMES <= keys.length; length++) {
    let equal = 0;
    while (from + length + equal < keys.length && keys[from + equal] === keys[from + length + equal]) equal++;
    const times = Math.floor(equal / length) + 1;
    if (times < LEAST_TIMES) continue;
    if (best === null || times * length > best.times * best.length) best = { from, length, times };
  }
  return best;
}

/** What is to be shown in place of a list: its items, and how many more there are of the ones just shown. */
export type Piece<T> =
  | { readonly kind: 'item'; readonly item: T }
  | {
      readonly kind: 'more';
      /** One round, as it was last shown. */
      readonly round: readonly T[];
      /** Items left out: whole rounds. */
      readonly count: number;
    };

/** Items of a run that are shown before the rest is only counted, as in Python's own tracebacks. */
const SHOWN_ITEMS = 3;

/** The list with its runs folded. Nothing is left out that has not been shown at least once. */
export function foldedPieces<T>(items: readonly T[], keyOf: (item: T) => unknown): Piece<T>[] {
  return runsOf(items, keyOf).flatMap(({ from, length, times }) => piecesOf(items.slice(from, from + length), times));
}

/** A round that stands `times` times. */
export function piecesOf<T>(round: readonly T[], times: number): Piece<T>[] {
  const shownTimes = times === 1 ? 1 : Math.min(times, Math.max(1, Math.floor(SHOWN_ITEMS / round.length)));
  const pieces: Piece<T>[] = [];
  for (let shown = 0; shown < shownTimes; shown++) for (const item of round) pieces.push({ kind: 'item', item });
  if (times > shownTimes) pieces.push({ kind: 'more', round, count: (times - shownTimes) * round.length });
  return pieces;
}

/** What makes two frames of one stack the same call: function, file and line; of native ones symbol and library. */
export function callOf(frame: Frame): string {
  return frame.kind === 'python'
    ? `${frame.qualname ?? frame.function}\0${frame.file}\0${frame.line}`
    : `\0${frame.rawSymbol ?? frame.symbol}\0${frame.library}\0${frame.line}`;
}
