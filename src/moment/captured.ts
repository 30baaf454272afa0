/**
 * What does a capture hand on? The walks, how each thread's is known, and the facts about the copy itself. From here on
 * the target runs again (or never ran: a core), and nothing that follows may read what could have changed since.
 */

import type { PagedMemory } from '../memory/pages.js';
import type { MemoryReader } from '../memory/reader.js';
import type { StackNeed } from '../process/native.js';
import type { OsLook } from '../process/process.js';
import type { RuntimeWalk } from '../python/runtime.js';
import type { Answered } from '../questions/answered.js';
import type { Answers } from '../questions/answers.js';
import type { Question } from '../questions/question.js';
import type { WalkedStack } from '../questions/stacks.js';
import type { Capture, Evidence, Warning } from '../snapshot.js';
import type { PageCopy } from './frozen-memory.js';
import type { ThreadWalk } from './walker.js';

/** The copy that a walk went over. Reading it again gives the same again. */
export interface CopiedMemory {
  readonly frames: MemoryReader;
  /** For what variables hold, which has to be of a moment at which nobody could write to it. */
  readonly objects: MemoryReader;
}

export interface CapturedProcess {
  /** The copy that `runtime` was read from. */
  readonly memory: CopiedMemory;
  /**
   * The copy, where all of it is of one moment for everybody: no thread had to be stopped, or looked at again. Absent: it is
   * not, or there is none.
   */
  readonly wholeCopy?: PageCopy | null;
  /** What answers beside the copy were read from, the last reading first. */
  readonly beside: readonly PagedMemory[];
  /** What was answered to questions of the process. */
  readonly answers: Answers;
  /** The shared walk belonging to the last pass. */
  readonly runtime: RuntimeWalk;
  /** In the order of the interpreter's lists: newest first, main last. */
  readonly threads: readonly CapturedThread[];
  /** Threads of the process the interpreter does not know, if asked for. */
  readonly nativeThreads: readonly CapturedNativeThread[];
  /** Of a core, calls whose threads are not known; null: there are none, or they were not looked for. */
  readonly loose?: { readonly stacks: readonly LooseWalk[]; readonly isCutShort: boolean } | null;
  readonly capture: Capture;
  readonly warnings: readonly Warning[];
}

/** Calls that follow each other, and what they run. */
export type LooseWalk = Pick<WalkedStack, 'frames' | 'ending'>;

export interface CapturedThread {
  readonly walk: ThreadWalk;
  /** What was answered beside the copy. */
  readonly answers: Answers;
  /** The copy that `walk` was read from. */
  readonly memory: CopiedMemory;
  /** The shared walk of the same pass as `walk`: GIL and collector as they were then. */
  readonly runtime: RuntimeWalk;
  /** Kernel thread id as seen from here; null: the thread state has no OS thread that could be found. */
  readonly tid: number | null;
  /** Whether the OS thread is gone although its thread state is still listed. */
  readonly terminated: boolean;
  /** Without an OS thread: whether two passes showed it the same. */
  readonly settled: boolean;
  readonly evidence: Evidence;
  /** Innermost frames that were moving, non-blocking only. */
  readonly movingFrames: number;
  /** How the kernel found the thread at the time of the copy; null: not looked at. */
  readonly look: OsLook | null;
  /** What native unwinding needs, if it was asked for and could be had of the moment that `walk` shows. */
  readonly native: NativeState | null;
}

/** What a thread answered in the copy, which is as well known as its stack; null: it was not asked so. */
export function copiedAnswer<Answer>(
  { walk, evidence }: CapturedThread,
  question: Question<Answer>,
): Answered<Answer> | null {
  const answered = walk.answers.get(question);
  return answered && { ...answered, evidence };
}

/** A thread that the interpreter does not know. */
export interface CapturedNativeThread {
  /** What was answered beside the copy. */
  readonly answers: Answers;
  readonly look: OsLook;
  readonly evidence: Evidence;
  readonly native: NativeState | null;
}

/** The look of a thread that nobody looked at. */
export function notLookedAt(tid: number): OsLook {
  return { tid, running: null, syscall: null, sp: null, pc: null, runs: null };
}

export interface NativeState {
  /** The 27 words of struct user_regs_struct; null: only sp and pc are known (see OsLook). */
  readonly registers: BigUint64Array | null;
  readonly sp: number;
  readonly pc: number;
  /** Stack bytes from `sp` upward. */
  readonly stack: Uint8Array;
  /** What else was copied because {@link NativeWish.needOf} said so. */
  readonly more: readonly { readonly address: number; readonly bytes: Uint8Array }[];
}

/** That native stacks are to be copied, and how much of them. */
export interface NativeWish {
  /** Copied at first of each thread's stack, from the stack pointer upward. */
  readonly stackBytes: number;
  /** Whether threads that the interpreter does not know are copied as well. */
  readonly allThreads: boolean;
  /** What lacks of a copy; null: nothing, or nothing that more copying could give. Called while the target runs. */
  readonly needOf: (state: NativeState) => StackNeed | null;
}
