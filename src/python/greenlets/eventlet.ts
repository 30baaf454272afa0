/**
 * What resumes a greenlet of eventlet? Its hub is Python's: it has a listener for each descriptor and a heap of timers, each
 * with the `switch` that it calls. Semaphores, Events and Queues show by the frames that wait in them.
 *
 * https://github.com/eventlet/eventlet/blob/v0.36.1/eventlet/hubs/hub.py (BaseHub, FdListener), timer.py (Timer)
 */
import { toAddress } from '../../memory/address.js';
import { readDict } from '../dict.js';
import type { Python } from '../python.js';
import type { Objects } from '../waits/objects.js';
import type { Scopes } from '../waits/scopes.js';
import { WaitTools } from '../waits/tools.js';
import { inHandOf, type RanFrame } from '../waits/value-stack.js';
import { selfOf } from '../waits/waited-object.js';
import type { ClueKind, Resumed } from './clues.js';

const LISTENERS_LIMIT = 200_000;
const TIMERS_LIMIT = 200_000;
/** Frames of the library in which a greenlet waits. */
const MOST_FRAMES = 6;

/** What of a hub's listeners and timers resumes which greenlet. Throws only what is not a failure of the target's memory. */
export function resumedByHub(python: Python, hub: number, isGreenlet: (object: number) => boolean): Resumed[] {
  const { objects } = python.the(WaitTools);
  return [...listeners(python, objects, hub, isGreenlet), ...timers(objects, hub, isGreenlet)];
}

function listeners(python: Python, objects: Objects, hub: number, isGreenlet: (object: number) => boolean): Resumed[] {
  return objects.items(objects.ownAttribute(hub, 'listeners')).flatMap(({ value: byFd }) => {
    const items =
      objects.typeName(byFd) === 'dict'
        ? objects.attempt(() => readDict(python, toAddress(byFd), LISTENERS_LIMIT).items)
        : [];
    return (items ?? []).flatMap(({ key, value: object }): Resumed[] => {
      const fd = objects.int(key);
      const greenlet = selfOf(objects, objects.ownAttribute(object, 'cb'));
      if (fd === null || !isGreenlet(greenlet)) return [];
      return [{ object, kind: 'io', greenlet, watched: { fd }, isTimeout: false, isOneOfMany: false }];
    });
  });
}

/** Those that were called off stay in the heap for a while. */
function timers(objects: Objects, hub: number, isGreenlet: (object: number) => boolean): Resumed[] {
  const pairs = ['timers', 'next_timers'].flatMap((name) =>
    objects.elements(objects.ownAttribute(hub, name), TIMERS_LIMIT),
  );
  return pairs.flatMap((pair): Resumed[] => {
    const [when = 0, object = 0] = objects.elements(pair, 2);
    const seconds = objects.float(when);
    if (seconds === null || objects.int(objects.ownAttribute(object, 'called')) !== 0) return [];
    const [callback = 0] = objects.elements(objects.ownAttribute(object, 'tpl'), 1);
    const greenlet = selfOf(objects, callback);
    if (!isGreenlet(greenlet)) return [];
    const watched = { deadline: seconds * 1000 };
    const isTimeout = methodName(objects, callback) === 'throw';
    return [{ object, kind: 'timer', greenlet, watched, isTimeout, isOneOfMany: false }];
  });
}

function methodName(objects: Objects, method: number): string | null {
  // PyMethodDef begins with the name.
  const { m_ml } = objects.layout.objects.PyCFunctionObject;
  return objects.cString(objects.pointer(objects.pointer(method, m_ml)));
}

/** By file and function, what the `self` of a frame is. */
const WAITS: Readonly<Record<string, ClueKind>> = {
  'semaphore.py acquire': 'semaphore',
  'event.py wait': 'event',
  'event.py _wait': 'event',
  'queue.py get': 'queue',
  'queue.py put': 'queue',
};

/** What a greenlet with these frames waits in; null: none of these. `frames`: innermost first. */
export function waitsIn(
  objects: Objects,
  scopes: Scopes,
  greenlet: number,
  frames: readonly RanFrame[],
): Resumed | null {
  for (const frame of frames.slice(0, MOST_FRAMES)) {
    const inHand = inHandOf(frame);
    const file = inHand && /\/eventlet\/(?:\w+\/)?(\w+\.py)$/.exec(inHand.code.file)?.[1];
    if (!inHand || !file) return null;
    const key = `${file} ${inHand.code.name}`;
    const kind = Object.hasOwn(WAITS, key) ? WAITS[key] : undefined;
    const object = kind ? (objects.attempt(() => scopes.self(inHand)) ?? 0) : 0;
    if (kind && object !== 0) {
      return { object, kind, greenlet, watched: null, isTimeout: false, isOneOfMany: false };
    }
  }
  return null;
}
