/**
 * Which locks does a thread have by `with`? The method that ends the `with` lies on the value stack of the frame, in a slot
 * that is alive for certain, and says whose it is.
 */

import { releasedBy } from './library-waits.js';
import { type IsLock, isLockOfPython, locksOf, type ManagedLock, managersOf } from './managed.js';
import type { Objects } from './objects.js';
import type { Scopes } from './scopes.js';
import { inHandOf, type RanFrame, type ValueStacks } from './value-stack.js';

/** A `with` that a frame is in. */
export interface HeldByWith extends ManagedLock {
  /** Index of the frame, innermost first. */
  readonly frame: number;
  /** In which slot of its value stack the end of the `with` is. */
  readonly slot: number;
}

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
  const held: HeldByWith[] = [];
  // Most frames are in no `with`, and of no wait: there are thousands.
  const first = frames.findIndex(({ ran }) => stacks.isWorthALook(ran));
  if (first < 0) return held;
  const isLock: IsLock = (object) => isLockOfPython(objects, object) || isLockOfOthers(object);
  const released = new Set<number>();
  for (let index = first; index < frames.length; index++) {
    const frame = frames[index];
    if (!frame || !stacks.isWorthALook(frame.ran)) continue;
    const inHand = inHandOf(frame);
    if (!inHand) continue;
    for (const { manager, slot } of objects.attempt(() => managersOf(objects, stacks, inHand)) ?? []) {
      if (released.has(manager)) continue;
      for (const lock of objects.attempt(() => locksOf(objects, stacks, manager, isLock)) ?? []) {
        if (!released.has(lock.object)) held.push({ ...lock, frame: index, slot });
      }
    }
    const condition = objects.attempt(() => releasedBy(objects, scopes, inHand)) ?? 0;
    if (condition !== 0) {
      released.add(condition);
      // Whoever took the lock without the Condition has let go of it as well.
      for (const { object } of objects.attempt(() => locksOf(objects, stacks, condition, isLock)) ?? [])
        released.add(object);
    }
  }
  return held;
}
