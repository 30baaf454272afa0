/** How does a captured thread become one of the result? Identity, state words, frames, and how all of it is known. */

import { type Address, formatAddress } from '../memory/address.js';
import type { CapturedNativeThread, CapturedThread } from '../moment/captured.js';
import type { Architecture } from '../process/arch.js';
import type { OsThread } from '../process/process.js';
import { given, known } from '../questions/answers.js';
import { GC } from '../questions/gc.js';
import { GIL } from '../questions/gil.js';
import type { Questions } from '../questions/index.js';
import { NAMES } from '../questions/names.js';
import { POLLED } from '../questions/polled.js';
import type { OsThreadState, Thread } from '../snapshot.js';
import type { ExceptionDescriber } from './exceptions.js';
import type { FrameDescriber } from './frames.js';
import { describeWait } from './os-state.js';

/** A thread of the result, with what it was captured as. */
export interface DescribedThread {
  readonly captured: CapturedThread | CapturedNativeThread;
  readonly thread: Thread;
}

export interface ThreadContext {
  readonly frames: FrameDescriber;
  readonly exceptions: ExceptionDescriber;
  /** `pthread_self()` -> the thread state of the OS thread it is the identity of. */
  readonly idents: ReadonlyMap<number, Address>;
  /** By kernel id as seen from here. */
  readonly osThreads: ReadonlyMap<number, OsThread>;
  /** Kernel id of the process; null when not known. */
  readonly pid: number | null;
  readonly architecture: Architecture;
  readonly describeFd: (fd: number) => string | null;
  readonly questions: Questions;
}

/** What is told of a thread without its interpreter. */
export type OsContext = Pick<ThreadContext, 'osThreads' | 'pid' | 'architecture' | 'describeFd'>;

export function describeThread(captured: CapturedThread, context: ThreadContext): Thread {
  const { walk, answers, tid } = captured;
  const { state } = walk;
  const os = tid === null ? null : (context.osThreads.get(tid) ?? null);
  const borrowed = borrowsIdentity(captured, context);
  const { locals, exception } = context.questions;
  const raised = exception && given(walk.answers.get(exception));
  // In one piece, in the order of `unidentified`: there may be thousands.
  const thread: Thread = {
    tid,
    innerTid: innerTidOf(os),
    name: borrowed ? null : nameOf(captured, context),
    osName: os?.name ?? null,
    isPython: true,
    isMain: tid !== null && tid === context.pid,
    interpreterId: state.interpreterId,
    threadState: formatAddress(state.address),
    gil: given(answers.get(GIL)) ?? 'unknown',
    attachment: state.attachment,
    gc: given(answers.get(GC)),
    status: borrowed ? 'unstarted' : statusOf(captured),
    os: osState(os, captured, context),
    stillMs: null,
    waits: [],
    evidence: captured.evidence,
    consistent: isConsistent(captured),
    movingFrames: captured.movingFrames,
    ending: walk.stack.ending,
    frames: context.frames.describe(walk.stack, locals && given(walk.answers.get(locals))),
    nativeEnding: null,
    exception: raised && context.frames.exception(raised),
    exceptions: context.exceptions.describe(known(answers.get(context.questions.exceptions))),
    faulting: false,
    registers: null,
  };
  if (walk.stack.innerGap !== undefined) thread.innerGap = walk.stack.innerGap;
  return thread;
}

/** By its ident; of the process's first thread, where greenlets have taken the idents over, that of the main greenlet. */
function nameOf({ answers, tid }: CapturedThread, { pid }: ThreadContext): string | null {
  const named = known(answers.get(NAMES));
  return named?.name?.name ?? (tid !== null && tid === pid ? (named?.mainGreenlet ?? null) : null);
}

/** A thread the interpreter does not know. */
export function describeNativeThread(captured: CapturedNativeThread, context: OsContext): Thread {
  const { look, evidence } = captured;
  const os = context.osThreads.get(look.tid) ?? null;
  return {
    ...unidentified(os),
    tid: look.tid,
    isMain: look.tid === context.pid,
    os: osState(os, captured, context),
    evidence,
    consistent: evidence !== 'none',
  };
}

function unidentified(os: OsThread | null): Thread {
  return {
    tid: null,
    innerTid: innerTidOf(os),
    name: null,
    osName: os?.name ?? null,
    isPython: false,
    isMain: false,
    interpreterId: null,
    threadState: null,
    gil: 'none',
    attachment: null,
    gc: false,
    status: 'alive',
    os: null,
    stillMs: null,
    waits: [],
    evidence: 'none',
    consistent: true,
    movingFrames: 0,
    ending: { kind: 'complete', reason: null },
    frames: [],
    nativeEnding: null,
    exception: null,
    exceptions: null,
    faulting: false,
    registers: null,
  };
}

function innerTidOf(os: OsThread | null): number | null {
  return os !== null && os.innerTid !== os.tid ? os.innerTid : null;
}

/**
 * Whether the thread has yet to start: until it does, its thread state carries the `thread_id` of the thread that made it
 * (3.11), under which that one's name is found.
 */
function borrowsIdentity({ walk, tid }: CapturedThread, { idents }: ThreadContext): boolean {
  const owner = idents.get(walk.state.threadId);
  return tid === null && owner !== undefined && owner !== walk.state.address;
}

/** A thread state that no OS thread has bound to has no pthread yet, and no calls; one that had one has outlived it. */
function statusOf({ walk, tid, terminated }: CapturedThread): Thread['status'] {
  if (terminated) return 'terminated';
  if (tid !== null) return 'alive';
  if (walk.state.threadId !== 0) return 'terminated';
  return walk.stack.frames.length === 0 ? 'unstarted' : 'alive';
}

/** A thread state without a thread, once settled, does not change; any other is as good as the evidence. */
function isConsistent({ evidence, tid, terminated, settled, walk }: CapturedThread): boolean {
  for (const { ran } of walk.stack.frames) if ('problem' in ran) return false;
  return evidence !== 'none' || ((tid === null || terminated) && settled);
}

function osState(
  os: OsThread | null,
  { look, answers }: DescribedThread['captured'],
  context: OsContext,
): OsThreadState | null {
  const call = look?.syscall ?? null;
  if (!os && !call) return null;
  const polled = known(answers.get(POLLED));
  const wait = call ? describeWait(context.architecture, call, polled, context.describeFd) : null;
  const running = look?.running ?? null;
  const activity = running === null ? null : running ? 'running' : 'waiting';
  return {
    state: os?.state ?? null,
    activity,
    syscall: wait?.syscall ?? null,
    waitingOn: wait?.waitingOn ?? null,
    runs: look?.runs ?? null,
  };
}
