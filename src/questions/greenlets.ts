/** Which greenlets are there, where does each stand, and what for? Heap objects; who found them once asks again only what they are. */
import { isDeepStrictEqual } from 'node:util';
import { type FoundGreenlets, findGreenlets } from '../python/greenlets/find.js';
import { readGreenletTasks } from '../python/greenlets/read-tasks.js';
import type { GreenletThread } from '../python/greenlets/threads.js';
import { NO_TASKS } from '../python/tasks/answers.js';
import { readVariablesOf } from './locals.js';
import type { ProcessAt } from './question.js';
import { partsOf, type TaskSettings, type TasksQuestion } from './tasks.js';

export function greenletQuestion({ maxTasks, values }: TaskSettings): TasksQuestion {
  const found = new WeakMap<ProcessAt, FoundGreenlets | null>();
  return {
    name: 'its greenlets',
    of: 'process',
    ask: (python, at) => {
      const { interpreters } = at.runtime;
      let addresses = found.get(at);
      if (addresses === undefined) {
        addresses = findGreenlets(python, interpreters);
        found.set(at, addresses);
      }
      if (addresses === null) return NO_TASKS;
      const locals =
        values && ((frames: Parameters<typeof readVariablesOf>[1]) => readVariablesOf(python, frames, values));
      return readGreenletTasks(python, interpreters, addresses, threadsOf(at), { maxTasks, locals });
    },
    same: isDeepStrictEqual,
    parts: partsOf,
  };
}

function threadsOf({ threads }: ProcessAt): GreenletThread[] {
  return threads.flatMap(({ tid, state, stack, look }) =>
    tid === null || state === null
      ? []
      : [
          {
            tid,
            ident: state.threadId,
            sp: look?.sp ?? null,
            isInCall: look?.syscall != null,
            frames: stack?.frames ?? [],
          },
        ],
  );
}
