/**
 * Which pieces of a stack are too short to be told by how many of their frames stand on the C stack (up to 3.10), and are of it
 * nevertheless? Those that fit by the addresses of the frames that are lost: the one that a piece was called by is known by its
 * link, and that address stands on the C stack as well, between the piece and what lies beyond.
 */
import type { FrameWalk } from '../frames.js';

/** Frames that are linked to each other, the innermost first. */
export interface Piece {
  readonly frames: readonly FrameWalk[];
  /** How many of them stand on the C stack. */
  readonly standing: number;
  readonly isOutermost: boolean;
  /** The lost frame that the last of them was called by; 0: none. */
  readonly beyond: number;
  /** Where on the C stack. */
  readonly from: number;
  readonly to: number;
}

/**
 * The pieces that are certain, with those of `short` that fit: the lost frame beyond the piece inside of it stands between the two, and
 * the one that it links to itself beyond it and inside of the next. `inner`: what is known of the stack, which comes first; it is
 * not among the result, whose innermost is first.
 */
export function withShortPieces(
  inner: Piece,
  firm: readonly Piece[],
  short: readonly Piece[],
  placesOf: (wanted: ReadonlySet<number>) => ReadonlyMap<number, readonly number[]>,
): Piece[] {
  if (short.length === 0) return [...firm];
  const places = placesOf(new Set([inner, ...firm, ...short].map(({ beyond }) => beyond).filter((at) => at !== 0)));
  const stands = (address: number, from: number, to: number) =>
    places.get(address)?.some((at) => at > from && at < to) === true;
  const row = [inner, ...firm];
  for (const piece of short.toSorted((a, b) => a.from - b.from)) {
    const before = row.findLastIndex(({ to }) => to < piece.from);
    const [callee, caller] = [row[before], row[before + 1]];
    if (!callee || callee.isOutermost || (caller && (caller.from <= piece.to || piece.isOutermost))) continue;
    const end = caller?.from ?? Number.POSITIVE_INFINITY;
    const isCalled = stands(callee.beyond, callee.to, piece.from);
    if (isCalled && (piece.isOutermost || stands(piece.beyond, piece.to, end))) row.splice(before + 1, 0, piece);
  }
  return row.slice(1);
}
