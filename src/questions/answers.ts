/** What was answered, and how is each answer known? Kept by question, so that nobody has to list them. */

import { reasonOf } from '../python/problem.js';
import type { Evidence } from '../snapshot.js';
import type { Answered } from './answered.js';
import type { Question } from './question.js';

export class Answers {
  // Of a dozen questions at most, and of thousands of threads: looked through sooner than a map is made.
  readonly #questions: unknown[] = [];
  readonly #answers: Answered<unknown>[] = [];

  /** Null: it was not asked. */
  get<Answer>(question: Question<Answer>): Answered<Answer> | null {
    const at = this.#questions.indexOf(question);
    return at < 0 ? null : (this.#answers[at] as Answered<Answer>);
  }

  set<Answer>(question: Question<Answer>, answer: Answered<Answer>): void {
    const at = this.#questions.indexOf(question);
    if (at < 0) this.#questions.push(question);
    this.#answers[at < 0 ? this.#questions.length - 1 : at] = answer;
  }
}

/** The answer, if it is known to be of the moment that is shown; else null. */
export function known<Answer>(answered: Answered<Answer> | null): Answer | null {
  return answered === null || 'problem' in answered || answered.evidence === 'none' ? null : answered.value;
}

/** The answer, however well it is known; else null. */
export function given<Answer>(answered: Answered<Answer> | null): Answer | null {
  return answered === null || 'problem' in answered ? null : answered.value;
}

/** What `ask` gives, or why the target's memory has no answer. Faults of ours go on up. */
export function answerOf<Answer>(evidence: Evidence, ask: () => Answer): Answered<Answer> {
  try {
    return { value: ask(), evidence };
  } catch (error) {
    return { problem: reasonOf(error), evidence };
  }
}
