/**
 * What is known of a thread that is never caught standing? What its outer frames are is known better than what its inner
 * ones are: what all walks of it had in common. Two copies that agree, and the walk between them, are agreement.
 */
import type { RuntimeWalk } from '../python/runtime.js';
import { Answers } from '../questions/answers.js';
import type { CapturedThread } from './captured.js';
import type { Pass, PassThread } from './pass-result.js';
import { commonOuterFrames, sameSpine } from './same-stack.js';
import type { ThreadWalk } from './walker.js';

/** A thread not proven yet. */
export interface Moving {
  /** Of the last copy. */
  readonly copied: ThreadWalk;
  /** The last walk, of a copy or of the running thread, that came to an end; if none did, of the last copy. */
  readonly shown: ThreadWalk;
  /** How many outermost frames were the same in all such walks; null: there has been but one, or none. */
  readonly common: number | null;
  best(): CapturedThread;
}

/** `before`, and one more pass. `rehearsed`: the walk of the running thread just before it was copied. */
export function follow(
  before: Moving | undefined,
  rehearsed: ThreadWalk | undefined,
  thread: PassThread,
  runtime: RuntimeWalk,
  pass: Pass,
): Moving {
  let shown = before && isView(before.shown) ? before.shown : thread.walk;
  let common = before?.common ?? null;
  for (const walk of [rehearsed, thread.walk]) {
    if (!walk || !isView(walk)) continue;
    if (walk !== shown && isView(shown))
      common = Math.min(common ?? Number.POSITIVE_INFINITY, commonOuterFrames(shown, walk));
    shown = walk;
  }
  const total = shown.stack.frames.length;
  // Of a stack that was deeper a moment ago, the innermost frame has just been returned to.
  const movingFrames = Math.max(total - (common ?? 0), Math.min(total, 1));
  // Two copies may be equal by chance, in a thread that runs in circles: what was walked in between has to be, too.
  const agreed =
    before !== undefined &&
    rehearsed !== undefined &&
    !thread.missing &&
    thread.walk.stack.fitsEvalLoops &&
    sameSpine(before.copied, thread.walk) &&
    sameSpine(rehearsed, thread.walk);
  return {
    copied: thread.walk,
    shown,
    common,
    best: () =>
      agreed
        ? captured(thread, runtime, pass, { evidence: 'agreed', movingFrames: 0, settled: true })
        : {
            ...captured(thread, runtime, pass, {
              evidence: 'none',
              movingFrames,
              settled: !(thread.unowned || thread.gone),
            }),
            walk: shown,
          },
  };
}

/** Whether it came to its end, and may be what the thread stood at. */
function isView({ stack }: ThreadWalk): boolean {
  return stack.ending.kind === 'complete' && stack.fitsEvalLoops;
}

/** `thread` as this pass copied it. */
export function captured(
  thread: PassThread,
  runtime: RuntimeWalk,
  pass: Pass,
  known: Pick<CapturedThread, 'evidence' | 'movingFrames' | 'settled'>,
): CapturedThread {
  return {
    walk: thread.walk,
    answers: new Answers(),
    memory: pass.memory,
    runtime,
    tid: thread.tid,
    terminated: thread.gone,
    ...known,
    look: thread.frozen?.look ?? null,
    // Of a thread on the move the stack bytes may be of several moments.
    native: thread.frozen?.native ?? null,
  };
}
