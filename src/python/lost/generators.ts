/**
 * Which generators run, when nothing leads to them any more? Their frames lie inside them, not on a data stack. But one that
 * runs knows its caller: the frame that asked it for a value, or where on the C stack it was entered; one that does not run
 * knows none.
 * https://github.com/python/cpython/blob/v3.12.1/Python/bytecodes.c (search for gen_frame->previous = NULL)
 */

import { offsetBy, toAddress } from '../../memory/address.js';
import type { Range } from '../../memory/ranges.js';
import { findWords, Words } from '../../memory/word-scan.js';
import { ofKind } from '../layouts/fields.js';
import { reasonOf } from '../problem.js';
import type { Python } from '../python.js';
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

  /** Those whose callers are among `frames`, or that were entered on one of the C stacks. */
  static find(
    python: Python,
    frames: Iterable<number>,
    cStacks: readonly Range[],
    memory: SearchedMemory,
  ): RunningGenerators {
    const running = new RunningGenerators();
    let words = new Words();
    for (const frame of frames) words.add(frame);
    for (const stack of cStacks) words.addRange(stack);
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

function runningAt(python: Python, address: number): FrameAt | null {
  return isRunning(python, address) ? frameAt(python, address) : null;
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
