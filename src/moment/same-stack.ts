/**
 * Do two walks show the same stack? How two views of a thread are compared that may have run in between, and when one
 * view of it is enough.
 */
import type { FrameWalk, StackWalk } from '../python/frames.js';
import type { ThreadStateWalk } from '../python/runtime.js';
import type { Pass, PassThread } from './pass-result.js';
import type { ThreadWalk } from './walker.js';

/** How many frames, counted from the outermost, are the same frame at the same instruction in both. */
export function commonOuterFrames(a: ThreadWalk, b: ThreadWalk): number {
  if (a.stack.ending.kind !== 'complete' || b.stack.ending.kind !== 'complete') return 0;
  const [x, y] = [a.stack.frames, b.stack.frames];
  const most = Math.min(x.length, y.length);
  let common = 0;
  while (common < most) {
    if (!sameFrame(x[x.length - 1 - common], y[y.length - 1 - common])) break;
    common++;
  }
  return common;
}

/** Whether both have come to an end, with the same frames at the same instructions. */
export function sameSpine(a: ThreadWalk, b: ThreadWalk): boolean {
  return a.stack.ending.kind === 'complete' && sameStack(a, b);
}

/**
 * Whether there is no doubt about the stack, or the pass before showed just the same. A thread is stopped, or falls
 * asleep, at any instruction: also between two that together change its chain of frames. What no thread runs (any more)
 * has to have been nobody's before.
 */
export function isSettled(thread: PassThread, before: Pass | null): boolean {
  if (isCertain(thread)) return true;
  const { state } = thread.walk;
  const earlier = before?.threads.find(({ walk }) => walk.state.address === state.address);
  if (!earlier || (thread.gone && !earlier.gone && earlier.tid !== null)) return false;
  return sameStack(earlier.walk, thread.walk);
}

/** Whether there is no doubt about the stack, as it is. */
export function isCertain({ walk: { stack }, unowned, gone }: PassThread): boolean {
  return !unowned && !gone && stack.ending.kind === 'complete' && stack.fitsEvalLoops;
}

function sameFrame(a: FrameWalk | undefined, b: FrameWalk | undefined): boolean {
  return a !== undefined && a.address === b?.address && a.code === b.code && a.lasti === b.lasti;
}

/** Whether both are the same frames at the same instructions, ending in the same way. */
function sameStack(a: ThreadWalk, b: ThreadWalk): boolean {
  const [x, y] = [a.stack, b.stack];
  return (
    x.ending.reason === y.ending.reason &&
    x.frames.length === y.frames.length &&
    x.frames.every((frame, i) => sameFrame(frame, y.frames[i]))
  );
}

/** Whether both are the same frames at the same instructions, entered in the same way. Why each ends there is not asked. */
export function sameCalls(a: StackWalk, b: StackWalk): boolean {
  return (
    a.frames.length === b.frames.length &&
    a.frames.every((frame, i) => {
      const other = b.frames[i];
      return sameFrame(frame, other) && frame.isEntry === other?.isEntry && frame.owner === other.owner;
    })
  );
}

/** One thread state for good: the memory of one that was freed is soon another's. */
export function keyOf({ address, uniqueId }: ThreadStateWalk): string {
  return `${address} ${uniqueId}`;
}
