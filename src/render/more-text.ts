/** How is it told that frames were left out of a recursion? `… 49,990 more of f (x.py:4)`. */

import type { Frame } from '../snapshot.js';
import { thousands } from '../thousands.js';
import { harmless } from './escape.js';

/** @param count frames left out; `round`: what repeats, outermost first */
export function moreText(count: number, round: readonly Frame[]): string {
  return `… ${thousands(count)} more of ${round.map(shortFrame).join(' → ')}`;
}

/** `f (x.py:4)`: the function, the name of the file without its folder, and the line. */
export function shortFrame(frame: Frame): string {
  const name = frame.kind === 'python' ? (frame.qualname ?? frame.function) : (frame.symbol ?? '???');
  const file = frame.kind === 'python' ? frame.file : (frame.file ?? frame.library);
  const place = file === null ? '' : ` (${harmless(file.slice(file.lastIndexOf('/') + 1))}${lineText(frame.line)})`;
  return `${harmless(name)}${place}`;
}

function lineText(line: number | null): string {
  return line === null ? '' : `:${line}`;
}
