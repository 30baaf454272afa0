/**
 * What are the native stacks in a core file? All registers and all of the stack are there, if the core is whole; what
 * the unwinder asks for is read when it does.
 */

import { toAddress } from '../memory/address.js';
import { PAGE_BYTES } from '../memory/pages.js';
import type { PlacedBytes } from '../memory/ranges.js';
import { bytesOf, MemoryFault } from '../memory/reader.js';
import type { Architecture } from '../process/arch.js';
import { pointerNames } from '../process/core/registers.js';
import type { PostMortem, Process } from '../process/process.js';
import { type NativeStack, type NativeStackOptions, NativeStacks } from './native-stacks.js';
import { needOf } from './need.js';
import { namedRegisters } from './registers.js';
import type { UnwoundStack } from './unwinder.js';

/** Readings of one stack: each lacks a range that the one before did not know of. */
const MAX_READINGS = 16;
/** Most stacks are shallow. */
const FIRST_BYTES = 16 * 1024;
/** The second time, and twice as much each time after: one mapping may hold the stacks of many threads. */
const MORE_BYTES = 32 * 1024;
/** Code without a file that is read beforehand: signals' trampolines, where an emulator or a C library has them so. */
const MOST_LOOSE_CODE = 64 * 1024;

export class CoreStacks {
  readonly #target: Process;
  readonly #recorded: PostMortem;
  readonly #architecture: Architecture;
  readonly #stacks: NativeStacks;
  readonly #looseCode: readonly PlacedBytes[];

  /** Throws PystackError `addon-missing` where libdw is not installed. */
  constructor(target: Process, recorded: PostMortem, options: NativeStackOptions) {
    this.#target = target;
    this.#recorded = recorded;
    this.#architecture = target.identify().architecture;
    this.#stacks = new NativeStacks(target, { machine: this.#architecture, ...options });
    this.#looseCode = target.mappings().flatMap(({ start, end, executable, path }) => {
      const isLoose = executable && path === null && end - start <= MOST_LOOSE_CODE;
      return (isLoose && this.#read(start, end)) || [];
    });
  }

  /** Null: the core has no registers of that thread. */
  stackOf(tid: number): NativeStack | null {
    const known = this.#recorded.registers(tid);
    if (!known) return null;
    const registers = namedRegisters(this.#architecture, known);
    const mappings = this.#target.mappings();
    const sp = Number(known.get(pointerNames(this.#architecture).sp) ?? 0n);
    const first = sp === 0 ? null : this.#read(sp, sp + FIRST_BYTES);
    const memory: PlacedBytes[] = first ? [first, ...this.#looseCode] : [];
    let followed: UnwoundStack;
    for (let n = 1; ; n++) {
      followed = this.#stacks.follow({ registers, memory });
      const need = n < MAX_READINGS ? needOf(followed.stop, memory, true, mappings) : null;
      if (need?.kind !== 'memory') break;
      const range = this.#read(need.start, Math.min(need.end, need.start + MORE_BYTES * 2 ** n));
      if (!range) break;
      memory.push(range);
    }
    return this.#stacks.name(followed);
  }

  problems(): { path: string; problem: string }[] {
    return this.#stacks.problems();
  }

  /** Lets go of files and tables. Nothing may be asked after. */
  close(): void {
    this.#stacks.close();
  }

  /** As much as the core holds from `start` on; null: nothing. */
  #read(start: number, end: number): PlacedBytes | null {
    const firstPage = start - (start % PAGE_BYTES) + PAGE_BYTES;
    for (let stop = end; ; ) {
      try {
        return { address: start, bytes: bytesOf(this.#target.memory.read(toAddress(start), stop - start)) };
      } catch (error) {
        if (!(error instanceof MemoryFault)) throw error;
        // A core that was cut short holds the first part of a stack.
        const half = start + Math.floor((stop - start) / 2);
        if (stop <= firstPage) return null;
        stop = Math.max(Math.min(half - (half % PAGE_BYTES), stop - PAGE_BYTES), firstPage);
      }
    }
  }
}
