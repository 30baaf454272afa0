/**
 * What does a thread wait for, and which locks does it have by `with`? Its frames, its value stack and the lock that it is
 * blocked on stay as they are while it waits, so that it costs nobody a stop.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ThreadWait, WaitingThread } from '../python/waits/answers.js';
import { readThreadWait } from '../python/waits/read-waits.js';
import { given } from './answers.js';
import { GIL } from './gil.js';
import { type Deadline, deadlineOf, isFutexWait, kernelWaitOf } from './kernel-waits.js';
import type { ThreadAt, ThreadQuestion } from './question.js';

export interface WaitOfThread extends ThreadWait {
  /** When the wait ends by itself; null: never, or not known. */
  readonly deadline: Deadline | null;
}

const NOTHING: WaitOfThread = { wait: null, held: [], deadline: null };

export const WAIT: ThreadQuestion<WaitOfThread> = {
  name: 'what it waits for',
  of: 'thread',
  reads: 'own',
  ask: (python, at) => {
    const thread = waitingThread(at);
    // What runs moves on while it is read.
    if (!thread || at.look === null || at.look.syscall === null) return NOTHING;
    return { ...readThreadWait(python, thread), deadline: deadlineOf(python.memory, at.architecture, at.look) };
  },
  same: isDeepStrictEqual,
};

/** The thread as far as waits go; null: it is no thread of the system. */
export function waitingThread(at: ThreadAt): WaitingThread | null {
  const { tid, state, stack, look, architecture } = at;
  if (tid === null) return null;
  const frames = (stack?.frames ?? []).map((frame) =>
    'problem' in frame.ran ? null : { frame, code: frame.ran.code },
  );
  const known = { tid, innerTid: state?.nativeThreadId ?? tid, ident: state?.threadId ?? 0, frames };
  const gil = given(at.answerTo(GIL));
  // Who has the GIL, and who waits for it, is known already.
  if (!look || gil === 'waiting' || gil === 'dropping') return { ...known, futex: null, kernel: null };
  if (!isFutexWait(architecture, look)) return { ...known, futex: null, kernel: kernelWaitOf(architecture, look) };
  const [futex = 0, , value = 0] = look.syscall?.args ?? [];
  return { ...known, futex: { futex, value, sp: look.sp }, kernel: null };
}
