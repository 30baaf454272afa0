/**
 * What does a thread wait for, and which locks does it have by `with`? Its frames, its value stack and the lock that it is
 * blocked on stay as they are while it waits, so that it costs nobody a stop.
 */
import { isDeepStrictEqual } from 'node:util';
import type { OsLook } from '../process/process.js';
import type { ThreadWait, WaitingThread } from '../python/waits/answers.js';
import { readHeldWhileRunning, readThreadWait } from '../python/waits/read-waits.js';
import { given } from './answers.js';
import { GIL } from './gil.js';
import { type Deadline, deadlineAddress, deadlineOf, isFutexWait, kernelWaitOf } from './kernel-waits.js';
import type { ThreadAt, ThreadQuestion } from './question.js';

export interface WaitOfThread extends ThreadWait {
  /** When the wait ends by itself; null: never, or not known. */
  readonly deadline: Deadline | null;
}

const NOTHING: WaitOfThread = { wait: null, held: [], sections: [], deadline: null };

export const WAIT: ThreadQuestion<WaitOfThread> = {
  name: 'what it waits for',
  of: 'thread',
  reads: 'own',
  ask: (python, at) => {
    const thread = waitingThread(at);
    if (!thread || at.look === null) return NOTHING;
    // What runs moves on while it is read: its frames are those of the copy.
    if (at.look.syscall === null) {
      return { wait: null, ...readHeldWhileRunning(python, at.copy, thread), deadline: null };
    }
    return { ...readThreadWait(python, thread), deadline: deadlineOf(python.memory, at.architecture, at.look) };
  },
  // The innermost frames, in which what is waited for is found; what a parked thread sleeps on, and until when: both are on
  // its own stack.
  ahead: ({ look, stack, architecture }) => {
    if (!look?.syscall) return [];
    const [inner, outer] = stack?.frames ?? [];
    return [inner?.address ?? 0, outer?.address ?? 0, look.syscall.args[0] ?? 0, deadlineAddress(architecture, look)];
  },
  same: isDeepStrictEqual,
};

const made = new WeakMap<ThreadAt, WaitingThread | null>();

/** The thread as far as waits go; null: it is no thread of the system. Always the same. */
export function waitingThread(at: ThreadAt): WaitingThread | null {
  let thread = made.get(at);
  if (thread === undefined) {
    thread = threadOf(at);
    made.set(at, thread);
  }
  return thread;
}

function threadOf(at: ThreadAt): WaitingThread | null {
  const { tid, state, stack, look, architecture } = at;
  if (tid === null) return null;
  const gil = given(at.answerTo(GIL));
  // Who has the GIL, and who waits for it, is known already.
  const call = gil === 'waiting' || gil === 'dropping' ? null : look;
  const isFutex = call !== null && isFutexWait(architecture, call);
  return {
    tid,
    innerTid: state?.nativeThreadId ?? tid,
    ident: state?.threadId ?? 0,
    state: state?.address ?? 0,
    interpreter: state?.interpreter ?? 0,
    isAttached: state?.attachment === 'attached',
    frames: stack?.frames ?? [],
    futex: isFutex ? futexOf(call) : null,
    kernel: call === null || isFutex ? null : kernelWaitOf(architecture, call),
  };
}

function futexOf({ syscall, sp }: OsLook): WaitingThread['futex'] {
  const [futex = 0, , value = 0] = syscall?.args ?? [];
  return { futex, value, sp };
}
