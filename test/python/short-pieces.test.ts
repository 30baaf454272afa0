/** Which short pieces of a stack fit between others by the addresses of the frames that are lost? */
import { expect, test } from 'vitest';
import { type Piece, withShortPieces } from '../../src/python/lost/short-pieces.js';

const piece = (from: number, to: number, beyond: number, isOutermost = false): Piece => ({
  frames: [],
  standing: 1,
  isOutermost,
  beyond,
  from,
  to,
});

/** The known part up to 100, and one piece from 500 on; each was called by a frame that is lost. */
const inner = piece(10, 100, 0xa0);
const outer = piece(500, 600, 0xb0);
const short = piece(200, 210, 0xc0);

/** `places`: where the lost frames stand. */
function joined(places: Record<number, number[]>, ...pieces: Piece[]): Piece[] {
  const known = new Map(Object.entries(places).map(([address, at]) => [Number(address), at]));
  return withShortPieces(inner, [outer], pieces, () => known);
}

test('one fits if the lost frames on both its sides stand on both its sides', () => {
  expect(joined({ 160: [150], 192: [300] }, short)).toEqual([short, outer]);
  // They may stand elsewhere as well.
  expect(joined({ 160: [20, 150, 550], 192: [120, 300] }, short)).toEqual([short, outer]);
});

test('it does not where one of them stands somewhere else only, or not at all', () => {
  const others: Record<number, number[]>[] = [
    {},
    { 160: [150] },
    { 192: [300] },
    { 160: [220], 192: [300] },
    { 160: [50], 192: [300] },
  ];
  for (const places of others) expect(joined(places, short)).toEqual([outer]);
  for (const beyond of [150, 205, 550]) expect(joined({ 160: [150], 192: [beyond] }, short)).toEqual([outer]);
});

test('nor where it lies partly in another, or inside of it though nobody called it', () => {
  expect(joined({ 160: [150], 192: [300] }, piece(200, 510, 0xc0))).toEqual([outer]);
  expect(joined({ 160: [150] }, piece(200, 210, 0, true))).toEqual([outer]);
  const ended = { ...outer, isOutermost: true };
  expect(withShortPieces(inner, [ended], [piece(700, 710, 0xc0)], () => new Map([[0xb0, [650]]]))).toEqual([ended]);
});

test('the outermost of all has no lost frame beyond it', () => {
  const last = piece(700, 710, 0, true);
  expect(joined({ 176: [650] }, last)).toEqual([outer, last]);
  expect(joined({}, last)).toEqual([outer]);
});

test('one after the other, each by what the one before was called by', () => {
  const next = piece(320, 330, 0xd0);
  expect(joined({ 160: [150], 192: [300], 208: [400] }, next, short)).toEqual([short, next, outer]);
  // Without the one in between, the next is not known to be of this stack.
  expect(joined({ 192: [300], 208: [400] }, next, short)).toEqual([outer]);
});
