/**
 * Which locks does a thread have by `with`? The method that ends the `with` lies on the value stack of the frame, in a slot
 * that is alive for certain, and says whose it is.
 */

import { releasedBy } from './library-waits.js';
import { lockKindOf } from './lock-words.js';
import type { Objects } from './objects.js';
import type { Scopes } from './scopes.js';
import { type FrameInHand, inHandOf, type RanFrame, type ValueStacks } from './value-stack.js';
import { selfOf } from './waited-object.js';

/** A `with` that a frame is in. */
export interface HeldByWith {
  /** The lock. */
  readonly object: number;
  /** What the program calls by name: the lock itself, or the Condition it is of. */
  readonly named: number;
  readonly suffix: string;
  /** Index of the frame, innermost first. */
  readonly frame: number;
  /**
   * `direct`: what is managed is the lock. `inside`: it has the lock for an attribute, or a generator is in the `with`.
   */
  readonly how: 'direct' | 'inside';
}

/** Attributes of an object that manages a lock of its own that are looked at. */
const MOST_ATTRIBUTES = 50;

/**
 * Innermost first. A thread in `Condition.wait` has let go of that Condition's lock, in all frames outside. `isLockOfOthers`:
 * what besides Python's own locks is one.
 * Throws only what is not a failure of the target's memory.
 */
export function heldByWith(
  objects: Objects,
  scopes: Scopes,
  stacks: ValueStacks,
  frames: readonly RanFrame[],
  isLockOfOthers: IsLock = () => false,
): HeldByWith[] {
  const isLock: IsLock = (object) => isLockOfPython(objects, object) || isLockOfOthers(object);
  const held: HeldByWith[] = [];
  const released = new Set<number>();
  for (let index = 0; index < frames.length; index++) {
    const frame = frames[index];
    // Most frames are in no `with`, and of no wait: there are thousands.
    if (!frame || !stacks.isWorthALook(frame.ran)) continue;
    const inHand = inHandOf(frame);
    if (!inHand) continue;
    for (const manager of objects.attempt(() => managersOf(objects, stacks, inHand)) ?? []) {
      if (released.has(manager)) continue;
      for (const lock of locksOf(objects, manager, isLock)) {
        if (!released.has(lock.object)) held.push({ ...lock, frame: index });
      }
    }
    const condition = objects.attempt(() => releasedBy(objects, scopes, inHand)) ?? 0;
    if (condition !== 0) {
      released.add(condition);
      // Whoever took the lock without the Condition has let go of it as well.
      for (const { object } of locksOf(objects, condition, isLock)) released.add(object);
    }
  }
  return held;
}

/** What the frame's `with` statements manage, innermost last. Throws as the memory does. */
function managersOf(objects: Objects, stacks: ValueStacks, inHand: FrameInHand): number[] {
  const slots = stacks.proven(inHand);
  return slots.flatMap((slot, i) => {
    const manager = endOf(objects, slot, slots[i + 1] ?? 0);
    return manager === 0 ? [] : [manager];
  });
}

/** Whose `__exit__` is in a slot; 0: none. `next`: what is in the slot above. */
function endOf(objects: Objects, slot: number, next: number): number {
  const { PyCFunctionObject, PyMethodObject, PyDescrObject } = objects.layout.objects;
  if (isCython(objects, slot)) return nameOf(objects, slot) === '__exit__' ? next : 0;
  switch (objects.typeName(slot)) {
    case 'builtin_function_or_method': {
      // PyMethodDef begins with the name.
      const name = objects.cString(objects.pointer(objects.pointer(slot, PyCFunctionObject.m_ml)));
      return name === '__exit__' ? selfOf(objects, slot) : 0;
    }
    case 'method':
    case 'instancemethod': {
      return nameOf(objects, objects.pointer(slot, PyMethodObject.im_func)) === '__exit__' ? selfOf(objects, slot) : 0;
    }
    case 'method_descriptor':
      return objects.text(objects.pointer(slot, PyDescrObject.d_name)) === '__exit__' ? next : 0;
    case 'function':
      return nameOf(objects, slot) === '__exit__' ? next : 0;
    default:
      return 0;
  }
}

/** Of a function; one that Cython compiled begins like a built-in one. */
function nameOf(objects: Objects, func: number): string | null {
  const { PyCFunctionObject, PyFunctionObject } = objects.layout.objects;
  if (isCython(objects, func)) return objects.cString(objects.pointer(objects.pointer(func, PyCFunctionObject.m_ml)));
  return objects.text(objects.pointer(func, PyFunctionObject.func_name));
}

/** `cython_function_or_method`, or (Cython 3) the same with a module. */
function isCython(objects: Objects, func: number): boolean {
  return objects.typeName(func)?.endsWith('cython_function_or_method') === true;
}

type Lock = Omit<HeldByWith, 'frame'>;

/** The locks that whoever is in `with manager` has. */
function locksOf(objects: Objects, manager: number, isLock: IsLock): Lock[] {
  const direct = (object: number, suffix = ''): Lock => ({ object, named: manager, suffix, how: 'direct' });
  if (isLock(manager)) return [direct(manager)];
  // A lock of Python code (2.7's RLock), and a semaphore, of which one has been taken.
  for (const name of ['_RLock__block', '_value', '_Semaphore__value']) {
    if (objects.ownAttribute(manager, name) !== 0) return [direct(manager)];
  }
  for (const name of ['_lock', '_Condition__lock', '_semlock']) {
    const lock = objects.ownAttribute(manager, name);
    if (lock === 0) continue;
    const inner = objects.ownAttribute(lock, '_semlock');
    if (inner !== 0) return [direct(inner, `.${name}`)];
    if (isLock(lock) || objects.ownAttribute(lock, '_RLock__block') !== 0) {
      return [direct(lock, name === '_semlock' ? '' : `.${name}`)];
    }
  }
  return objects
    .ownAttributes(manager)
    .slice(0, MOST_ATTRIBUTES)
    .filter(({ value }) => isLock(value))
    .map(({ name, value }): Lock => ({ object: value, named: manager, suffix: `.${name}`, how: 'inside' }));
}

/** Whether the object is a lock. */
type IsLock = (object: number) => boolean;

function isLockOfPython(objects: Objects, object: number): boolean {
  const kind = lockKindOf(objects, object);
  return kind === 'lock' || kind === 'rlock' || kind === 'sem-lock';
}
