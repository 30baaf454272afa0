/** What is it that threads wait for, and who has it? Of all threads together, by what each has answered. */
import { isDeepStrictEqual } from 'node:util';
import type { ResourceAnswer } from '../python/waits/answers.js';
import { type AnsweredThread, readResources } from '../python/waits/read-resources.js';
import { given } from './answers.js';
import type { ProcessQuestion, ThreadAt } from './question.js';
import { WAIT, waitingThread } from './waits.js';

export const RESOURCES: ProcessQuestion<readonly ResourceAnswer[]> = {
  name: 'what its threads wait for',
  of: 'process',
  // An owner that has not run since has what it is said to have; one that took the lock later has run.
  isAskedOnce: true,
  ask: (python, { threads }) => readResources(python, answeredThreads(threads)),
  same: isDeepStrictEqual,
};

/** Threads with what they answered as to their waits. */
export function answeredThreads(threads: readonly ThreadAt[]): AnsweredThread[] {
  return threads.flatMap((at) => {
    const thread = waitingThread(at);
    const answer = given(at.answerTo(WAIT));
    if (!thread) return [];
    // The frames of who runs are not to be read, but it may be an owner.
    const isStill = answer !== null && at.look?.syscall != null;
    const frames = isStill ? thread.frames : [];
    return [{ ...thread, frames, answer: answer ?? { wait: null, held: [], sections: [] } }];
  });
}
