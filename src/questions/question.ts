/**
 * What can be asked of a Python, and how is an answer known to be of the moment that is shown? A question says what it
 * asks, of whom, and whose memory tells; it reads through the handle that it is given and nothing else. So whoever owns
 * the memory (a running process, a frozen copy, a core, a recording) decides when and how often it is asked, and nothing
 * else has to know of it. docs/adding-a-question.md is a worked example.
 */
import type { Architecture } from '../process/arch.js';
import type { OsLook } from '../process/process.js';
import type { Python } from '../python/python.js';
import type { RuntimeWalk, ThreadStateWalk } from '../python/runtime.js';
import type { Evidence } from '../snapshot.js';
import type { Answered } from './answered.js';
import type { WalkedStack } from './stacks.js';

interface Named<Answer> {
  /** In words that can stand in a message: "its name", "what it polls". */
  readonly name: string;
  /** Whether two answers say the same: that is agreement, where it is not known that nothing moved. */
  same(a: Answer, b: Answer): boolean;
}

/**
 * Asked of each thread in the copy itself: while the running target is rehearsed, so that what it reads is copied with
 * the stack, and again over the copy. As exact as the stack, for running threads too; but its pages are copied while
 * they stand, so it is part of the pause.
 */
export interface CopiedQuestion<Answer> extends Named<Answer> {
  readonly of: 'thread';
  readonly reads: 'copy';
  /** Throws MemoryFault, InvalidAddress, CorruptData for what cannot be read. `python` is over the thread's own memory. */
  ask(python: Python, at: CopiedAt): Answer;
}

/**
 * Asked of each thread beside the copy: of the process as it runs on. It costs no pause.
 * - `own`: what only this thread writes, or what stays as it is while it waits. Known if the thread has not run from the
 *   copy until after the answer (its run counter says so), else agreed if it is in the same call and says the same again.
 * - `shared`: what other threads may change. Known if none of them has run; else agreed if what was read is unchanged, or
 *   a second reading says the same.
 */
export interface ThreadQuestion<Answer> extends Named<Answer> {
  readonly of: 'thread';
  readonly reads: 'own' | 'shared';
  /** Throws as {@link CopiedQuestion.ask}. */
  ask(python: Python, at: ThreadAt): Answer;
  /**
   * What a `shared` question reads for all threads together, into a cache of the handle. It is called before the copy is
   * made, and `ask` with the same handle after: the two enclose the moment. Throws as {@link CopiedQuestion.ask}.
   */
  before?(python: Python): void;
  /**
   * Addresses at which reading begins, as far as they are known: pages of all threads are fetched together, as a call for
   * each costs more than the page. It counts as no reading.
   */
  ahead?(at: ThreadAt): readonly number[];
}

/** Asked once, after all that is asked of threads, whose answers it may use. Read beside the copy, as what is `shared`. */
export interface ProcessQuestion<Answer> extends Named<Answer> {
  readonly of: 'process';
  /** Throws as {@link CopiedQuestion.ask}. */
  ask(python: Python, at: ProcessAt): Answer;
  /**
   * That its first answer stands, and nothing is asked again: what it says of threads holds for those that have not run from
   * the copy until after it, which their own answers tell. A later one would be of a moment that nobody vouches for.
   */
  readonly isAskedOnce?: true;
  /** Parts of an answer that are known each by itself where the whole is not, in an order of their own. */
  parts?(answer: Answer): readonly AnswerPart[];
}

/** What stands by itself in an answer. */
export interface AnswerPart {
  /** Kernel id of the only thread that changes it; null: there is none such. */
  readonly tid: number | null;
  /** The words that it was read from, address and value by turns; null: it is not known which. */
  readonly words: readonly number[] | null;
}

export type Question<Answer> = CopiedQuestion<Answer> | ThreadQuestion<Answer> | ProcessQuestion<Answer>;

/** The thread that a question is asked of, while it is copied. */
export interface CopiedAt {
  readonly state: ThreadStateWalk;
  readonly stack: WalkedStack;
  /** What no thread has for itself: the objects that its frames lead to. */
  readonly objects: Python;
}

/** The thread that a question is asked of, as it was copied. */
export interface ThreadAt {
  /** Null: a thread that the interpreter does not know (asked for by --native-all). */
  readonly state: ThreadStateWalk | null;
  readonly stack: WalkedStack | null;
  /** As seen from here; null: no OS thread that could be found. */
  readonly tid: number | null;
  /** How the kernel found it: its system call with the arguments, sp. null: not looked at. */
  readonly look: OsLook | null;
  /** How its stack is known. */
  readonly evidence: Evidence;
  readonly architecture: Architecture;
  /** Interpreters, GIL, collector and all thread states as of the same copy. */
  readonly runtime: RuntimeWalk;
  /** What was copied of it: the pages of its frames and what they lead to, of its own moment. All else faults. */
  readonly copy: Python;
  /** What this thread answered to a question that stands earlier in the list; null: it was not asked. */
  answerTo<Answer>(question: Question<Answer>): Answered<Answer> | null;
}

export interface ProcessAt {
  readonly architecture: Architecture;
  readonly runtime: RuntimeWalk;
  /** With their answers. */
  readonly threads: readonly ThreadAt[];
  /** What was answered to a question of the process that stands earlier in the list; null: it was not asked. */
  answerTo<Answer>(question: ProcessQuestion<Answer>): Answered<Answer> | null;
}
