/** Which tasks do the event loops of asyncio have, where does each stand, and why? Heap objects, which the loops' threads change. */
import { isDeepStrictEqual } from 'node:util';
import { NO_TASKS, type TasksAnswer } from '../python/tasks/answers.js';
import type { AnswerPart, ProcessQuestion } from './question.js';
import type { ValuesOf } from './values-of.js';

export interface TaskSettings {
  /** How many tasks are looked at; of the others only their number is told. */
  readonly maxTasks: number;
  /** How values of variables are read; null: they are not. */
  readonly values: ValuesOf | null;
}

export type TasksQuestion = ProcessQuestion<TasksAnswer>;

/** The tasks, then the loops: each is its thread's. For whatever kind of loop. */
export function partsOf({ tasks, loops }: TasksAnswer): AnswerPart[] {
  return [...tasks.map(({ tid, words }) => ({ tid, words })), ...loops.map(({ tid }) => ({ tid, words: null }))];
}

export function asyncioQuestion(_: TaskSettings): TasksQuestion {
  return {
    name: 'the tasks of its event loops',
    of: 'process',
    ask: () => NO_TASKS,
    same: isDeepStrictEqual,
    parts: partsOf,
  };
}
