/** Which locks of `multiprocessing` that others share does a process have, and which of its threads? */
import { isDeepStrictEqual } from 'node:util';
import { readSharedLocks, type SharedLockAnswer } from '../python/waits/shared-locks.js';
import type { ProcessQuestion } from './question.js';
import { answeredThreads } from './resources.js';

/** `words`: addresses at which the address of a semaphore was found. */
export function sharedLocksQuestion(words: readonly number[]): ProcessQuestion<readonly SharedLockAnswer[]> {
  return {
    name: 'its locks that others share',
    of: 'process',
    ask: (python, { threads }) => readSharedLocks(python, answeredThreads(threads), words),
    same: isDeepStrictEqual,
  };
}
