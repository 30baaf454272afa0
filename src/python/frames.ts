/**
 * Which calls is a thread in? From its thread state along the frame links, innermost first, in a loop: a stack may be
 * 20,000 frames deep and more. Links are followed in memory that may be changing or damaged, so a cycle, an absurd depth,
 * an unreadable or foreign structure ends the stack with a reason, and what was read before stays.
 */
import type { Address } from '../memory/address.js';
import { formatAddress, isUserSpace, toAddress } from '../memory/address.js';
import { CorruptData } from '../memory/reader.js';
import { isLostZero, isZeroedPage } from '../memory/zeroed-pages.js';
import type { StackEnding } from '../snapshot.js';
import type { CodeResult } from './code.js';
import { readCode } from './code.js';
import { CodeShapes } from './code-shapes.js';
import { type ForeignFrame, readForeignFrame } from './foreign-frames.js';
import { ofKind } from './layouts/fields.js';
import type { FrameLayout } from './layouts/layout.js';
import { partOf } from './part.js';
import { reasonOf } from './problem.js';
import type { Python } from './python.js';
import type { ThreadStateWalk } from './runtime.js';

export interface FrameWalk {
  /** Of the PyFrameObject (up to 3.10) or _PyInterpreterFrame (3.11+). */
  address: Address;
  code: Address;
  /** Bytes into the bytecode of the instruction being executed; -1: not started (the call is being set up), or lost. */
  lasti: number;
  /** Only where memory is lost that tells the instruction. */
  isPlaceLost?: true;
  /** Whether it was entered from C, with an eval loop of its own. */
  isEntry: boolean;
  /** `owner` of an interpreter frame: 0 thread, generator as the layout says, 2 frame object; null up to 3.10. */
  owner: number | null;
  /** What it runs, once that has been read. */
  ran?: CodeResult | undefined;
  /** Only of a frame that somebody else's compiler made. */
  foreign?: ForeignFrame;
  /** Only where the link to the next outer frame is lost: why frames may be missing in between, in words. */
  gap?: string;
}

export interface StackWalk {
  /** Innermost first. */
  frames: FrameWalk[];
  ending: StackEnding;
  /** Only where the way to the innermost frame is lost: why frames may be missing inside of the first, in words. */
  innerGap?: string;
  /**
   * Where on the native stack its first eval loop was entered; null: not known (before 3.12). Of several interpreters' Python
   * stacks in one thread, the one entered at the highest address is the outermost.
   */
  enteredAt: Address | null;
  /**
   * Whether the frames fit the chain of eval loops, where the version has one (3.11, 3.12). They do not while a call is
   * being entered, and with libraries that switch C stacks.
   */
  fitsEvalLoops: boolean;
}

/** Deeper than any stack that memory would hold in practice; a chain that long without a cycle is damaged. */
const FRAME_LIMIT = 1_000_000;

/** What is read of a frame object (up to 3.10). */
const FRAME_OBJECT = partOf(({ frames }) => {
  const { f_back, f_code, f_lasti } = ofKind(frames, 'frame-objects').PyFrameObject;
  return { f_back, f_code, f_lasti };
});

/** ... and of an interpreter frame. */
const INTERPRETER_FRAME = partOf(({ frames }) => {
  const { f_code, frame_obj, previous, instr, owner, is_entry, tlbc_index } = ofKind(
    frames,
    'interpreter-frames',
  )._PyInterpreterFrame;
  return { f_code, frame_obj, previous, instr, owner, is_entry, tlbc_index };
});

const COMPLETE: StackEnding = { kind: 'complete', reason: null };

/** The frames of one thread. Throws only what is not a failure of the target's memory. */
export function readFrames(python: Python, threadState: Pick<ThreadStateWalk, 'address'>): StackWalk {
  const { layout } = python;
  const frames: FrameWalk[] = [];
  try {
    switch (layout.frames.kind) {
      case 'frame-objects':
        return {
          frames,
          ending: walkFrameObjects(
            python,
            layout.frames,
            frameLink(python, threadState.address, layout.frames.tstate_frame),
            frames,
          ),
          enteredAt: null,
          fitsEvalLoops: true,
        };
      case 'interpreter-frames': {
        const entries: Entries = { links: [], outermostShim: null };
        const first = firstInterpreterFrame(python, layout.frames, threadState.address);
        const walked = walkInterpreterFrames(python, layout.frames, first, frames, entries);
        const ending = isBeingLeft(frames, layout.frames) ? truncated(BEING_LEFT) : walked;
        const fitsEvalLoops = entriesFit(python, layout.frames, threadState.address, entries.links);
        return { frames, ending, enteredAt: entries.outermostShim, fitsEvalLoops };
      }
    }
  } catch (error) {
    return { frames, ending: truncated(reasonOf(error)), enteredAt: null, fitsEvalLoops: false };
  }
}

const BEING_LEFT = 'its outermost frame is a generator that is just being entered or left';

/**
 * Whether a chain ends in a generator that no eval loop was entered with: it runs in the place of another frame, and its
 * link to that one is set before it is current, and cleared after it. A compiler may do both the other way round.
 * https://github.com/python/cpython/blob/v3.12.1/Python/bytecodes.c (search for gen_frame->previous = NULL)
 */
function isBeingLeft(frames: readonly FrameWalk[], layout: FrameLayout & { kind: 'interpreter-frames' }): boolean {
  const outermost = frames[frames.length - 1];
  if (!outermost || outermost.isEntry || outermost.foreign) return false;
  return outermost.owner === layout.FRAME_OWNED_BY_GENERATOR;
}

/**
 * The frames from the one at `first` on, of a stack that no thread has now: a PyFrameObject (up to 3.10) or a
 * _PyInterpreterFrame (3.11+). Throws only what is not a failure of the target's memory.
 */
export function readFramesFrom(python: Python, first: number): Pick<StackWalk, 'frames' | 'ending'> {
  const { frames: layout } = python.layout;
  const frames: FrameWalk[] = [];
  try {
    switch (layout.kind) {
      case 'frame-objects':
        return { frames, ending: walkFrameObjects(python, layout, first, frames) };
      case 'interpreter-frames':
        return {
          frames,
          ending: walkInterpreterFrames(python, layout, first, frames, { links: [], outermostShim: null }),
        };
    }
  } catch (error) {
    return { frames, ending: truncated(reasonOf(error)) };
  }
}

function walkFrameObjects(
  python: Python,
  layout: FrameLayout & { kind: 'frame-objects' },
  first: number,
  frames: FrameWalk[],
): StackEnding {
  const part = FRAME_OBJECT(python);
  const unit = layout.lasti === 'instructions' ? 2 : 1;
  const shapes = python.the(CodeShapes);
  const seen = new Seen();
  for (let at = first; at !== 0; ) {
    const trouble = linkTrouble(at, seen);
    if (trouble) return truncated(trouble);
    const { f_back, f_code: code, f_lasti: lasti } = part.read(python.memory, at as Address);
    if (!shapes.read(code)) return truncated(foreignCode(at, code));
    const frame: FrameWalk = {
      address: at as Address,
      code: code as Address,
      lasti: lasti < 0 ? -1 : lasti * unit,
      isEntry: true,
      owner: null,
      ran: undefined,
    };
    if (lasti === 0 && isPlaceLost(python, at)) {
      frame.lasti = -1;
      frame.isPlaceLost = true;
    }
    const foreign = readForeignFrame(python, at);
    if (foreign) frame.foreign = foreign;
    frames.push(frame);
    at = f_back;
  }
  return COMPLETE;
}

/**
 * Whether the zero that stands for its instruction is of a page that is lost, of the frame at `address` that is there by its
 * code object. Never true where no memory is lost.
 */
export function isPlaceLost(python: Python, address: number): boolean {
  const { frames } = python.layout;
  const [code, place] =
    frames.kind === 'frame-objects'
      ? [frames.PyFrameObject.f_code, frames.PyFrameObject.f_lasti]
      : [frames._PyInterpreterFrame.f_code, frames._PyInterpreterFrame.instr];
  return isLostZero(python.memory, address + code, address + place);
}

/** What frames that stand for an entry run in 3.12. https://github.com/python/cpython/blob/v3.12.1/Objects/codeobject.c (search for _Py_MakeShimCode) */
const SHIM_FILE = '<shim>';

/** Whether the code is of no program. Also where it cannot be told. */
export function isShim(python: Python, code: Address): boolean {
  try {
    return readCode(python, code).file === SHIM_FILE;
  } catch (error) {
    reasonOf(error);
    return true;
  }
}

/** Entries into eval loops as they are met, innermost first. */
interface Entries {
  /** What the first frame of each links to. */
  readonly links: number[];
  /** The last frame met that stands for an entry and lies on the native stack. */
  outermostShim: Address | null;
}

function walkInterpreterFrames(
  python: Python,
  layout: FrameLayout & { kind: 'interpreter-frames' },
  first: number,
  frames: FrameWalk[],
  entries: Entries,
): StackEnding {
  const part = INTERPRETER_FRAME(python);
  const link = layout._PyInterpreterFrame.previous;
  const shapes = python.the(CodeShapes);
  const seen = new Seen();
  for (let at = first; at !== 0; ) {
    // Shims are among the seen: a chain of nothing else is no stack either.
    const trouble = linkTrouble(at, seen);
    if (trouble) return truncated(trouble);
    const frame = part.read(python.memory, at as Address);
    const { owner } = frame;
    const previous = untag(frame.previous, layout.tagMask);
    if (owner === layout.FRAME_OWNED_BY_CSTACK) {
      // The shim lies outside the first frame of its eval loop, so it is met right after that.
      const entered = frames[frames.length - 1];
      // One that follows another (3.15's base_frame) is of no eval loop and does not lie on the native stack.
      if (entered && !entered.isEntry) {
        entered.isEntry = true;
        entries.outermostShim = at as Address;
      }
      entries.links.push(previous);
    } else {
      const code = untag(frame.f_code, layout.tagMask);
      // Taken out before anything else is read: the values may not outlive another read.
      const { instr, frame_obj, tlbc_index: tlbcIndex = 0, is_entry = 0 } = frame;
      const isEntry = is_entry !== 0;
      const shape = shapes.read(code);
      if (!shape) return truncated(foreignCode(at, code));
      const lasti = instr - shapes.firstInstruction(code as Address, shape, tlbcIndex);
      const started = owner === layout.FRAME_OWNED_BY_GENERATOR || lasti >= shape.firstTraceable;
      if (isEntry) entries.links.push(previous);
      const isLost = instr === 0 && isPlaceLost(python, at);
      // With its instruction it is lost whose it is, and with that whether it is one of the program.
      if (isLost ? !isShim(python, code as Address) : started || !shape.isTrampoline) {
        const walked: FrameWalk = {
          address: at as Address,
          code: code as Address,
          lasti: started && lasti >= 0 ? lasti : -1,
          isEntry,
          owner,
          ran: undefined,
        };
        if (isLost) {
          walked.lasti = -1;
          walked.isPlaceLost = true;
        }
        const foreign = frame_obj === 0 ? null : readForeignFrame(python, frame_obj);
        if (foreign) walked.foreign = foreign;
        frames.push(walked);
      }
      if (previous === 0 && isLostZero(python.memory, at + layout._PyInterpreterFrame.f_code, at + link)) {
        return truncated(`the link from the frame at ${formatAddress(at)} is lost`);
      }
    }
    at = previous;
  }
  return COMPLETE;
}

/**
 * Whether each eval loop was entered with the frame current to which its first frame links. `entries` are those links,
 * innermost first. A loop is put in front of the chain before its current frame is set: what stands there in between is
 * left over from an earlier call, and may look like a frame.
 * https://github.com/python/cpython/blob/v3.12.1/Python/ceval.c#L651-L693
 */
function entriesFit(
  python: Python,
  layout: FrameLayout & { kind: 'interpreter-frames' },
  threadState: Address,
  entries: readonly number[],
): boolean {
  const { cframe_current_frame, cframe_previous } = layout;
  if (cframe_current_frame === undefined || cframe_previous === undefined) return true;
  try {
    let cframe = python.pointer(threadState, layout.tstate_current);
    for (const link of entries) {
      cframe = python.pointer(toAddress(cframe), cframe_previous);
      if (python.pointer(toAddress(cframe), cframe_current_frame) !== link) return false;
    }
  } catch (error) {
    // A chain that cannot be read confirms nothing. (Anything but the target's memory goes on up.)
    reasonOf(error);
    return false;
  }
  // The outermost loop was entered from nowhere, and there is none beyond it.
  return (entries.at(-1) ?? 0) === 0;
}

/** Address of the innermost interpreter frame; 0: the thread runs no Python code. */
function firstInterpreterFrame(
  python: Python,
  layout: FrameLayout & { kind: 'interpreter-frames' },
  threadState: Address,
): number {
  const current = frameLink(python, threadState, layout.tstate_current);
  switch (layout.current) {
    case 'tstate':
      return untag(current, layout.tagMask);
    case 'cframe': {
      if (current === 0) return 0;
      if (!isUserSpace(current)) throw new CorruptData(`cframe ${formatAddress(current)} is not a user-space address`);
      const frame = python.pointer(current as Address, layout.cframe_current_frame ?? 0);
      if (frame === 0 && isZeroedPage(python.memory, current)) {
        throw new CorruptData(`what lay at ${formatAddress(current)}, where its frames begin, is lost`);
      }
      return frame;
    }
  }
}

/** What a thread state says of where its frames begin; 0: it has none. Throws as the memory does; CorruptData: it is lost. */
function frameLink(python: Python, threadState: Address, offset: number): number {
  const first = python.pointer(threadState, offset);
  if (first === 0 && isZeroedPage(python.memory, threadState + offset)) {
    throw new CorruptData(
      `the word of the thread state at ${formatAddress(threadState)} that leads to its frames is lost`,
    );
  }
  return first;
}

/** A pointer without its tag bits; addresses exceed 32 bits, so no bit operator. */
function untag(pointer: number, tagMask: number): number {
  return tagMask === 0 ? pointer : pointer - (pointer % (tagMask + 1));
}

/** Frames of which an array is looked through sooner than a set is made. */
const FEW = 24;

/** Addresses that were met. Most stacks are short, and there may be thousands. */
class Seen {
  readonly #few: number[] = [];
  #many: Set<number> | null = null;

  get size(): number {
    return this.#many?.size ?? this.#few.length;
  }

  has(at: number): boolean {
    return this.#many?.has(at) ?? this.#few.includes(at);
  }

  /** One that was not met before. */
  add(at: number): void {
    if (this.#many === null && this.#few.length < FEW) {
      this.#few.push(at);
      return;
    }
    this.#many ??= new Set(this.#few);
    this.#many.add(at);
  }
}

/** Why the link to `at` must not be followed, or null (and it is seen now). */
function linkTrouble(at: number, seen: Seen): string | null {
  if (!isUserSpace(at)) return `a frame link points to ${formatAddress(at)}, which is not a user-space address`;
  if (seen.has(at)) return `cycle in frame links at ${formatAddress(at)}`;
  if (seen.size >= FRAME_LIMIT) return `more than ${FRAME_LIMIT} frames`;
  seen.add(at);
  return null;
}

function foreignCode(frame: number, code: number): string {
  return `what the frame at ${formatAddress(frame)} runs, at ${formatAddress(code)}, is not a code object`;
}

function truncated(reason: string): StackEnding {
  return { kind: 'truncated', reason };
}
