/** What is an answer, and how is it known? */
import type { Evidence } from '../snapshot.js';

/** An answer with how it is known to be of the moment shown (`none`: it may be of another), or why there is none. */
export type Answered<Answer> =
  | {
      readonly value: Answer;
      readonly evidence: Evidence;
      /** Of each of its parts, where the question has such and the whole is not known to be of the moment. */
      readonly parts?: readonly Evidence[];
    }
  | { readonly problem: string; readonly evidence: Evidence };
