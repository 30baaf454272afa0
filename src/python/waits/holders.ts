/**
 * Who has this lock? By its own account, where it keeps one; else by the `with` blocks that threads are in; else, probably,
 * by their code.
 */
import { offsetBy, toAddress } from '../../memory/address.js';
import type { WaitFields } from '../layouts/wait-fields.js';
import type { HolderAnswer, ThreadWait, WaitingThread } from './answers.js';
import { Bytecodes } from './bytecodes.js';
import type { HeldByWith } from './held-locks.js';
import { lockKindOf, readLockState } from './lock-words.js';
import { entered, heldByGenerator } from './managed.js';
import type { Objects } from './objects.js';
import type { Paths } from './paths.js';
import type { Scopes } from './scopes.js';
import { TakenAt } from './taken-at.js';
import { type LastCall, TakenLocks } from './taken-locks.js';
import type { WaitTools } from './tools.js';
import { type FrameInHand, inHandOf, ValueStacks } from './value-stack.js';
import { type FutexWait, parkedOn } from './waited-object.js';

/** A thread with what it answered. */
export interface AnsweredThread extends WaitingThread {
  readonly answer: ThreadWait;
}

export interface Held {
  readonly locked: boolean | null;
  readonly holders: readonly HolderAnswer[];
}

/** Frames in whose variables is looked for who has a lock. */
const MOST_FRAMES = 2000;

/** Where a lock was taken, and how that frame calls it. */
type Place = Pick<HolderAnswer, 'frame' | 'name' | 'takenAt'>;

const NOWHERE: Place = { frame: null, name: null, takenAt: null };

interface Found {
  readonly thread: AnsweredThread;
  readonly held: HeldByWith;
}

export class Holders {
  readonly #objects: Objects;
  readonly #paths: Paths;
  readonly #taken: TakenLocks;
  readonly #takenAt: TakenAt;
  readonly #scopes: Scopes;
  readonly #stacks: ValueStacks;
  readonly #freeThreaded: WaitFields['freeThreaded'];
  readonly #threads: readonly AnsweredThread[];
  readonly #byIdent: ReadonlyMap<number, AnsweredThread>;
  #byLock: ReadonlyMap<number, readonly Found[]> | null = null;

  constructor(tools: WaitTools, fields: WaitFields, threads: readonly AnsweredThread[]) {
    this.#objects = tools.objects;
    this.#paths = tools.paths;
    const bytecodes = new Bytecodes(tools.objects, fields);
    this.#taken = new TakenLocks(tools.objects, tools.scopes, bytecodes);
    this.#scopes = tools.scopes;
    this.#stacks = tools.stacks ?? new ValueStacks(tools.objects, fields);
    this.#takenAt = new TakenAt(tools.objects, this.#stacks, bytecodes);
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
      holders: holders.length > 0 || state.locked === null ? holders : this.#probably(lock),
    };
  }

  #probably(lock: number): HolderAnswer[] {
    const byCode = this.#byCode(lock);
    return byCode.length > 0 ? byCode : this.#byVariables(lock);
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
    if (!thread) return { tid: null, gone: true, evidence: 'exact', how: 'owner', ...NOWHERE };
    const found = (this.#withs().get(lock) ?? []).find((one) => one.thread === thread);
    const place = found
      ? this.#placeOf(found)
      : (this.#callIn(thread, lock, 0, (call) => call.method === 'acquire') ?? NOWHERE);
    return { tid: thread.tid, gone: false, evidence: 'exact', how: 'owner', ...place };
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
      ...this.#placeOf(found),
    };
  }

  /** Who calls one of these methods of the object further on, of all who do not wait for it themselves. */
  whoMayEnd(object: number, methods: ReadonlySet<string>): Held {
    const holders = this.#threads.flatMap((thread): HolderAnswer[] => {
      const { wait } = thread.answer;
      if (wait?.object === object) return [];
      for (let frame = wait?.libraryFrames ?? 0; frame < thread.frames.length; frame++) {
        const inHand = inHandOf(thread.frames[frame]);
        const call = inHand && this.#taken.nextCall(inHand, object, methods);
        if (!inHand || !call) continue;
        const name = this.#objects.attempt(() => this.#paths.find(inHand, object));
        const takenAt = this.#takenAt.line(inHand, call.at);
        return [{ tid: thread.tid, gone: false, evidence: 'probable', how: 'ends', frame, name, takenAt }];
      }
      return [];
    });
    return { locked: null, holders };
  }

  /** By generators that are suspended in a `with` of it, and by what was entered into an ExitStack. */
  #byVariables(lock: number): HolderAnswer[] {
    let left = MOST_FRAMES;
    return this.#threads.flatMap((thread): HolderAnswer[] => {
      for (let frame = 0; frame < thread.frames.length && left > 0; frame++, left--) {
        const inHand = inHandOf(thread.frames[frame]);
        const has = inHand && this.#objects.attempt(() => this.#keepers(inHand).some((one) => one.includes(lock)));
        if (!inHand || !has) continue;
        const name = this.#objects.attempt(() => this.#paths.find(inHand, lock));
        const call = this.#taken.enteredContext(inHand);
        const takenAt = call && this.#takenAt.line(inHand, call.at);
        return [{ tid: thread.tid, gone: false, evidence: 'probable', how: 'variable', frame, name, takenAt }];
      }
      return [];
    });
  }

  /** The locks that each generator and ExitStack has that a frame has. */
  #keepers(inHand: FrameInHand): number[][] {
    const objects = this.#objects;
    const all = [...this.#scopes.variables(inHand).map(({ value }) => value), ...this.#stacks.all(inHand)];
    return all.flatMap((object) => {
      const type = objects.shortTypeName(object);
      if (type !== 'generator' && type !== 'ExitStack') return [];
      const read = type === 'generator' ? heldByGenerator : entered;
      return [(objects.attempt(() => read(objects, this.#stacks, object)) ?? []).map((lock) => lock.object)];
    });
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

  #callIn(thread: AnsweredThread, lock: number, from: number, fits: (call: LastCall) => boolean): Place | null {
    for (let frame = from; frame < thread.frames.length; frame++) {
      const inHand = inHandOf(thread.frames[frame]);
      const call = inHand && this.#objects.attempt(() => this.#taken.lastCall(inHand, lock));
      if (inHand && call && fits(call)) {
        const name = this.#objects.attempt(() => this.#paths.find(inHand, lock));
        return { frame, name, takenAt: this.#takenAt.line(inHand, call.at) };
      }
    }
    return null;
  }

  #placeOf({ thread, held }: Found): Place {
    const { frame, slot } = held;
    const inHand = inHandOf(thread.frames[frame]);
    if (!inHand) return { frame, name: null, takenAt: null };
    const call = held.entered ? this.#taken.enteredContext(inHand) : null;
    const takenAt = call
      ? this.#takenAt.line(inHand, call.at)
      : this.#objects.attempt(() => this.#takenAt.withLine(inHand, slot));
    return { frame, name: this.#nameOf(inHand, held), takenAt };
  }

  #nameOf(inHand: FrameInHand, { named, suffix, object }: HeldByWith): string | null {
    const find = (one: number) => this.#objects.attempt(() => this.#paths.find(inHand, one));
    const name = find(named);
    return name === null ? find(object) : name + suffix;
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
    holders: threads.map(({ tid }) => ({ tid, gone: false, evidence: 'exact', how, ...NOWHERE })),
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
