/** How does a captured thread become one of the result? Identity, state words, frames, and how all of it is known. */

import { type Address, formatAddress } from '../memory/address.js';
import type { CapturedNativeThread, CapturedThread } from '../moment/captured.js';
import type { PolledDescriptors } from '../moment/polled.js';
import type { Architecture } from '../process/arch.js';
import type { OsLook, OsThread } from '../process/process.js';
import { collectingOf, gilStateOf } from '../python/gil.js';
import type { OsThreadState, Thread } from '../snapshot.js';
import type { FrameDescriber } from './frames.js';
import { describeWait } from './os-state.js';
import type { Names } from './thread-names.js';

/** A thread of the result, with what it was captured as. */
export interface DescribedThread {
  readonly captured: CapturedThread | CapturedNativeThread;
  readonly thread: Thread;
}

export interface ThreadContext {
  readonly frames: FrameDescriber;
  readonly names: Names;
  /** `pthread_self()` -> the thread state of the OS thread it is the identity of. */
  readonly idents: ReadonlyMap<number, Address>;
  /** By kernel id as seen from here. */
  readonly osThreads: ReadonlyMap<number, OsThread>;
  /** Kernel id of the process; null when not known. */
  readonly pid: number | null;
  readonly architecture: Architecture;
  readonly describeFd: (fd: number) => string | null;
  /** Which descriptors the threads wait for that poll. */
  readonly polled: PolledDescriptors;
}

export function describeThread(captured: CapturedThread, context: ThreadContext): Thread {
  const { walk, runtime, tid } = captured;
  const { state } = walk;
  const os = tid === null ? null : (context.osThreads.get(tid) ?? null);
  const borrowed = borrowsIdentity(captured, context);
  const named = borrowed ? undefined : context.names.byInterpreter.get(state.interpreter)?.get(state.threadId);
  const interpreter = runtime.interpreters.find(({ address }) => address === state.interpreter);
  return {
    ...unidentified(os),
    tid,
    name: named?.name ?? null,
    isPython: true,
    isMain: tid !== null && tid === context.pid,
    interpreterId: state.interpreterId,
    threadState: formatAddress(state.address),
    gil: gilStateOf(state, interpreter?.gil ?? null, blockedCall(captured)),
    attachment: state.attachment,
    gc: interpreter ? collectingOf(state, interpreter, runtime.threadStates) : null,
    status: borrowed ? 'unstarted' : statusOf(captured),
    os: osState(os, captured.look, context),
    evidence: captured.evidence,
    consistent: isConsistent(captured),
    movingFrames: captured.movingFrames,
    ending: walk.stack.ending,
    exception: context.frames.exception(walk),
    frames: context.frames.describe(walk),
  };
}

/** A thread the interpreter does not know. */
export function describeNativeThread({ look, evidence }: CapturedNativeThread, context: ThreadContext): Thread {
  const os = context.osThreads.get(look.tid) ?? null;
  return {
    ...unidentified(os),
    tid: look.tid,
    isMain: look.tid === context.pid,
    os: osState(os, look, context),
    evidence,
    consistent: evidence !== 'none',
  };
}

function unidentified(os: OsThread | null): Thread {
  return {
    tid: null,
    innerTid: os !== null && os.innerTid !== os.tid ? os.innerTid : null,
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
    evidence: 'none',
    consistent: true,
    movingFrames: 0,
    ending: { kind: 'complete', reason: null },
    frames: [],
    nativeEnding: null,
    exception: null,
    faulting: false,
    registers: null,
  };
}

function blockedCall({ look }: CapturedThread): Parameters<typeof gilStateOf>[2] {
  if (!look || look.running === null) return 'unknown';
  return look.syscall === null ? null : { nr: look.syscall.number, args: look.syscall.args };
}

/**
 * Whether the thread has yet to start: until it does, its thread state carries the `thread_id` of the thread that made it
 * (3.11), under which that one's name is found.
 */
function borrowsIdentity({ walk, tid }: CapturedThread, { idents }: ThreadContext): boolean {
  const owner = idents.get(walk.state.threadId);
  return tid === null && owner !== undefined && owner !== walk.state.address;
}

/** A thread state that no OS thread has bound to has no pthread yet; one that had one has outlived it. */
function statusOf({ walk, tid, terminated }: CapturedThread): Thread['status'] {
  if (terminated) return 'terminated';
  if (tid !== null) return 'alive';
  return walk.state.threadId === 0 ? 'unstarted' : 'terminated';
}

/** A thread state without a thread, once settled, does not change; any other is as good as the evidence. */
function isConsistent({ evidence, tid, terminated, settled, walk }: CapturedThread): boolean {
  if (walk.stack.frames.some(({ ran }) => 'problem' in ran)) return false;
  return evidence !== 'none' || ((tid === null || terminated) && settled);
}

function osState(os: OsThread | null, look: OsLook | null, context: ThreadContext): OsThreadState | null {
  const call = look?.syscall ?? null;
  if (!os && !call && !look) return null;
  const polled = (look && context.polled.get(look.tid)) ?? null;
  const wait = call ? describeWait(context.architecture, call, polled, context.describeFd) : null;
  const running = look?.running ?? null;
  const activity = running === null ? null : running ? 'running' : 'waiting';
  return { state: os?.state ?? null, activity, syscall: wait?.syscall ?? null, waitingOn: wait?.waitingOn ?? null };
}
