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
 * Innermost first. A thread in `Condition.wait` has let go of that Condition's lock, in all frames outside.
 * Throws only what is not a failure of the target's memory.
 */
export function heldByWith(
  objects: Objects,
  scopes: Scopes,
  stacks: ValueStacks,
  frames: readonly RanFrame[],
): HeldByWith[] {
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
      for (const lock of locksOf(objects, manager)) {
        if (!released.has(lock.object)) held.push({ ...lock, frame: index });
      }
    }
    const condition = objects.attempt(() => releasedBy(objects, scopes, inHand)) ?? 0;
    if (condition !== 0) {
      released.add(condition);
      // Whoever took the lock without the Condition has let go of it as well.
      for (const { object } of locksOf(objects, condition)) released.add(object);
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
  const { PyCFunctionObject, PyMethodObject, PyFunctionObject, PyDescrObject } = objects.layout.objects;
  switch (objects.typeName(slot)) {
    case 'builtin_function_or_method': {
      // PyMethodDef begins with the name.
      const name = objects.cString(objects.pointer(objects.pointer(slot, PyCFunctionObject.m_ml)));
      return name === '__exit__' ? selfOf(objects, slot) : 0;
    }
    case 'method':
    case 'instancemethod': {
      const name = objects.text(
        objects.pointer(objects.pointer(slot, PyMethodObject.im_func), PyFunctionObject.func_name),
      );
      return name === '__exit__' ? selfOf(objects, slot) : 0;
    }
    case 'method_descriptor':
      return objects.text(objects.pointer(slot, PyDescrObject.d_name)) === '__exit__' ? next : 0;
    case 'function':
      return objects.text(objects.pointer(slot, PyFunctionObject.func_name)) === '__exit__' ? next : 0;
    default:
      return 0;
  }
}

type Lock = Omit<HeldByWith, 'frame'>;

/** The locks that whoever is in `with manager` has. */
function locksOf(objects: Objects, manager: number): Lock[] {
  const direct = (object: number, suffix = ''): Lock => ({ object, named: manager, suffix, how: 'direct' });
  if (isLock(objects, manager)) return [direct(manager)];
  // A lock of Python code (2.7's RLock), and a semaphore, of which one has been taken.
  for (const name of ['_RLock__block', '_value', '_Semaphore__value']) {
    if (objects.ownAttribute(manager, name) !== 0) return [direct(manager)];
  }
  for (const name of ['_lock', '_Condition__lock', '_semlock']) {
    const lock = objects.ownAttribute(manager, name);
    if (lock === 0) continue;
    const inner = objects.ownAttribute(lock, '_semlock');
    if (inner !== 0) return [direct(inner, `.${name}`)];
    if (isLock(objects, lock) || objects.ownAttribute(lock, '_RLock__block') !== 0) {
      return [direct(lock, name === '_semlock' ? '' : `.${name}`)];
    }
  }
  return objects
    .ownAttributes(manager)
    .slice(0, MOST_ATTRIBUTES)
    .filter(({ value }) => isLock(objects, value))
    .map(({ name, value }): Lock => ({ object: value, named: manager, suffix: `.${name}`, how: 'inside' }));
}

function isLock(objects: Objects, object: number): boolean {
  const kind = lockKindOf(objects, object);
  return kind === 'lock' || kind === 'rlock' || kind === 'sem-lock';
}
