/**
 * What is walked, in which two steps? First what all threads share (runtime, interpreters, GIL, collector, the list of
 * thread states), then each thread's own stack. The capture runs these over the live process to learn which pages
 * matter and over the copy for the result; over a core once. Code objects are decoded once per pass.
 */

import { type Address, InvalidAddress } from '../memory/address.js';
import type { PageRecorder, PageSet } from '../memory/pages.js';
import { CorruptData, MemoryFault } from '../memory/reader.js';
import { type CodeObject, readCode } from '../python/code.js';
import { type FrameWalk, readFrames, type StackWalk } from '../python/frames.js';
import {
  type FrameVariables,
  type LocalNames,
  type ReadValue,
  readCurrentException,
  readLocalNames,
  readVariables,
  type ValueReader,
} from '../python/objects/index.js';
import type { Python } from '../python/python.js';
import { type RuntimeWalk, readRuntime, type ThreadStateWalk } from '../python/runtime.js';

/** One call of a thread: where it stands, what it runs, and what its variables hold. */
export interface WalkedFrame extends FrameWalk {
  /** The code object, or why it cannot be read. The same object for all frames that run it. */
  readonly ran: CodeResult;
  /** Null when that was not asked for, or the code object or its names cannot be read. */
  readonly variables: FrameVariables | null;
}

export interface WalkedStack extends StackWalk {
  readonly frames: WalkedFrame[];
}

/** A thread's stack, and what it deals with. */
export interface ThreadWalk {
  readonly state: ThreadStateWalk;
  readonly stack: WalkedStack;
  /** The exception that it deals with; null: none, or that was not asked for. */
  readonly exception: ReadValue | null;
}

export type CodeResult =
  | { readonly code: CodeObject /** Only with values. */; readonly names: LocalNames | null }
  | { readonly problem: string };

interface CachedCode {
  readonly result: CodeResult;
  /** Pages touched to decode it: whoever uses it needs them. */
  readonly pages: PageSet;
}

/** One pass over one memory. */
export class Walk {
  readonly #python: Python;
  readonly #recorder: PageRecorder | null;
  readonly #codes = new Map<Address, CachedCode>();
  readonly #values: ValueReader | null;

  /**
   * With a recorder, pages are noted on behalf of whom the caller says; it must be the memory of `python` itself. With
   * `values`, variables are read too: the slots of frames from that memory, the objects they lead to, which no thread has
   * for itself, from the memory that `values` reads.
   */
  constructor(python: Python, recorder: PageRecorder | null = null, values: ValueReader | null = null) {
    this.#python = python;
    this.#recorder = recorder;
    this.#values = values;
  }

  shared(): RuntimeWalk {
    return readRuntime(this.#python);
  }

  thread(state: ThreadStateWalk): ThreadWalk {
    const stack = readFrames(this.#python, state);
    const used = new Set<CachedCode>();
    const frames = stack.frames.map((frame): WalkedFrame => {
      const cached = this.#code(frame.code);
      used.add(cached);
      return withContent(frame, cached.result, null);
    });
    if (this.#recorder) {
      const owner = this.#recorder.recordInto(new Set());
      for (const { pages } of used) for (const page of pages) owner.add(page);
      this.#recorder.recordInto(owner);
    }
    return this.valuesAgain({ state, stack: { ...stack, frames }, exception: null });
  }

  /** The same frames, with their variables as they are in this memory. */
  valuesAgain(walk: ThreadWalk): ThreadWalk {
    const values = this.#values;
    if (!values) return walk;
    const { state, stack } = walk;
    values.beginThread();
    const frames = stack.frames.map((frame) => {
      const { ran } = frame;
      if ('problem' in ran || ran.names === null) return withContent(frame, ran, null);
      return withContent(frame, ran, readVariables(this.#python, values, frame.address, ran.names));
    });
    const exception = readCurrentException(this.#python, values, state.address);
    return { state, stack: { ...stack, frames }, exception };
  }

  #code(address: Address): CachedCode {
    let cached = this.#codes.get(address);
    if (!cached) {
      const pages: PageSet = new Set();
      const owner = this.#recorder?.recordInto(pages);
      cached = { result: this.#decode(address), pages };
      if (owner) this.#recorder?.recordInto(owner);
      this.#codes.set(address, cached);
    }
    return cached;
  }

  #decode(address: Address): CodeResult {
    try {
      const code = readCode(this.#python, address);
      return { code, names: this.#values ? readLocalNames(this.#python, code) : null };
    } catch (error) {
      if (error instanceof MemoryFault || error instanceof CorruptData || error instanceof InvalidAddress) {
        return { problem: error.message };
      }
      throw error;
    }
  }
}

/** In one piece: there may be tens of thousands. */
function withContent(
  { address, code, lasti, isEntry, owner }: FrameWalk,
  ran: CodeResult,
  variables: FrameVariables | null,
): WalkedFrame {
  return { address, code, lasti, isEntry, owner, ran, variables };
}
