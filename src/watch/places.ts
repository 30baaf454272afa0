/** Is a thread where it was? By the calls that its stack is made of: function, file and position. Pure. */
import type { Frame } from '../snapshot.js';
import type { Place } from './model.js';

/** A call, and what tells it from others. */
export interface Call {
  readonly place: Place;
  /** The function: the same whatever line it is at. */
  readonly function: string;
  /** With the position in it. */
  readonly position: string;
}

/** Outermost first. */
export function callsOf({ frames }: { readonly frames: readonly Frame[] }): Call[] {
  return frames.map(callOf);
}

function callOf(frame: Frame): Call {
  if (frame.kind === 'native') {
    const place = { function: frame.symbol ?? frame.address, file: frame.library ?? '', line: frame.line };
    return { place, function: `n\0${place.function}\0${place.file}`, position: frame.address };
  }
  const { file, line, column, endLine, endColumn } = frame;
  const place = { function: frame.qualname ?? frame.function, file, line };
  return { place, function: `${place.function}\0${file}`, position: [line, column, endLine, endColumn].join() };
}

export function sameCalls(a: readonly Call[], b: readonly Call[]): boolean {
  return a.length === b.length && a.every((call, i) => isSame(call, b[i]));
}

function isSame(a: Call, b: Call | undefined): boolean {
  return b !== undefined && a.function === b.function && a.position === b.position;
}

/** How many calls, from the outermost on, are calls of the same functions in both. */
export function constantDepth(a: readonly Call[], b: readonly Call[]): number {
  const most = Math.min(a.length, b.length);
  let depth = 0;
  while (depth < most && a[depth]?.function === b[depth]?.function) depth++;
  return depth;
}

/** Whether both are calls of the same functions, at whatever lines. */
export function callsMatch(a: readonly Call[], b: readonly Call[]): boolean {
  return a.length === b.length && constantDepth(a, b) === a.length;
}
