/** How is a check made? A trial that gives an answer, timed; what it throws is an answer too. */
import { PystackError } from '../errors.js';
import type { Answer, Check } from './report.js';

export interface Finding {
  readonly answer: Answer;
  readonly found: string;
  readonly remedy?: string | null;
}

export interface Question {
  readonly id: string;
  readonly subject: Check['subject'];
  readonly question: string;
  /** The answer when the trial throws. Default `no`. */
  readonly otherwise?: Answer;
}

/** Reads what is so; nothing is tried. */
export function note(question: Question, finding: Finding): Check {
  const { id, subject, question: text } = question;
  return { id, subject, question: text, remedy: null, ms: null, ...finding };
}

/** Tries it. Never throws. */
export async function tryIt(question: Question, trial: () => Finding | Promise<Finding>): Promise<Check> {
  const began = performance.now();
  const ms = () => Math.round((performance.now() - began) * 1000) / 1000;
  try {
    const finding = await trial();
    return { ...note(question, finding), ms: ms() };
  } catch (error) {
    return { ...note(question, findingOf(error, question.otherwise ?? 'no')), ms: ms() };
  }
}

function findingOf(error: unknown, answer: Answer): Finding {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof PystackError)) return { answer, found: message };
  const { cause, nextStep } = error.details;
  return { answer, found: cause ? `${message}: ${cause}` : message, remedy: nextStep ?? null };
}
