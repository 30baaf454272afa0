/**
 * Whose is which part of a native stack when the thread runs in several interpreters? An interpreter is entered from
 * another one's code, so their Python stacks lie one inside the other, the main interpreter's outermost.
 */
import type { NativeFrame, PythonFrame } from '../snapshot.js';
import { roleOf } from './eval-loop.js';

/**
 * One part for each of the Python stacks (outermost interpreter first), together the whole stack, outermost first. Each
 * ends where the first evaluation loop of the next begins. Where the numbers do not fit, all of it is the innermost's.
 */
export function splitNative(
  native: readonly NativeFrame[],
  pythonStacks: readonly (readonly PythonFrame[])[],
  evalLoop?: string,
): (readonly NativeFrame[])[] {
  const loops = native.flatMap(({ rawSymbol }, index) => (roleOf(rawSymbol, evalLoop) === 'eval-loop' ? [index] : []));
  const counts = pythonStacks.map((frames) => frames.filter(({ isEntry }, i) => isEntry || i === 0).length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total !== loops.length) return pythonStacks.map((_, i) => (i === pythonStacks.length - 1 ? native : []));
  let before = 0;
  const starts = counts.map((count, i) => {
    const start = i === 0 ? 0 : (loops[before] ?? native.length);
    before += count;
    return start;
  });
  return starts.map((start, i) => native.slice(start, starts[i + 1] ?? native.length));
}
