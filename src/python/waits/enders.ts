/**
 * Who could end this wait? Of a Condition, an Event, a queue nobody keeps who will; but a thread whose code calls `notify`,
 * `set` or `put` of this very object further on is one who would. Never certain: it may not come there, and others may.
 */
import type { WaitKind } from '../../snapshot.js';
import { lockKindOf, readLockState } from './lock-words.js';
import type { Objects } from './objects.js';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const PUTTING = words('put put_nowait');
const GETTING = words('get get_nowait');

const METHODS: Readonly<Partial<Record<WaitKind, ReadonlySet<string>>>> = {
  condition: words('notify notify_all notifyAll'),
  event: words('set'),
  'simple-queue': PUTTING,
  future: words('set_result set_exception'),
};

/** The methods that end a wait for this object; null: it has none, or the wait is over already. */
export function endingMethods(
  objects: Objects,
  kind: WaitKind,
  object: number,
  lock: number,
): ReadonlySet<string> | null {
  const lockKind = lockKindOf(objects, lock);
  // Whoever ends it lets go of the lock that is slept on, and the sleeper may not have run yet.
  if (lockKind === 'lock' && objects.attempt(() => readLockState(objects, lock, lockKind))?.locked === false)
    return null;
  if (kind !== 'queue') return METHODS[kind] ?? null;
  const queue = objects.ownAttribute(object, 'queue');
  return queue === 0 ? null : objects.size(queue) === 0 ? PUTTING : GETTING;
}
