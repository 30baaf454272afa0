/** Which tasks do runs of trio have, where does each stand, and why? Heap objects, which the runs' threads change. */
import { isDeepStrictEqual } from 'node:util';
import { readTrio } from '../python/trio/read-tasks.js';
import { readVariablesOf } from './locals.js';
import { loopThreads, partsOf, type TaskSettings, type TasksQuestion } from './tasks.js';

export function trioQuestion({ maxTasks, values }: TaskSettings): TasksQuestion {
  return {
    name: 'the tasks of trio',
    of: 'process',
    ask: (python, { threads }) => {
      const locals =
        values && ((frames: Parameters<typeof readVariablesOf>[1]) => readVariablesOf(python, frames, values));
      return readTrio(python, loopThreads(threads), { maxTasks, locals });
    },
    same: isDeepStrictEqual,
    parts: partsOf,
  };
}
