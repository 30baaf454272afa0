/** What do anyio's own locks say? The same on asyncio and on trio: who has one, they know themselves. */
import type { Objects } from './objects.js';

/** Places of a set of borrowers. */
const BORROWERS_LIMIT = 2 ** 20;

/** The tasks that have a Lock or a CapacityLimiter of anyio's; [] of what is none, or is free. */
export function anyioOwners(objects: Objects, lock: number): number[] {
  const owner = objects.attribute(lock, '_owner_task');
  if (owner !== 0) {
    if (objects.typeName(owner) === 'NoneType') return [];
    // Up to 4.4 it is a TaskInfo, whose `id` is the address of the task.
    const id = objects.int(objects.attribute(owner, 'id'));
    return [id ?? owner];
  }
  return objects.setItems(objects.attribute(lock, '_borrowers'), BORROWERS_LIMIT);
}

/** Whether it is a lock of anyio's own. */
export function isAnyioLock(objects: Objects, object: number): boolean {
  return objects.attribute(object, '_owner_task') !== 0;
}
