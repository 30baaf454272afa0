/**
 * What does a lock say of itself? Whether it is taken, and by whom where it knows that. How one looks changed within patch
 * releases (3.13): decided by the size that its type gives its instances.
 *
 * `_thread.lock`, up to 3.12: https://github.com/python/cpython/blob/v3.12.1/Include/internal/pycore_pythread.h,
 * Modules/_threadmodule.c (lockobject, rlockobject); 3.14: https://github.com/python/cpython/blob/v3.14.0/Modules/_threadmodule.c
 * `SemLock`: https://github.com/python/cpython/blob/v3.12.1/Modules/_multiprocessing/semaphore.c
 */
import { offsetBy, toAddress } from '../../memory/address.js';
import { pointerAt } from '../../memory/reader.js';
import type { Objects } from './objects.js';

/** `inner`: of an object that is no lock but has one for itself. */
export type LockKind = 'lock' | 'rlock' | 'simple-queue' | 'sem-lock' | 'stream' | 'thread-handle' | 'inner';

const KINDS: Readonly<Record<string, LockKind>> = {
  '_thread.lock': 'lock',
  'thread.lock': 'lock',
  '_thread.RLock': 'rlock',
  '_queue.SimpleQueue': 'simple-queue',
  '_multiprocessing.SemLock': 'sem-lock',
  '_io.BufferedReader': 'stream',
  '_io.BufferedWriter': 'stream',
  '_io.BufferedRandom': 'stream',
  '_thread._ThreadHandle': 'thread-handle',
};

/** What kind of lock the object is; null: none. */
export function lockKindOf(objects: Objects, object: number): LockKind | null {
  const name = objects.typeName(object);
  return name === null ? null : (KINDS[name] ?? null);
}

export interface LockState {
  /** null: it does not tell. */
  readonly locked: boolean | null;
  /**
   * `pthread_self()` of who has it, as the lock itself keeps it. null: nobody, or it keeps no such thing; then
   * {@link keepsOwner} tells which.
   */
  readonly owner: number | null;
  /** Whether the lock knows its owner. */
  readonly keepsOwner: boolean;
  /** How often that one has taken it. */
  readonly count: number;
}

const UNKNOWN: LockState = { locked: null, owner: null, keepsOwner: false, count: 0 };

/** Size of an instance, less the header: which of the two forms it has. A `sem_t*`, weakrefs, `locked`. */
const OLD_RLOCK_FROM = 32;

/** Offsets from the end of the object's header. */
const LOCK_WORDS = { lock: 0, locked: 16 } as const;
const RLOCK_WORDS = { lock: 0, owner: 8, count: 16 } as const;
const SEM_LOCK_WORDS = { handle: 0, last_tid: 8, count: 16, maxvalue: 20, kind: 24 } as const;

/** Throws as the memory does. */
export function readLockState(objects: Objects, object: number, kind: LockKind): LockState {
  const { layout, memory } = objects;
  const at = layout.PyObject.sizeof;
  const words = (size: number) => memory.read(offsetBy(toAddress(object), at), size);
  switch (kind) {
    case 'lock': {
      const size = (objects.factsOf(object)?.basicsize ?? 0) - at;
      // A PyMutex of one byte, bit 0: it is locked.
      if (size === 8) return { ...UNKNOWN, locked: words(1).getUint8(0) % 2 === 1 };
      return { ...UNKNOWN, locked: isTaken(objects, pointerAt(words(8), LOCK_WORDS.lock)) };
    }
    case 'rlock': {
      const size = (objects.factsOf(object)?.basicsize ?? 0) - at;
      const view = words(24);
      const owner = pointerAt(view, RLOCK_WORDS.owner);
      const level = pointerAt(view, RLOCK_WORDS.count);
      const old = size >= OLD_RLOCK_FROM;
      const held = old ? level > 0 && owner !== 0 : owner !== 0;
      // The newer form counts from 0.
      return { locked: held, owner: held ? owner : null, keepsOwner: true, count: held ? level + (old ? 0 : 1) : 0 };
    }
    case 'sem-lock': {
      const view = words(28);
      const count = view.getInt32(SEM_LOCK_WORDS.count, true);
      const maxvalue = view.getInt32(SEM_LOCK_WORDS.maxvalue, true);
      if (maxvalue !== 1) return UNKNOWN;
      const owner = pointerAt(view, SEM_LOCK_WORDS.last_tid);
      // 0: not by this process.
      return { locked: true, owner: count > 0 ? owner : null, keepsOwner: true, count: Math.max(count, 0) };
    }
    default:
      return UNKNOWN;
  }
}

/** Whether a SemLock is one that is had by one at a time. Throws as the memory does. */
export function isExclusive(objects: Objects, semLock: number): boolean {
  const at = objects.layout.PyObject.sizeof + SEM_LOCK_WORDS.maxvalue;
  return objects.memory.read(offsetBy(toAddress(semLock), at), 4).getInt32(0, true) === 1;
}

/** How often a process has taken it, by this object, less how often it has released it. Throws as the memory does. */
export function readSemLockCount(objects: Objects, semLock: number): number {
  const at = objects.layout.PyObject.sizeof + SEM_LOCK_WORDS.count;
  return objects.memory.read(offsetBy(toAddress(semLock), at), 4).getInt32(0, true);
}

/** glibc and musl: the first word of a `sem_t` is how many may still take it. */
function isTaken(objects: Objects, sem: number): boolean | null {
  const view = objects.attempt(() => objects.memory.read(toAddress(sem), 4));
  // musl's negative value means: somebody waits.
  return view === null ? null : view.getInt32(0, true) <= 0;
}
