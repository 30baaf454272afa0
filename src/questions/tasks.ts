/** Which tasks do the event loops of asyncio have, where does each stand, and why? Heap objects, which the loops' threads change. */
import { isDeepStrictEqual } from 'node:util';
import { syscallName } from '../process/syscall-names.js';
import type { TasksAnswer } from '../python/tasks/answers.js';
import { readAsyncio } from '../python/tasks/asyncio.js';
import type { LoopThread } from '../python/tasks/loops.js';
import type { AnswerPart, ProcessQuestion, ThreadAt } from './question.js';
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

export function asyncioQuestion({ maxTasks, values }: TaskSettings): TasksQuestion {
  return {
    name: 'the tasks of its event loops',
    of: 'process',
    ask: (python, { runtime, threads }) =>
      readAsyncio(python, {
        runtime,
        threads: loopThreads(threads),
        maxTasks,
        values: values?.(python) ?? null,
      }),
    same: isDeepStrictEqual,
    parts: partsOf,
  };
}

/** System calls in which a loop waits for what happens outside. */
const POLLS: ReadonlySet<string> = new Set('epoll_wait epoll_pwait epoll_pwait2 select pselect6 poll ppoll'.split(' '));

/** As far as it takes to tell which loop runs in each. */
export function loopThreads(threads: readonly ThreadAt[]): LoopThread[] {
  return threads.flatMap(loopThread);
}

function loopThread({ tid, state, stack, look, architecture }: ThreadAt): LoopThread[] {
  if (!state) return [];
  const call = look?.syscall ? syscallName(architecture, look.syscall.number) : null;
  return [
    {
      tid,
      ident: state.threadId,
      state: state.address,
      frames: stack?.frames ?? [],
      polls: call !== null && POLLS.has(call),
    },
  ];
}
