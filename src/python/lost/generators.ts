/**
 * Which generators run, when nothing leads to them any more? Their frames lie inside them, not on a data stack. But one that
 * runs knows its caller: the frame that asked it for a value, or where on the C stack it was entered; one that does not run
 * knows none.
 * https://github.com/python/cpython/blob/v3.12.1/Python/bytecodes.c (search for gen_frame->previous = NULL)
 */

import { type Address, offsetBy, toAddress } from '../../memory/address.js';
import type { Range } from '../../memory/ranges.js';
import { findWords, Words } from '../../memory/word-scan.js';
import { ofKind } from '../layouts/fields.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
import { TypeNames } from '../type-names.js';
import type { DataStack } from './data-stack.js';
import { type FrameAt, frameAt } from './frame-at.js';

/** Generators that ask generators: each round finds those asked by the ones of the round before. */
const MOST_ROUNDS = 16;

/** Where to look, and for how long. */
export interface SearchedMemory {
  readonly ranges: readonly Range[];
  outOfTime(): boolean;
}

/** Frames of generators that run, by what they know of their callers. */
export class RunningGenerators {
  readonly #byCaller = new Map<number, FrameAt>();
  /** Entered from C, by where on the C stack, in that order. */
  readonly #entered: FrameAt[] = [];

  /** That of the generator which this frame asks for a value; null: it asks none that was found. */
  askedBy(frame: number): FrameAt | null {
    return this.#byCaller.get(frame) ?? null;
  }

  /** The innermost that was entered outside of `from` on the C stack `within`, but for those `seen`. */
  enteredOutside(from: number, within: Range, seen: ReadonlySet<number>): FrameAt | null {
    return (
      this.#entered.find(
        ({ address, previous }) =>
          previous > from && previous >= within.start && previous < within.end && !seen.has(address),
      ) ?? null
    );
  }

  /**
   * The innermost that a frame of `stack` asks which lies above the one at `outer` and below the one at `inner` (null: of
   * all), but for those `seen`: that frame is lost.
   */
  askedBetween(
    outer: number | null,
    inner: number | null,
    stack: DataStack,
    seen: ReadonlySet<number>,
  ): FrameAt | null {
    let innermost: FrameAt | null = null;
    for (const [caller, frame] of this.#byCaller) {
      if (seen.has(frame.address) || !stack.holds(caller)) continue;
      if (inner !== null && !stack.isBelow(caller, inner)) continue;
      if (outer !== null && !stack.isBelow(outer, caller)) continue;
      if (innermost === null || stack.isBelow(innermost.previous, caller)) innermost = frame;
    }
    return innermost;
  }

  /** Those that a frame on one of the data stacks asks, or that were entered on one of the C stacks. */
  static find(
    python: Python,
    dataStacks: readonly Range[],
    cStacks: readonly Range[],
    memory: SearchedMemory,
  ): RunningGenerators {
    const running = new RunningGenerators();
    let words = new Words();
    for (const stack of [...dataStacks, ...cStacks]) if (stack.start < stack.end) words.addRange(stack);
    const isEntry = (word: number) => cStacks.some(({ start, end }) => word >= start && word < end);
    const previous = ofKind(python.layout.frames, 'interpreter-frames')._PyInterpreterFrame.previous;
    for (let round = 0; words.size > 0 && round < MOST_ROUNDS; round++) {
      const next = new Words();
      for (const { at, word } of findWords(python.memory, memory.ranges, words, memory.outOfTime)) {
        const frame = runningAt(python, at - previous);
        if (frame === null || running.#byCaller.has(word)) continue;
        running.#byCaller.set(word, frame);
        if (isEntry(word)) running.#entered.push(frame);
        next.add(frame.address);
      }
      words = next;
    }
    running.#entered.sort((a, b) => a.previous - b.previous);
    return running;
  }
}

/** sizeof of what lies between a generator's `gi_exc_state` and its frame. https://github.com/python/cpython/blob/v3.12.1/Include/cpython/genobject.h (search for _PyGenObject_HEAD) */
const EXC_STATE_BEFORE_FRAME = 32;
const MOST_RUNNING = 100_000;

/**
 * The frames of a thread's running generators, the innermost first, as far as they are linked: each keeps what is handled in
 * it, and where what was handled before it went on is kept. Never throws for what memory holds.
 */
export function linkedGenerators(python: Python, threadState: Address): number[] {
  const { PyThreadState, _PyErr_StackItem: item } = python.fields;
  const frames: number[] = [];
  if (PyThreadState.exc_info === undefined || item === undefined) return frames;
  try {
    const end = threadState + python.layout.PyThreadState.sizeof;
    for (let at = python.get(threadState, PyThreadState.exc_info); at < threadState || at >= end; ) {
      const frame = at + EXC_STATE_BEFORE_FRAME;
      if (frames.length >= MOST_RUNNING || !isRunning(python, frame)) break;
      frames.push(frame);
      at = python.get(toAddress(at), item.previous_item);
    }
  } catch (error) {
    reasonOf(error);
  }
  return frames;
}

function runningAt(python: Python, address: number): FrameAt | null {
  if (!isRunning(python, address)) return null;
  // One whose code is lost is believed if the generator around it is one.
  return frameAt(python, address, isInGenerator(python, address));
}

const KINDS: ReadonlySet<string> = new Set(['generator', 'coroutine', 'async_generator']);

function isInGenerator(python: Python, address: number): boolean {
  const { generators } = python.layout.objects;
  if (generators.kind !== 'inline-frame') return false;
  try {
    const generator = toAddress(address - generators.gi_iframe);
    return KINDS.has(python.the(TypeNames).ofType(python.get(generator, python.fields.PyObject.ob_type)));
  } catch (error) {
    reasonOf(error);
    return false;
  }
}

/** Whether what lies at `address` is the frame of a generator that runs, as far as the generator around it tells. */
export function isRunning(python: Python, address: number): boolean {
  const { frames, objects } = python.layout;
  const layout = ofKind(frames, 'interpreter-frames');
  const { generators } = objects;
  if (generators.kind !== 'inline-frame') return false;
  try {
    const owner = python.memory.read(offsetBy(toAddress(address), layout._PyInterpreterFrame.owner), 1).getUint8(0);
    if (owner !== layout.FRAME_OWNED_BY_GENERATOR) return false;
    const at = toAddress(address - generators.gi_iframe + generators.gi_frame_state);
    return python.memory.read(at, 1).getInt8(0) === objects.parts.frameStates?.FRAME_EXECUTING;
  } catch (error) {
    reasonOf(error);
    return false;
  }
}
