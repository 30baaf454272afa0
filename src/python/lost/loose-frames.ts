/**
 * Which calls were there, where not even the states of threads are left? Every frame names its code object, and code objects
 * name their type: so they are found in memory, and of the frames that name them those that a call is in. Which frame
 * called which is linked; whose thread it was is not to be had.
 */
import { type Address, isUserSpace, offsetBy, toAddress } from '../../memory/address.js';
import { findWords, Words } from '../../memory/word-scan.js';
import { CodeShapes } from '../code-shapes.js';
import { type FrameWalk, readFramesFrom, type StackWalk } from '../frames.js';
import { ofKind } from '../layouts/fields.js';
import { taskFieldsOf } from '../layouts/task-fields.js';
import { partOf } from '../part.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { frameAt } from './frame-at.js';
import { frameObjectAt } from './frame-objects.js';
import { isRunning, type SearchedMemory } from './generators.js';

/** More than any program has; what is found beyond is not shown, which is said. */
const MOST_CODES = 500_000;
const MOST_FRAMES = 200_000;

/** A stack whose thread is not known. */
export type LooseStack = Pick<StackWalk, 'frames' | 'ending'>;

export interface LooseStacks {
  /** Each a chain of calls, the longest first. */
  readonly stacks: readonly LooseStack[];
  /** Whether time or number ended the search before memory did. */
  readonly isCutShort: boolean;
}

/** The calls that are in memory, by the types that `python` knows the addresses of. Never throws for what memory holds. */
export function findLooseStacks(python: Python, memory: SearchedMemory): LooseStacks {
  const search = new Search(python, memory);
  const running = python.layout.frames.kind === 'frame-objects' ? search.frameObjects() : search.interpreterFrames();
  const stacks = chainsOf(python, running, search);
  return { stacks, isCutShort: search.isCutShort };
}

/** Frames that a call is in, each with what it says is the next outer one. */
type Running = ReadonlyMap<Address, number>;

class Search {
  isCutShort = false;

  constructor(
    readonly python: Python,
    readonly memory: SearchedMemory,
  ) {}

  /** Up to 3.10: objects, which say themselves whether they run. */
  frameObjects(): Running {
    const running = new Map<Address, number>();
    const { ob_type } = this.python.layout.PyObject;
    for (const at of this.#of(['frame'])) {
      const frame = runningObject(this.python, at - ob_type);
      if (frame !== null && this.#isRoom(running.size, MOST_FRAMES)) running.set(frame.address, frame.outer);
    }
    return running;
  }

  /** From 3.11 on: by the code objects. */
  interpreterFrames(): Running {
    const { python } = this;
    const layout = ofKind(python.layout.frames, 'interpreter-frames');
    const { f_code } = layout._PyInterpreterFrame;
    const codes = new Words();
    let count = 0;
    for (const at of this.#of(['code'])) {
      const code = at - python.layout.PyObject.ob_type;
      if (!python.the(CodeShapes).has(code)) continue;
      if (!this.#isRoom(count++, MOST_CODES)) break;
      // References of frames may be tagged.
      for (let tag = 0; tag <= layout.tagMask; tag++) codes.add(code + tag);
    }
    const running = new Map<Address, number>();
    for (const at of this.#find(codes)) {
      const frame = runningFrame(python, at - f_code);
      if (frame !== null && this.#isRoom(running.size, MOST_FRAMES)) running.set(frame.address, frame.outer);
    }
    return running;
  }

  /** Where the addresses of these types stand. */
  #of(names: readonly string[]): Iterable<number> {
    const words = new Words();
    for (const [address, name] of this.python.types) if (names.includes(name)) words.add(address);
    return this.#find(words);
  }

  *#find(words: Words): Generator<number> {
    if (words.size === 0) return;
    for (const { at } of findWords(this.python.memory, this.memory.ranges, words, this.memory.outOfTime)) yield at;
    this.isOver();
  }

  /** Whether there is no more time. */
  isOver(): boolean {
    const isOver = this.memory.outOfTime();
    this.isCutShort ||= isOver;
    return isOver;
  }

  #isRoom(count: number, most: number): boolean {
    if (count >= most) this.isCutShort = true;
    return count < most;
  }
}

const EXECUTING = partOf(({ frames }) => {
  const { f_executing, f_state } = ofKind(frames, 'frame-objects').PyFrameObject;
  return { f_executing, f_state };
});

/** null: nothing that a call is in for certain. 2.7 has no word on that, and none is shown of it. */
function runningObject(python: Python, address: number): { address: Address; outer: number } | null {
  const frame = frameObjectAt(python, address);
  // A call is never the first instruction; zeros, which may stand where memory was lost, say that it is.
  if (frame === null || frame.walk.lasti <= 0) return null;
  try {
    const { f_executing, f_state } = EXECUTING(python).read(python.memory, frame.walk.address);
    const { frameStates } = python.layout.objects.parts;
    const runs = f_state === undefined ? f_executing === 1 : f_state === frameStates?.FRAME_EXECUTING;
    return runs ? { address: frame.walk.address, outer: frame.f_back } : null;
  } catch (error) {
    reasonOf(error);
    return null;
  }
}

/**
 * null: nothing that a call is in for certain: what is left of calls that are over looks like frames, but up to 3.13 `stacktop`
 * says -1 only from when one runs until it is left, and from 3.14 on one that is over names no code any more.
 * https://github.com/python/cpython/blob/v3.12.1/Include/internal/pycore_frame.h (search for _PyFrame_GetStackPointer)
 * https://github.com/python/cpython/blob/v3.14.0/Python/ceval.c (search for clear_thread_frame)
 */
function runningFrame(python: Python, address: number): { address: Address; outer: number } | null {
  const frame = frameAt(python, address);
  if (frame === null || frame.lasti < 0) return null;
  const { owner, previous } = frame;
  const runs = owner === 0 ? isCalling(python, frame.address) : isRunning(python, frame.address);
  return runs ? { address: frame.address, outer: previous } : null;
}

function isCalling(python: Python, address: Address): boolean {
  const depth = taskFieldsOf(python.layout)?.depth;
  const { localsplus } = ofKind(python.layout.frames, 'interpreter-frames')._PyInterpreterFrame;
  try {
    if (depth?.kind === 'stacktop')
      return python.memory.read(offsetBy(address, depth.stacktop), 4).getInt32(0, true) === -1;
    if (depth?.kind !== 'stackpointer') return false;
    const top = python.pointer(address, depth.stackpointer);
    const size = frameAt(python, address)?.size ?? 0;
    return top === 0 || (top >= address + localsplus && top <= address + size && top % 8 === 0);
  } catch (error) {
    reasonOf(error);
    return false;
  }
}

/** What leads from those that nobody is known to have been called by. A frame is in one chain. */
function chainsOf(python: Python, running: Running, search: Search): LooseStack[] {
  const callers = new Set<number>();
  for (const outer of running.values()) callers.add(outerFrame(python, outer));
  /** Of each frame that is in a chain, which. */
  const chainOf = new Map<number, FrameWalk>();
  /** By their innermost frames. */
  const chains = new Map<FrameWalk, LooseStack>();
  // What is called lies behind its caller: then most chains are met at their innermost frame.
  for (const address of [...running.keys()].sort((a, b) => b - a)) {
    if (callers.has(address) || chainOf.has(address)) continue;
    if (search.isOver()) break;
    const { frames, ending } = readFramesFrom(python, address);
    const [head] = frames;
    if (!head) continue;
    const shared = frames.findIndex((frame) => chainOf.has(frame.address));
    const known = chainOf.get(frames[shared]?.address ?? 0);
    let chain: LooseStack = { frames, ending };
    if (known && frames[shared]?.address === known.address) {
      // It is what was called by the innermost of a chain that was met before.
      chains.delete(known);
    } else if (known) {
      // Two that say they were called by one: which of them was is not to be told.
      const reason = 'what called it is shown with another stack';
      chain = { frames: frames.slice(0, shared), ending: { kind: 'truncated', reason } };
    }
    chains.set(head, chain);
    for (const frame of chain.frames) chainOf.set(frame.address, head);
  }
  return [...chains.values()].sort((a, b) => b.frames.length - a.frames.length);
}

/** Shims on the C stack that lie between two frames: 3.15 has two. */
const MOST_SHIMS = 4;

/** The frame at `address`, or where that is a shim, the one outside it. */
function outerFrame(python: Python, address: number): number {
  const { frames } = python.layout;
  if (frames.kind === 'frame-objects') return address;
  const { owner, previous } = frames._PyInterpreterFrame;
  let at = address;
  for (let i = 0; i < MOST_SHIMS && isUserSpace(at); i++) {
    try {
      const shim = toAddress(at);
      if (python.memory.read(offsetBy(shim, owner), 1).getUint8(0) !== frames.FRAME_OWNED_BY_CSTACK) return at;
      const outer = python.pointer(shim, previous);
      at = frames.tagMask === 0 ? outer : outer - (outer % (frames.tagMask + 1));
    } catch (error) {
      reasonOf(error);
      return at;
    }
  }
  return at;
}
