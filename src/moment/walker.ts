/**
 * What is walked, in which two steps? First what all threads share (runtime, interpreters, GIL, collector, the list of
 * thread states), then each thread's own stack. The capture runs these over the live process to learn which pages
 * matter and over the copy for the result; over a core once. Code objects are decoded once per pass.
 */

import { type Address, InvalidAddress } from '../memory/address.js';
import type { PageRecorder, PageSet } from '../memory/pages.js';
import { CorruptData, MemoryFault, type MemoryReader } from '../memory/reader.js';
import { type CodeObject, readCode } from '../python/code.js';
import { CodeShapes } from '../python/code-shapes.js';
import { readFrames, type StackWalk } from '../python/frames.js';
import { type PythonRuntime, type RuntimeWalk, readRuntime, type ThreadStateWalk } from '../python/runtime.js';
import { TypeNames } from '../python/type-names.js';
import {
  type FrameVariables,
  type LocalNames,
  readCurrentException,
  readLocalNames,
  readVariables,
  type ValueReader,
} from '../python/values/index.js';
import type { Value } from '../snapshot.js';

/** A thread's stack with its code objects, frame by frame. */
export interface ThreadWalk {
  readonly state: ThreadStateWalk;
  readonly stack: StackWalk;
  /** One for each of stack.frames: the code object, or why it cannot be read. */
  readonly codes: readonly CodeResult[];
  /** What its variables hold; null when that was not asked for. */
  readonly values: ThreadValues | null;
}

export interface ThreadValues {
  /** One for each of stack.frames; null: the code object, or its names, cannot be read. */
  readonly variables: readonly (FrameVariables | null)[];
  /** The exception that the thread deals with. */
  readonly exception: Value | null;
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
  readonly #memory: MemoryReader;
  readonly #recorder: PageRecorder | null;
  readonly #runtime: PythonRuntime;
  readonly #codes = new Map<Address, CachedCode>();
  readonly #types: TypeNames;
  readonly #shapes: CodeShapes;
  readonly #values: ValueReader | null;

  /**
   * With a recorder, pages are noted on behalf of whom the caller says; it must be the memory itself. With `values`,
   * variables are read too: the slots of frames from `memory`, the objects they lead to, which no thread has for itself,
   * from the memory that `values` reads.
   */
  constructor(
    runtime: PythonRuntime,
    memory: MemoryReader,
    recorder: PageRecorder | null = null,
    values: ValueReader | null = null,
  ) {
    this.#runtime = runtime;
    this.#memory = memory;
    this.#recorder = recorder;
    this.#values = values;
    this.#types = new TypeNames(runtime.layout);
    this.#shapes = new CodeShapes(runtime.layout, this.#types);
  }

  shared(): RuntimeWalk {
    return readRuntime(this.#memory, this.#runtime);
  }

  thread(state: ThreadStateWalk): ThreadWalk {
    const stack = readFrames(this.#memory, this.#runtime.layout, state, this.#shapes);
    const used = new Set<CachedCode>();
    const codes = stack.frames.map((frame) => {
      const cached = this.#code(frame.code);
      used.add(cached);
      return cached.result;
    });
    if (this.#recorder) {
      const owner = this.#recorder.recordInto(new Set());
      for (const { pages } of used) for (const page of pages) owner.add(page);
      this.#recorder.recordInto(owner);
    }
    return { state, stack, codes, values: this.#readValues(state, stack, codes) };
  }

  /** The same frames, with their variables as they are in this memory. */
  valuesAgain({ state, stack, codes }: ThreadWalk): ThreadWalk {
    return { state, stack, codes, values: this.#readValues(state, stack, codes) };
  }

  #readValues(state: ThreadStateWalk, stack: StackWalk, codes: readonly CodeResult[]): ThreadValues | null {
    const values = this.#values;
    if (!values) return null;
    values.beginThread();
    const variables = stack.frames.map((frame, i) => {
      const result = codes[i];
      if (!result || 'problem' in result || result.names === null) return null;
      return readVariables(this.#memory, values, frame.address, result.names);
    });
    return { variables, exception: readCurrentException(this.#memory, values, state.address) };
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
      const code = readCode(this.#memory, this.#runtime.layout, address, this.#types);
      return { code, names: this.#values ? readLocalNames(this.#memory, this.#runtime.layout, code) : null };
    } catch (error) {
      if (error instanceof MemoryFault || error instanceof CorruptData || error instanceof InvalidAddress) {
        return { problem: error.message };
      }
      throw error;
    }
  }
}
