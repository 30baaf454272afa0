/**
 * Which object does a thread wait for that sleeps on a futex? The object is on the value stack of the frame that waits, and
 * has the address slept on inside: a `sem_t*` (up to 3.13), or, where waiters are parked, the word that is waited for.
 *
 * A parked thread sleeps on a `struct wait_entry` on its own stack, in front of whose semaphore the address stands.
 * https://github.com/python/cpython/blob/v3.14.0/Python/parking_lot.c (struct wait_entry)
 */
import { isUserSpace, toAddress } from '../../memory/address.js';
import type { FreeThreadedFields } from '../layouts/wait-fields.js';
import { type LockKind, lockKindOf } from './lock-words.js';
import type { Objects } from './objects.js';
import type { FrameInHand, ValueStacks } from './value-stack.js';

export interface WaitedObject {
  readonly object: number;
  readonly kind: LockKind;
}

/** A thread's sleep on a futex. */
export interface FutexWait {
  /** The address slept on. */
  readonly futex: number;
  /** What its first word was when it went to sleep. */
  readonly value: number;
  /** Stack pointer; null: not known. */
  readonly sp: number | null;
}

/** Bytes above the stack pointer within which a parked thread's entry lies: it has been within 8 KiB wherever looked. */
const NEAR_BYTES = 64 * 1024;
/** From the semaphore of a `struct wait_entry` back to the address that is waited for. */
const ADDR_BEFORE_SEMA = 8;
/** More than a `ThreadHandle` has. */
const THREAD_HANDLE_BYTES = 256;

/** The address that is waited for where waiters are parked; null: this thread is not. */
export function parkedOn(objects: Objects, { futex, sp }: FutexWait): number | null {
  if (sp === null || futex < sp || futex > sp + NEAR_BYTES) return null;
  const address = objects.pointer(futex - ADDR_BEFORE_SEMA);
  return isUserSpace(address) ? address : null;
}

/** Bit of a PyMutex: somebody is parked for it. https://github.com/python/cpython/blob/v3.14.0/Include/cpython/lock.h */
const HAS_PARKED = 2;

/** The object whose own mutex is at `parked`, where each has one; 0: it is none that somebody waits for. */
export function mutexOf(objects: Objects, { ob_mutex }: FreeThreadedFields, parked: number): number {
  const object = parked - ob_mutex;
  if (objects.typeName(object) === null) return 0;
  const bits = objects.attempt(() => objects.memory.read(toAddress(parked), 1).getUint8(0)) ?? 0;
  return (bits & HAS_PARKED) === 0 ? 0 : object;
}

/** null: none that can be made out. Throws as the memory does. */
export function findWaitedObject(
  objects: Objects,
  stacks: ValueStacks,
  wait: FutexWait,
  innermost: FrameInHand | null,
): WaitedObject | null {
  const parked = parkedOn(objects, wait);
  if (parked !== null) {
    const object = parked - objects.layout.PyObject.sizeof;
    const kind = lockKindOf(objects, object);
    if (kind === 'lock' || kind === 'rlock' || kind === 'simple-queue') return { object, kind };
  }
  if (!innermost) return null;
  for (const slot of stacks.all(innermost)) {
    for (const object of withSelf(objects, slot)) {
      if (has(objects, object, wait.futex, parked)) return { object, kind: lockKindOf(objects, object) ?? 'inner' };
    }
  }
  return null;
}

/** What is in a slot, and what it is bound to if it is a method. */
function withSelf(objects: Objects, slot: number): number[] {
  const bound = selfOf(objects, slot);
  return bound === 0 ? [slot] : [slot, bound];
}

/** `__self__` of a bound method; 0: it is none. */
export function selfOf(objects: Objects, object: number): number {
  const { PyCFunctionObject, PyMethodObject } = objects.layout.objects;
  switch (objects.typeName(object)) {
    case 'builtin_function_or_method':
      return objects.pointer(object, PyCFunctionObject.m_self);
    case 'method':
    case 'instancemethod':
      return objects.pointer(object, PyMethodObject.im_self);
    default:
      return 0;
  }
}

function has(objects: Objects, object: number, futex: number, parked: number | null): boolean {
  const name = objects.typeName(object);
  if (name === null || name === 'module' || name === 'type') return false;
  if (parked === null) return objects.innerWords(object).includes(futex);
  if (name === '_thread._ThreadHandle') {
    const handle = objects.pointer(object, objects.layout.PyObject.sizeof);
    return handle !== 0 && parked >= handle && parked < handle + THREAD_HANDLE_BYTES;
  }
  // C code's PyThread_type_lock is a PyMutex allocated for itself (3.15).
  if (objects.innerWords(object).includes(parked)) return true;
  const size = objects.factsOf(object)?.basicsize ?? 0;
  return parked >= object + objects.layout.PyObject.sizeof && parked < object + size;
}
