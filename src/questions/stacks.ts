/** Which calls is a thread in, and what does each run? */
import type { Address } from '../memory/address.js';
import { DecodedOnce } from '../memory/decoded.js';
import { type CodeResult, readCode } from '../python/code.js';
import { type FrameWalk, readFrames, type StackWalk } from '../python/frames.js';
import { reasonOf } from '../python/problem.js';
import type { Python } from '../python/python.js';
import type { ThreadStateWalk } from '../python/runtime.js';

export type { CodeResult };

/** One call of a thread: where it stands, and what it runs. */
export interface WalkedFrame extends FrameWalk {
  /** The code object, or why it cannot be read. The same object for all frames that run it. */
  ran: CodeResult;
}

export interface WalkedStack extends StackWalk {
  readonly frames: WalkedFrame[];
}

/** Throws only what is not a failure of the target's memory: a stack that ends early says why. */
export function readStack(python: Python, state: Pick<ThreadStateWalk, 'address'>): WalkedStack {
  return withCode(python, readFrames(python, state));
}

/** The same stack, with what its frames run: those of which that is not known are told, others stay as they are. */
export function withCode(python: Python, stack: StackWalk): WalkedStack {
  const codes = python.the(CodeObjects);
  const placeless = new Map<CodeResult, CodeResult>();
  // Each in its place: there may be tens of thousands.
  const frames = stack.frames.map((frame): WalkedFrame => {
    let ran = codes.one(frame.code);
    if (frame.isPlaceLost) {
      const known = placeless.get(ran) ?? withoutPlace(ran);
      placeless.set(ran, known);
      ran = known;
    }
    if (frame.ran !== undefined) return { ...frame, ran };
    frame.ran = ran;
    return frame as WalkedFrame;
  });
  return { ...stack, frames };
}

/** Of a frame whose instruction is lost: all but its lines. What is behind that word, its variables, is lost, too. */
export function withoutPlace(ran: CodeResult): CodeResult {
  const known = 'code' in ran ? ran.code : ran.left;
  if (!known) return ran;
  const { name, qualname, file, firstLine } = known;
  const problem = 'the instruction that it was at is lost';
  return {
    problem: 'problem' in ran ? `${problem}; ${ran.problem}` : problem,
    left: { name, qualname, file, firstLine, lineTable: null },
  };
}

/** The code objects of one handle, each decoded once. */
class CodeObjects extends DecodedOnce<Address, CodeResult> {
  constructor(python: Python) {
    super(python.memory, (address) => {
      try {
        return { code: readCode(python, address) };
      } catch (error) {
        return { problem: reasonOf(error) };
      }
    });
  }
}
