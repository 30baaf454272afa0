/** Which calls is a thread in, and what does each run? */
import type { Address } from '../memory/address.js';
import { DecodedOnce } from '../memory/decoded.js';
import { type CodeObject, readCode } from '../python/code.js';
import type { CodeLeft } from '../python/code-left.js';
import { type FrameWalk, readFrames, type StackWalk } from '../python/frames.js';
import { reasonOf } from '../python/problem.js';
import type { Python } from '../python/python.js';
import type { ThreadStateWalk } from '../python/runtime.js';

/** One call of a thread: where it stands, and what it runs. */
export interface WalkedFrame extends FrameWalk {
  /** The code object, or why it cannot be read. The same object for all frames that run it. */
  readonly ran: CodeResult;
}

export interface WalkedStack extends StackWalk {
  readonly frames: WalkedFrame[];
}

/** `left`: only where memory is lost, what of it is not. */
export type CodeResult = { readonly code: CodeObject } | { readonly problem: string; readonly left?: CodeLeft };

/** Throws only what is not a failure of the target's memory: a stack that ends early says why. */
export function readStack(python: Python, state: Pick<ThreadStateWalk, 'address'>): WalkedStack {
  return withCode(python, readFrames(python, state));
}

/** The same stack, with what its frames run. */
export function withCode(python: Python, stack: StackWalk): WalkedStack {
  const codes = python.the(CodeObjects).of(new Set(stack.frames.map(({ code }) => code)));
  const placeless = new Map<CodeResult, CodeResult>();
  const frames = stack.frames.map((frame): WalkedFrame => {
    // In one piece: there may be tens of thousands.
    const { address, code, lasti, isEntry, owner } = frame;
    const walked = { address, code, lasti, isEntry, owner, ran: codes.get(code) ?? NOT_DECODED };
    if (frame.isPlaceLost) {
      const ran = placeless.get(walked.ran) ?? withoutPlace(walked.ran);
      placeless.set(walked.ran, ran);
      return { ...walked, ran, isPlaceLost: true, ...(frame.gap !== undefined && { gap: frame.gap }) };
    }
    if (frame.gap !== undefined) return { ...walked, gap: frame.gap };
    return frame.foreign ? { ...walked, foreign: frame.foreign } : walked;
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

const NOT_DECODED: CodeResult = { problem: 'it was not decoded' };

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
