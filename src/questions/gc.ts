/** Does this thread run the garbage collector? Told by what was copied already. */
import { collectingOf } from '../python/gil.js';
import type { ThreadQuestion } from './question.js';

/** Null: it cannot be told. */
export const GC: ThreadQuestion<boolean | null> = {
  name: 'whether it collects garbage',
  of: 'thread',
  reads: 'own',
  ask: (_, { state, runtime }) => {
    if (!state) return false;
    const interpreter = runtime.interpreters.find(({ address }) => address === state.interpreter);
    return interpreter ? collectingOf(state, interpreter, runtime.threadStates) : null;
  },
  same: (a, b) => a === b,
};
