/**
 * Which frames are of one stack, where links between them are lost? Links that are left are followed. Where one is lost (with
 * the C stack that it leads through, or the page that it stands in) the data stack still has the frames in their order, and
 * where on the C stack the others were entered tells theirs. Each place at which that was needed is marked: a frame that is
 * lost itself is missed by nobody.
 */
import type { Address } from '../../memory/address.js';
import { isUserSpace, toAddress } from '../../memory/address.js';
import type { Range } from '../../memory/ranges.js';
import type { FrameWalk, StackWalk } from '../frames.js';
import { ofKind } from '../layouts/fields.js';
import { partOf } from '../part.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { FrameSizes } from './bare-frames.js';
import type { DataStack } from './data-stack.js';
import { type FrameAt, frameAt } from './frame-at.js';
import { isRunning, type RunningGenerators } from './generators.js';

const MOST_FRAMES = 1_000_000;

const INNER = 'the way to the innermost frame is lost';
const ORDER = 'the link between them is lost; they are joined by the order on the data stack';
const HOLE = 'what lay between them on the data stack is lost';
const UNSURE =
  'the link between them is lost, and so is the code that tells how far the outer one reaches: others may have lain between';

/** What is known of a thread besides the links. */
export interface Remains {
  readonly stack: DataStack;
  readonly generators: RunningGenerators;
  /** Its generators that run, the innermost first, as far as that is known otherwise than by their callers. */
  readonly order: readonly number[];
  /** Its C stack, from the stack pointer on; null: not known. */
  readonly cStack: Range | null;
}

/** Whether the walk, which followed links, may have missed something that the data stack still has. */
export function lacksFrames({ frames, ending }: StackWalk, stack: DataStack): boolean {
  if (ending.kind === 'truncated') return true;
  const { base } = stack;
  // From where it is: the outermost comes last.
  return base !== null && !base.isHidden && frames.findLast(({ address }) => address === base.address) === undefined;
}

/** The stack that begins with the frame at `first` (null: not known; 0: none is noted). */
export function joinFrames(python: Python, first: number | null, remains: Remains): StackWalk {
  const frames: FrameWalk[] = [];
  const seen = new Set<number>();
  const ranks = new Map(remains.order.map((frame, rank) => [frame, rank]));
  /** How many of those in order are shown or passed by. */
  let passed = 0;
  let innerGap: string | undefined;
  /** The oldest place so far on the data stack where a frame is, or was before it was lost. */
  let oldest: number | null = null;
  let before: FrameAt | null = null;
  /** Where on the C stack the last eval loop was entered that is known. */
  let entered = 0;
  let at = first;
  for (;;) {
    if (at !== null && at !== 0 && !seen.has(at) && seen.size < MOST_FRAMES) {
      const shim = shimAt(python, at);
      if (shim !== null) {
        seen.add(at);
        const inner = frames.at(-1);
        if (inner) inner.isEntry = true;
        entered = at;
        at = shim;
        continue;
      }
      const frame = frameAt(python, at, true);
      if (frame !== null && (frame.size !== null || isPlausible(python, frame, remains))) {
        seen.add(at);
        if (!frame.isHidden) frames.push(asWalk(frame));
        if (before !== null && remains.stack.areOnePiece(at, before.address)) {
          python.the(FrameSizes).learn(frame, before.address);
        }
        if (remains.stack.holds(at)) oldest = at;
        for (const rank = ranks.get(at) ?? -1; passed <= rank; passed++) seen.add(remains.order[passed] ?? at);
        before = frame;
        at = frame.previous;
        continue;
      }
    }
    before = null;
    const { stack, cStack } = remains;
    if (at !== null && stack.holds(at) && (oldest === null || stack.isBelow(at, oldest))) oldest = at;
    if (at !== null && cStack !== null && at >= cStack.start && at < cStack.end) entered = at;
    const isAtEnd = oldest === null ? stack.isEmpty : oldest === stack.base?.address;
    if (at === 0 && isAtEnd) return stackOf(frames, innerGap, null);
    const next = nextOuter(python, oldest, entered, remains, seen, ranks);
    const inner = frames.at(-1);
    if (next === null) {
      if (inner && at !== 0) inner.isEntry = true;
      return stackOf(frames, innerGap, isAtEnd ? null : 'the frames beyond it are lost');
    }
    if (inner) {
      inner.gap = next.gap;
      if (at !== 0) inner.isEntry = true;
    } else innerGap = next.gap === ORDER ? INNER : `${INNER}, and ${next.gap}`;
    at = next.frame.address;
    if (next.losesPlace) entered = Number.POSITIVE_INFINITY;
  }
}

interface Next {
  readonly frame: FrameAt;
  /** Whether it is not known any more what lies further out on the C stack. */
  readonly losesPlace: boolean;
  readonly gap: string;
}

/** Where a stack goes on whose link is lost. `from`: where on the C stack it leads, if it leads there. */
function nextOuter(
  python: Python,
  oldest: number | null,
  from: number,
  { stack, generators, cStack }: Remains,
  seen: ReadonlySet<number>,
  ranks: ReadonlyMap<number, number>,
): Next | null {
  const below = stack.before(oldest);
  // One that was asked by a frame which is lost itself.
  const asked = generators.askedBetween(below?.frame.address ?? null, oldest, stack, seen);
  const entered = cStack === null ? null : generators.enteredOutside(from, cStack, seen);
  const rankOf = (frame: FrameAt | null) => (frame === null ? null : (ranks.get(frame.address) ?? null));
  const [askedRank, enteredRank] = [rankOf(asked), rankOf(entered)];
  // The one on the data stack, the other on the C stack: only their order among all that run tells which is inside.
  const isInner =
    entered !== null &&
    (asked !== null
      ? enteredRank !== null && (askedRank === null || enteredRank < askedRank)
      : below === null || entered.previous < (enteredAt(python, below.frame, cStack) ?? 0));
  const [outer, isNext] = isInner
    ? [entered, true]
    : asked !== null
      ? [asked, false]
      : [below?.frame ?? null, below?.isNext ?? false];
  const losesPlace = !isInner && asked !== null && entered !== null && askedRank === null;
  if (outer === null || seen.has(outer.address)) return null;
  let innermost = outer;
  for (let i = 0; i < MOST_FRAMES; i++) {
    const inner = generators.askedBy(innermost.address);
    if (inner === null || seen.has(inner.address)) break;
    innermost = inner;
  }
  return { frame: innermost, losesPlace, gap: isNext === null ? UNSURE : isNext ? ORDER : HOLE };
}

/** Where on the C stack the eval loop was entered that this frame is of; null: that is lost. */
function enteredAt(python: Python, frame: FrameAt, cStack: Range | null): number | null {
  let at: FrameAt | null = frame;
  for (let i = 0; at !== null && i < MOST_FRAMES; i++) {
    const { previous }: FrameAt = at;
    if (cStack !== null && previous >= cStack.start && previous < cStack.end) return previous;
    // The outermost was entered before all others.
    if (previous === 0) return Number.POSITIVE_INFINITY;
    at = frameAt(python, previous, true);
  }
  return null;
}

/** A frame whose code object is lost must lie where frames lie. */
function isPlausible(python: Python, { address, owner }: FrameAt, { stack }: Remains): boolean {
  return owner === 0 ? stack.holds(address) : isRunning(python, address);
}

const SHIM = partOf(({ frames }) => {
  const { owner, previous } = ofKind(frames, 'interpreter-frames')._PyInterpreterFrame;
  return { owner, previous };
});

/** What lies outside of an entry into an eval loop, if there is one at this address and it is not lost. */
function shimAt(python: Python, address: number): number | null {
  const layout = ofKind(python.layout.frames, 'interpreter-frames');
  if (layout.FRAME_OWNED_BY_CSTACK === undefined || !isUserSpace(address)) return null;
  try {
    const { owner, previous } = SHIM(python).read(python.memory, toAddress(address));
    if (owner !== layout.FRAME_OWNED_BY_CSTACK) return null;
    return layout.tagMask === 0 ? previous : previous - (previous % (layout.tagMask + 1));
  } catch (error) {
    reasonOf(error);
    return null;
  }
}

function asWalk({ address, code, lasti, isPlaceLost, owner, isEntry }: FrameAt): FrameWalk {
  return { address, code, lasti, isEntry, owner, ...(isPlaceLost && { isPlaceLost }) };
}

function stackOf(frames: FrameWalk[], innerGap: string | undefined, lost: string | null): StackWalk {
  return {
    frames,
    ending: lost === null ? { kind: 'complete', reason: null } : { kind: 'truncated', reason: lost },
    ...(innerGap !== undefined && { innerGap }),
    enteredAt: null,
    fitsEvalLoops: false,
  };
}

/** Where the innermost frame is, as far as the thread state still leads there; null: that is lost. */
export function innermostFrame(python: Python, threadState: Address | null): number | null {
  if (threadState === null) return null;
  const layout = ofKind(python.layout.frames, 'interpreter-frames');
  try {
    const current = python.pointer(threadState, layout.tstate_current);
    if (layout.current === 'tstate') return layout.tagMask === 0 ? current : current - (current % (layout.tagMask + 1));
    const frame = python.pointer(toAddress(current), layout.cframe_current_frame ?? 0);
    return frame === 0 ? null : frame;
  } catch (error) {
    reasonOf(error);
    return null;
  }
}
