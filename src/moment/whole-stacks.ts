/**
 * Is anything missing of these stacks, so that it is worth looking for? Of most cores nothing is, and that is told without
 * what would look for it (mended.ts), which is by far the larger part.
 */
import { isEmptyTableLost } from '../python/code-left.js';
import type { Python } from '../python/python.js';
import type { ThreadStateWalk } from '../python/runtime.js';
import { oldestFramePlace } from '../python/stack-chunk.js';
import type { WalkedFrame, WalkedStack } from '../questions/stacks.js';

/** Whether `mendedStacks` would give the same stacks: all of them lead to their oldest frame, and the code of each frame is there. */
export function areWhole(
  python: Python,
  states: readonly ThreadStateWalk[],
  stacks: readonly WalkedStack[],
  hasWholePages: boolean,
): boolean {
  return stacks.every((stack, i) => {
    const state = states[i];
    return (
      state !== undefined &&
      leadsToOldest(python, state, stack) &&
      !stack.frames.some((frame) => mayLackCode(python, frame, hasWholePages))
    );
  });
}

/** Whether the code of a frame is lost, or its table of lines looks as if it were: zeros that nobody needed do not. */
export function mayLackCode(python: Python, { ran }: WalkedFrame, hasWholePages: boolean): boolean {
  return 'problem' in ran || (hasWholePages && isEmptyTableLost(python, ran.code));
}

/** Where frames are objects, nothing but their links tells; else the oldest lies where the data stack begins. */
function leadsToOldest(python: Python, { address }: ThreadStateWalk, { frames, ending }: WalkedStack): boolean {
  if (ending.kind !== 'complete') return false;
  if (python.layout.frames.kind === 'frame-objects') return true;
  const place = oldestFramePlace(python, address);
  return place !== null && frames.findLast((frame) => frame.address === place) !== undefined;
}
