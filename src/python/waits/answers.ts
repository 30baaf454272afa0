/** What is asked of threads that wait, and what is answered: plain values, by thread and by address. */
import type { HolderEvidence, WaitKind } from '../../snapshot.js';
import type { HeldByWith } from './held-locks.js';
import type { RanFrame } from './value-stack.js';
import type { FutexWait } from './waited-object.js';

/** A thread, as far as it takes to tell what it waits for and what it holds. */
export interface WaitingThread {
  /** Kernel id as seen from here. */
  readonly tid: number;
  /** The id that it has inside, by which C code knows it. */
  readonly innerTid: number;
  /** `pthread_self()`, by which Python knows it; 0: it does not. */
  readonly ident: number;
  /** Addresses of its PyThreadState and of the PyInterpreterState; 0: it has none. */
  readonly state: number;
  readonly interpreter: number;
  /** Whether it may touch Python's objects, where there is no GIL: then nobody can have all threads stand still. */
  readonly isAttached: boolean;
  /** Innermost first. */
  readonly frames: readonly RanFrame[];
  /** What it sleeps on, if that is a futex and not the GIL's. */
  readonly futex: FutexWait | null;
  /** Kind of wait by its system call; null: it does not wait, or for a futex. */
  readonly kernel: WaitKind | null;
}

/** What a thread waits for. */
export interface WaitAnswer {
  readonly kind: WaitKind;
  /** Address of the object (of C code's mutex, where it is); 0: not known. */
  readonly object: number;
  readonly name: string | null;
  /** The lock itself that it sleeps on, which is inside of the object, or is it; 0: not known, or none. */
  readonly lock: number;
  /** How many frames, innermost first, are the library's, about this wait. */
  readonly libraryFrames: number;
}

/** What one thread waits for, and which locks it has by `with`. */
export interface ThreadWait {
  readonly wait: WaitAnswer | null;
  readonly held: readonly HeldByWith[];
  /** Addresses of the mutexes of objects that it has in critical sections of C code. Empty where there is a GIL. */
  readonly sections: readonly number[];
}

/** Something that is waited for, and who has it. */
export interface ResourceAnswer {
  readonly kind: WaitKind;
  readonly object: number;
  readonly type: string | null;
  readonly description: string;
  readonly locked: boolean | null;
  readonly holders: readonly HolderAnswer[];
  /** Kernel id of one who waits for it by its own account: that one may nap while it does. null: it does not tell. */
  readonly wantedBy: number | null;
}

export interface HolderAnswer {
  /** null: no thread of this process. */
  readonly tid: number | null;
  /** Whether the lock names an owner that is no thread any more. */
  readonly gone: boolean;
  readonly evidence: HolderEvidence;
  readonly how: 'owner' | 'with' | 'acquire' | 'section' | 'attached' | 'variable' | 'ends';
  readonly name: string | null;
  /** Index of the frame in which it was taken, innermost first; null: not known. */
  readonly frame: number | null;
  /** The line of that frame's function on which it was taken; null: not known. */
  readonly takenAt: number | null;
}
