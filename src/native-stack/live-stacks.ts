/**
 * What are the native stacks of a running process, from what the capture copied? And what more should it copy? Each
 * copy is followed once, for the answer to the second question; its frames are named once all are copied.
 */

import type { PlacedBytes } from '../memory/ranges.js';
import type { StackNeed } from '../process/native.js';
import type { Process } from '../process/process.js';
import { lostFiles } from './modules.js';
import { copyOfThread, type NativeStack, type NativeStackOptions, NativeStacks } from './native-stacks.js';
import { needOf } from './need.js';
import { requireUnwinder, type UnwoundStack } from './unwinder.js';

/** What was copied of a thread: see NativeState in moment/captured.ts. */
export interface LiveCopy {
  readonly registers: BigUint64Array | null;
  readonly sp: number;
  readonly pc: number;
  readonly stack: Uint8Array;
  readonly more: readonly PlacedBytes[];
}

export class LiveStacks {
  readonly #target: Process;
  readonly #options: NativeStackOptions;
  readonly #followed = new WeakMap<LiveCopy, UnwoundStack>();
  #stacks: NativeStacks | null = null;

  /** Throws PystackError `addon-missing` where libdw is not installed. */
  constructor(target: Process, options: NativeStackOptions) {
    requireUnwinder();
    this.#target = target;
    this.#options = options;
  }

  /** What must be copied beside this to follow the stack further; null: nothing that would help. */
  needOf(copy: LiveCopy): StackNeed | null {
    const { memory } = copyOfThread(copy);
    return needOf(this.#follow(copy).stop, memory, copy.registers !== null, this.#target.mappings());
  }

  stackOf(copy: LiveCopy): NativeStack {
    return this.#open().name(this.#follow(copy));
  }

  problems(): { path: string; problem: string }[] {
    return this.#stacks?.problems() ?? [];
  }

  /** Lets go of files and tables. Nothing may be asked after. */
  close(): void {
    this.#stacks?.close();
  }

  /** Paths of mapped files that are not to be had any more. */
  lostFiles(): string[] {
    return lostFiles(this.#target);
  }

  #follow(copy: LiveCopy): UnwoundStack {
    let followed = this.#followed.get(copy);
    if (!followed) {
      followed = this.#open().follow(copyOfThread(copy));
      this.#followed.set(copy, followed);
    }
    return followed;
  }

  /** Modules as mapped when the first stack has been copied. */
  #open(): NativeStacks {
    if (!this.#stacks) {
      this.#target.refresh();
      this.#stacks = new NativeStacks(this.#target, this.#options);
    }
    return this.#stacks;
  }
}
