/**
 * Who has this lock? By its own account, where it keeps one; else by the `with` blocks that threads are in; else, probably,
 * by their code.
 */
import { offsetBy, toAddress } from '../../memory/address.js';
import type { WaitFields } from '../layouts/wait-fields.js';
import type { HolderAnswer, ThreadWait, WaitingThread } from './answers.js';
import type { HeldByWith } from './held-locks.js';
import { lockKindOf, readLockState } from './lock-words.js';
import type { Objects } from './objects.js';
import type { Paths } from './paths.js';
import { TakenLocks } from './taken-locks.js';
import type { WaitTools } from './tools.js';
import { inHandOf } from './value-stack.js';
import { type FutexWait, parkedOn } from './waited-object.js';

/** A thread with what it answered. */
export interface AnsweredThread extends WaitingThread {
  readonly answer: ThreadWait;
}

export interface Held {
  readonly locked: boolean | null;
  readonly holders: readonly HolderAnswer[];
}

interface Found {
  readonly thread: AnsweredThread;
  readonly held: HeldByWith;
}

export class Holders {
  readonly #objects: Objects;
  readonly #paths: Paths;
  readonly #taken: TakenLocks;
  readonly #freeThreaded: WaitFields['freeThreaded'];
  readonly #threads: readonly AnsweredThread[];
  readonly #byIdent: ReadonlyMap<number, AnsweredThread>;
  #byLock: ReadonlyMap<number, readonly Found[]> | null = null;

  constructor(tools: WaitTools, fields: WaitFields, threads: readonly AnsweredThread[]) {
    this.#objects = tools.objects;
    this.#paths = tools.paths;
    this.#taken = new TakenLocks(tools.objects, tools.scopes, fields);
    this.#freeThreaded = fields.freeThreaded;
    this.#threads = threads;
    this.#byIdent = new Map(threads.filter(({ ident }) => ident !== 0).map((thread) => [thread.ident, thread]));
  }

  /** Of a lock of Python's, or an object that has one. */
  of(lock: number): Held {
    const state = this.#stateOf(lock);
    if (state.locked === false) return { locked: false, holders: [] };
    if (state.owner !== null) return { locked: true, holders: [this.#owner(lock, state.owner)] };
    if (state.keepsOwner) return { locked: state.locked, holders: [] };
    const found = this.#withs().get(lock) ?? [];
    const holders = found.map((one) => this.#byWith(lock, one, found.length > 1));
    return {
      locked: state.locked,
      holders: holders.length > 0 || state.locked === null ? holders : this.#byCode(lock),
    };
  }

  /** Of the mutex that an object has where there is no GIL. */
  ofMutex(object: number): Held {
    const mutex = object + (this.#freeThreaded?.ob_mutex ?? 0);
    return heldByAll(
      this.#threads.filter(({ answer }) => answer.sections.includes(mutex)),
      { how: 'section' },
    );
  }

  /** Who keeps the threads of an interpreter from standing still: those that may touch objects. */
  whoAreAttached({ tid, interpreter }: WaitingThread): Held {
    return heldByAll(
      this.#threads.filter((one) => one.isAttached && one.tid !== tid && one.interpreter === interpreter),
      { how: 'attached' },
    );
  }

  /** By `pthread_self()`. */
  threadOf(ident: number): AnsweredThread | null {
    return this.#byIdent.get(ident) ?? null;
  }

  #stateOf(lock: number): { locked: boolean | null; owner: number | null; keepsOwner: boolean } {
    const objects = this.#objects;
    const kind = lockKindOf(objects, lock);
    if (kind !== null) {
      return (
        objects.attempt(() => readLockState(objects, lock, kind)) ?? { locked: null, owner: null, keepsOwner: false }
      );
    }
    // Locks of Python code: 2.7's RLock, and the import system's.
    for (const name of ['_RLock__owner', 'owner']) {
      const pointer = objects.ownAttribute(lock, name);
      if (pointer === 0) continue;
      const owner = objects.int(pointer);
      return { locked: owner !== null, owner, keepsOwner: true };
    }
    return { locked: null, owner: null, keepsOwner: false };
  }

  #owner(lock: number, ident: number): HolderAnswer {
    const thread = this.#byIdent.get(ident);
    if (!thread) return { tid: null, gone: true, evidence: 'exact', how: 'owner', name: null, frame: null };
    const found = (this.#withs().get(lock) ?? []).find((one) => one.thread === thread);
    const at = found
      ? { frame: found.held.frame, name: this.#nameOf(found) }
      : this.#callIn(thread, lock, 0, (call) => call.method === 'acquire');
    const { frame, name } = at ?? { frame: null, name: null };
    return { tid: thread.tid, gone: false, evidence: 'exact', how: 'owner', name, frame };
  }

  /** `contested`: several are in a `with` of it, so that all but one have let go of it in other ways. */
  #byWith(lock: number, found: Found, contested: boolean): HolderAnswer {
    const { thread, held } = found;
    const inHand = inHandOf(thread.frames[held.frame]);
    const last = inHand ? this.#objects.attempt(() => this.#taken.lastCall(inHand, lock)) : null;
    const isCertain = held.how === 'direct' && !contested && last?.method !== 'release';
    return {
      tid: thread.tid,
      gone: false,
      evidence: isCertain ? 'exact' : 'probable',
      how: 'with',
      name: this.#nameOf(found),
      frame: held.frame,
    };
  }

  #byCode(lock: number): HolderAnswer[] {
    return this.#threads.flatMap((thread): HolderAnswer[] => {
      // What it waits for now it has not taken: frames up to this one are still about the wait.
      const { wait } = thread.answer;
      const from = wait?.lock === lock ? wait.libraryFrames + 1 : 0;
      const at = this.#callIn(thread, lock, from, ({ method, later }) => method === 'acquire' && later);
      if (!at) return [];
      return [{ tid: thread.tid, gone: false, evidence: 'probable', how: 'acquire', ...at }];
    });
  }

  #callIn(
    thread: AnsweredThread,
    lock: number,
    from: number,
    fits: (call: { method: string; later: boolean }) => boolean,
  ): { frame: number; name: string | null } | null {
    for (let frame = from; frame < thread.frames.length; frame++) {
      const inHand = inHandOf(thread.frames[frame]);
      const call = inHand && this.#objects.attempt(() => this.#taken.lastCall(inHand, lock));
      if (inHand && call && fits(call)) {
        return { frame, name: this.#objects.attempt(() => this.#paths.find(inHand, lock)) };
      }
    }
    return null;
  }

  #nameOf({ thread, held }: Found): string | null {
    const inHand = inHandOf(thread.frames[held.frame]);
    const name = inHand ? this.#objects.attempt(() => this.#paths.find(inHand, held.named)) : null;
    return name === null ? null : name + held.suffix;
  }

  /** All that is held by `with`, by the lock. Found out once. */
  #withs(): ReadonlyMap<number, readonly Found[]> {
    if (this.#byLock) return this.#byLock;
    const byLock = new Map<number, Found[]>();
    for (const thread of this.#threads) {
      for (const one of thread.answer.held) {
        const found = byLock.get(one.object) ?? [];
        // Several times by one thread: the innermost is told.
        if (!found.some((other) => other.thread === thread)) found.push({ thread, held: one });
        byLock.set(one.object, found);
      }
    }
    this.#byLock = byLock;
    return byLock;
  }
}

function heldByAll(threads: readonly AnsweredThread[], { how }: Pick<HolderAnswer, 'how'>): Held {
  return {
    locked: true,
    holders: threads.map(({ tid }) => ({ tid, gone: false, evidence: 'exact', how, name: null, frame: null })),
  };
}

/**
 * `pthread_self()` of who has the lock inside a buffered stream: it keeps its owner in the word after the lock. 0: nobody.
 * null: the lock is not where the wait says. https://github.com/python/cpython/blob/v3.12.1/Modules/_io/bufferedio.c (buffered)
 */
export function streamOwner(objects: Objects, stream: number, wait: FutexWait): number | null {
  const words = objects.innerWords(stream);
  const parked = parkedOn(objects, wait);
  const inside = parked === null ? -1 : Math.floor((parked - stream - objects.layout.PyObject.sizeof) / 8);
  const at = inside >= 0 && inside < words.length ? inside : words.indexOf(parked ?? wait.futex);
  return at < 0 ? null : (words[at + 1] ?? null);
}

/** `__owner` of a pthread mutex: the kernel id of who has it. https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/nptl/bits/struct_mutex.h */
const MUTEX = { lock: 0, owner: 8, kind: 16, size: 24 } as const;
/** Its first word when it is taken and somebody waits. */
const MUTEX_CONTENDED = 2;
/** Bits of a mutex's kind that are in use. */
const MOST_KIND = 0x200;

/**
 * Kernel id, as the process has it, of who has the mutex that a futex is the first word of; null: it does not look like one
 * that somebody has. Throws as the memory does.
 */
export function mutexOwner(objects: Objects, { futex, value }: FutexWait): number | null {
  if (value !== MUTEX_CONTENDED) return null;
  const view = objects.memory.read(offsetBy(toAddress(futex), 0), MUTEX.size);
  if (view.getUint32(MUTEX.lock, true) !== MUTEX_CONTENDED || view.getUint32(MUTEX.kind, true) >= MOST_KIND)
    return null;
  const owner = view.getInt32(MUTEX.owner, true);
  return owner > 0 ? owner : null;
}
