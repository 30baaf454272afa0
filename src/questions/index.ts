/** What is asked when a process is looked at? The one list: a question that stands in it is asked of live processes, cores and snapshots. */
import { type ReadValue, Secrets, type ValueSettings } from '../python/objects/index.js';
import { exceptionQuestion } from './exceptions.js';
import { GC } from './gc.js';
import { GIL } from './gil.js';
import { greenletQuestion } from './greenlets.js';
import { HELD_SOURCES } from './held-sources.js';
import { type Locals, localsQuestion } from './locals.js';
import { NAMES } from './names.js';
import { POLLED } from './polled.js';
import type { CopiedQuestion, Question } from './question.js';
import { RESOURCES } from './resources.js';
import { asyncioQuestion, type TasksQuestion } from './tasks.js';
import { type ThreadExceptionsQuestion, threadExceptionsQuestion } from './thread-exceptions.js';
import { trioQuestion } from './trio.js';
import { valuesOf } from './values-of.js';
import { WAIT } from './waits.js';

export interface Questions {
  /** In the order in which they are asked. */
  readonly list: readonly Question<unknown>[];
  /** Null: variables are not asked for. */
  readonly locals: CopiedQuestion<Locals> | null;
  readonly exception: CopiedQuestion<ReadValue | null> | null;
  readonly exceptions: ThreadExceptionsQuestion;
  /** Those that tell of tasks; null: they are not asked for. */
  readonly tasks: readonly TasksQuestion[] | null;
  /** What is withheld of values and messages. */
  readonly secrets: Secrets;
}

/**
 * `locals`: whether variables are read; `values`: how values are, those in messages as well. `maxTasks`: how many tasks are
 * looked at; null: none. `more` is asked besides.
 */
export function questionsFor(
  locals: boolean,
  settings: ValueSettings,
  maxTasks: number | null,
  more: readonly Question<unknown>[] = [],
): Questions {
  const secrets = new Secrets(settings);
  const exceptions = threadExceptionsQuestion(settings, secrets);
  const values = locals ? valuesOf(settings, secrets) : null;
  const tasks =
    maxTasks === null
      ? null
      : [asyncioQuestion, trioQuestion, greenletQuestion].map((make) => make({ maxTasks, values }));
  const always = [GIL, GC, NAMES, POLLED, WAIT, exceptions, RESOURCES, ...(tasks ?? []), HELD_SOURCES, ...more];
  if (values === null) return { list: always, locals: null, exception: null, exceptions, tasks, secrets };
  const asked = { locals: localsQuestion(values), exception: exceptionQuestion(values) };
  return { list: [asked.locals, asked.exception, ...always], ...asked, exceptions, tasks, secrets };
}
