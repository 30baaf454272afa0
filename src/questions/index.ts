/** What is asked when a process is looked at? The one list: a question that stands in it is asked of live processes, cores and snapshots. */
import { type ReadValue, Secrets, type ValueSettings } from '../python/objects/index.js';
import { exceptionQuestion } from './exceptions.js';
import { GC } from './gc.js';
import { GIL } from './gil.js';
import { type Locals, localsQuestion } from './locals.js';
import { NAMES } from './names.js';
import { POLLED } from './polled.js';
import type { CopiedQuestion, Question } from './question.js';
import { RESOURCES } from './resources.js';
import { valuesOf } from './values-of.js';
import { WAIT } from './waits.js';

export interface Questions {
  /** In the order in which they are asked. */
  readonly list: readonly Question<unknown>[];
  /** Null: variables are not asked for. */
  readonly locals: CopiedQuestion<Locals> | null;
  readonly exception: CopiedQuestion<ReadValue | null> | null;
  /** What is withheld of the values; null: none are asked for. */
  readonly secrets: Secrets | null;
}

/** `locals`: whether variables are read, and how; null: not. `more` is asked besides. */
export function questionsFor(locals: ValueSettings | null, more: readonly Question<unknown>[] = []): Questions {
  const always = [GIL, GC, NAMES, POLLED, WAIT, RESOURCES, ...more];
  if (!locals) return { list: always, locals: null, exception: null, secrets: null };
  const secrets = new Secrets(locals);
  const values = valuesOf(locals, secrets);
  const asked = { locals: localsQuestion(values), exception: exceptionQuestion(values) };
  return { list: [asked.locals, asked.exception, ...always], ...asked, secrets };
}
