/**
 * Whose is which part of a native stack when the thread runs in several interpreters? An interpreter is entered from
 * another one's code, so their Python stacks lie one inside the other, the main interpreter's outermost.
 */
import type { NativeFrame, PythonFrame } from '../snapshot.js';
import { roleOf } from './eval-loop.js';

/**
 * The part of each owner of a Python stack (outermost interpreter first), together the whole stack, outermost first.
 * Each ends where the first evaluation loop of the next begins. Where the numbers do not fit, all of it is the
 * innermost's.
 */
export function splitNative<Owner>(
  native: readonly NativeFrame[],
  pythonStacks: ReadonlyMap<Owner, readonly PythonFrame[]>,
  evalLoop?: string,
): Map<Owner, readonly NativeFrame[]> {
  const loops: number[] = [];
  for (const [index, { rawSymbol }] of native.entries()) {
    if (roleOf(rawSymbol, evalLoop) === 'eval-loop') loops.push(index);
  }
  const owners = [...pythonStacks].map(([owner, frames]) => ({ owner, entries: entriesIn(frames) }));
  const innermost = owners.at(-1);
  const parts = new Map<Owner, readonly NativeFrame[]>();
  if (owners.reduce((sum, { entries }) => sum + entries, 0) !== loops.length) {
    for (const one of owners) parts.set(one.owner, one === innermost ? native : []);
    return parts;
  }
  let start = 0;
  let loopsBefore = 0;
  for (const one of owners) {
    loopsBefore += one.entries;
    const end = one === innermost ? native.length : (loops[loopsBefore] ?? native.length);
    parts.set(one.owner, native.slice(start, end));
    start = end;
  }
  return parts;
}

/** How often its frames were entered from C. */
function entriesIn(frames: readonly PythonFrame[]): number {
  let count = 0;
  for (const frame of frames) if (frame.isEntry || frame === frames[0]) count++;
  return count;
}
