/**
 * What is walked, in which two steps? First what all threads share (runtime, interpreters, GIL, collector, the list of
 * thread states), then each thread's own stack, with what else is asked of it in the copy. The capture runs these over
 * the live process to learn which pages matter and over the copy for the result; over a core once.
 */
import type { Python } from '../python/python.js';
import { type RuntimeWalk, readRuntime, type ThreadStateWalk } from '../python/runtime.js';
import { Answers, answerOf } from '../questions/answers.js';
import type { CopiedQuestion, Question } from '../questions/question.js';
import { readStack, type WalkedStack } from '../questions/stacks.js';

/** A thread's stack, and what else was asked of it in the copy. */
export interface ThreadWalk {
  readonly state: ThreadStateWalk;
  readonly stack: WalkedStack;
  readonly answers: Answers;
}

/** Those that are asked in the copy. */
export function inCopy(questions: readonly Question<unknown>[]): CopiedQuestion<unknown>[] {
  return questions.filter((question) => question.of === 'thread' && question.reads === 'copy');
}

/** One pass over one memory. */
export class Walk {
  readonly #python: Python;
  readonly #questions: readonly CopiedQuestion<unknown>[];
  readonly #objects: Python;

  /**
   * Beside its stack each thread is asked these questions: of its own memory, which `python` is over, and of objects,
   * which no thread has for itself, over `objects`. Default the same.
   */
  constructor(python: Python, questions: readonly CopiedQuestion<unknown>[] = [], objects: Python = python) {
    this.#python = python;
    this.#questions = questions;
    this.#objects = objects;
  }

  shared(): RuntimeWalk {
    return readRuntime(this.#python);
  }

  thread(state: ThreadStateWalk): ThreadWalk {
    return this.askAgain(state, readStack(this.#python, state));
  }

  /** The same stack, with the answers that this memory gives. */
  askAgain(state: ThreadStateWalk, stack: WalkedStack): ThreadWalk {
    const answers = new Answers();
    const at = { state, stack, objects: this.#objects };
    for (const question of this.#questions) {
      // How well it is known is how well the thread is.
      answers.set(
        question,
        answerOf('none', () => question.ask(this.#python, at)),
      );
    }
    return { state, stack, answers };
  }
}
