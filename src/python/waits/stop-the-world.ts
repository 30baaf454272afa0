/**
 * Where there is no GIL, who has all other threads stand still, and who keeps it from happening? One who wants it (the
 * collector, a fork) asks all threads, waits until each has let go of Python's objects, and lets them wait until it is done.
 * https://github.com/python/cpython/blob/v3.14.0/Python/pystate.c (stop_the_world)
 */
import { toAddress } from '../../memory/address.js';
import { pointerAt } from '../../memory/reader.js';
import type { WaitFields } from '../layouts/wait-fields.js';
import { stoptheworld } from '../layouts/wait-fields.js';
import type { WaitingThread } from './answers.js';
import type { Objects } from './objects.js';

const SIZE = stoptheworld.requester + 8;

/** A thread's place in it. */
export interface StopWait {
  /** `attach`: it may not go on. `safe-point`: it waits for the others to stand. */
  readonly kind: 'attach' | 'safe-point';
  /** Address of the struct _stoptheworld_state, of a safe point that of its `stop_event`; 0: not known which. */
  readonly object: number;
}

/** What a thread waits for that is parked at `parked`; null: it has nothing to do with this. */
export function stopWaitOf(
  objects: Objects,
  { freeThreaded }: WaitFields,
  thread: Pick<WaitingThread, 'state' | 'interpreter'>,
  parked: number,
): StopWait | null {
  const { PyThreadState } = objects.layout;
  if (!freeThreaded || thread.state === 0) return null;
  const object = thread.interpreter + freeThreaded.stoptheworld;
  if (parked === object + stoptheworld.stop_event) return { kind: 'safe-point', object: parked };
  if (parked === object + stoptheworld.mutex) return { kind: 'attach', object };
  if (parked !== thread.state + (PyThreadState.state ?? 0)) return null;
  // Else it is asked of all interpreters together (by a fork).
  return { kind: 'attach', object: requesterOf(objects, object) === 0 ? 0 : object };
}

/** Stops that somebody wants and that are not yet, by their `stop_event`: some thread goes on. Each with who wants it. */
export function stopsThatAreWanted<Thread extends WaitingThread>(
  objects: Objects,
  { freeThreaded }: WaitFields,
  threads: readonly Thread[],
): { readonly object: number; readonly by: Thread }[] {
  if (!freeThreaded) return [];
  const interpreters = new Set(threads.flatMap(({ interpreter }) => (interpreter === 0 ? [] : [interpreter])));
  return [...interpreters].flatMap((interpreter) => {
    const object = interpreter + freeThreaded.stoptheworld;
    const view = objects.attempt(() => objects.memory.read(toAddress(object), SIZE));
    if (view?.getUint8(stoptheworld.requested) !== 1 || view.getUint8(stoptheworld.world_stopped) !== 0) return [];
    const requester = pointerAt(view, stoptheworld.requester);
    const by = requester === 0 ? undefined : threads.find(({ state }) => state === requester);
    return by ? [{ object: object + stoptheworld.stop_event, by }] : [];
  });
}

/** PyThreadState* of who wants it; 0: nobody does, or it does not look like one. */
export function requesterOf(objects: Objects, object: number): number {
  const view = objects.attempt(() => objects.memory.read(toAddress(object), SIZE));
  return view?.getUint8(stoptheworld.requested) === 1 ? pointerAt(view, stoptheworld.requester) : 0;
}
