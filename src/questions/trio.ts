/** Which tasks do runs of trio have, where does each stand, and why? Heap objects, which the runs' threads change. */
import { isDeepStrictEqual } from 'node:util';
import { NO_TASKS } from '../python/tasks/answers.js';
import { readTrio } from '../python/trio/read-tasks.js';
import { readRuns } from '../python/trio/runs.js';
import { readVariablesOf } from './locals.js';
import { loopThreads, partsOf, type TaskSettings, type TasksQuestion } from './tasks.js';

export function trioQuestion({ maxTasks, values }: TaskSettings): TasksQuestion {
  return {
    name: 'the tasks of trio',
    of: 'process',
    ask: (python, { threads }) => {
      const standing = loopThreads(threads);
      const runs = readRuns(python, standing);
      if (runs.length === 0) return NO_TASKS;
      const locals =
        values && ((frames: Parameters<typeof readVariablesOf>[1]) => readVariablesOf(python, frames, values));
      return readTrio(python, runs, standing, { maxTasks, locals });
    },
    same: isDeepStrictEqual,
    parts: partsOf,
  };
}
