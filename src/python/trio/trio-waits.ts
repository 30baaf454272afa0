/**
 * What does a task of trio wait for? The frames of trio that it is in say which, and their `self` whose: from the inside, a
 * parking lot, that of a Lock, that of a Condition; the frame outside of them is the program's. anyio's frames lie between.
 */
import type { WaitKind } from '../../snapshot.js';
import { isAnyioLock } from '../waits/anyio.js';
import type { Objects } from '../waits/objects.js';
import type { Scopes } from '../waits/scopes.js';
import { type FrameInHand, inHandOf, type RanFrame } from '../waits/value-stack.js';

/** What is waited for, as far as the frames looked at so far tell. */
export interface TrioSubject {
  readonly kind: WaitKind;
  /** 0: it is no object. */
  readonly object: number;
  /** What the program names. */
  readonly named: number;
  /** Of a wait for a descriptor; null: it is none. */
  readonly fd: number | null;
  /** Tasks that it waits for: those of a nursery. */
  readonly tasks: readonly number[];
  /** How many frames, innermost first, are the library's. */
  readonly frames: number;
}

/** Frames of the libraries between what is waited for and the program. */
const MOST_FRAMES = 24;
/** Tasks of one nursery. */
const CHILDREN_LIMIT = 2 ** 20;
const LIBRARIES = /\/(?:trio|anyio)\//;

const START: TrioSubject = { kind: 'native', object: 0, named: 0, fd: null, tasks: [], frames: 0 };

/** What a frame makes of it; null: nothing new. */
type Rule = (subject: TrioSubject, at: At) => Partial<TrioSubject> | null;

interface At {
  readonly objects: Objects;
  readonly self: number;
  readonly variable: (name: string) => number;
}

const own = (kind: WaitKind): Rule => {
  return (_, { self }) => ({ kind, object: self, named: self });
};

/** Of what has the parking lot that is waited in. */
const ofLot =
  (kind: WaitKind): Rule =>
  ({ object }, { objects, self }) => {
    const lot = objects.attribute(self, '_lot');
    return lot !== 0 && (object === lot || object === 0) ? { kind, object: self, named: self } : null;
  };

const acquire: Rule = (subject, at) => {
  const { objects, self } = at;
  if (objects.attribute(self, '_owner') !== 0) return ofLot('lock')(subject, at);
  return ofLot('semaphore')(subject, at);
};

/** Of a Condition: its own lot, or (woken, and not yet on) the lock again. */
const conditionWait: Rule = (subject, at) =>
  ofLot('condition')(subject, at) ?? (subject.kind === 'lock' ? { named: at.self } : null);

const channel: Rule = (_, { objects, self }) => {
  const state = objects.attribute(self, '_state');
  return { kind: 'queue', object: state === 0 ? self : state, named: self };
};

const descriptor: Rule = (_, { objects, variable }) => {
  const fd = objects.int(variable('fd'));
  return fd === null ? null : { kind: 'descriptor', fd };
};

/** anyio's has one of trio's. */
const adapter: Rule = (subject, { objects, self }) => {
  const all = subject.object === 0 ? [] : [...objects.ownAttributes(self), ...objects.slots(self)];
  return all.some(({ value }) => value === subject.object) ? { named: self } : null;
};
/** Up to 4.4, anyio's Lock is its own, of Events. */
const anyioLock: Rule = (_, { objects, self }) =>
  isAnyioLock(objects, self) ? { kind: 'lock', object: self, named: self } : null;

const nursery: Rule = (_, { objects, self }) => ({
  kind: 'native',
  tasks: objects.setItems(objects.attribute(self, '_children'), CHILDREN_LIMIT),
});

/** By file, from `trio` or `anyio` on, and function. */
const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  'trio/_core/_parking_lot.py': { park: own('condition') },
  'trio/_core/_io_epoll.py': { _epoll_wait: descriptor },
  'trio/_core/_run.py': { _nested_child_finished: nursery },
  'trio/_sync.py': {
    acquire,
    acquire_on_behalf_of: acquire,
    wait: (subject, at) => conditionWait(subject, at) ?? (subject.object === 0 ? own('event')(subject, at) : null),
  },
  'trio/_channel.py': { send: channel, receive: channel },
  'trio/_timeouts.py': { sleep_forever: () => ({ kind: 'timer' }), sleep_until: () => ({ kind: 'timer' }) },
  'trio/_threads.py': {
    // What the thread is given to call.
    to_thread_run_sync: (_, { variable }) => ({
      kind: 'future',
      object: variable('contextvars_aware_worker_fn') || variable('worker_fn'),
    }),
  },
  'trio/_socket.py': { _nonblocking_helper: ({ fd }) => (fd === null ? null : { kind: 'socket' }) },
  'trio/_subprocess.py': { wait: own('child') },
  'trio/_signals.py': { __anext__: () => ({ kind: 'signal', object: 0, named: 0 }) },
  'anyio/_backends/_trio.py': { acquire: adapter, acquire_on_behalf_of: adapter, wait: adapter },
  'anyio/_core/_synchronization.py': { acquire: anyioLock },
  'anyio/streams/memory.py': { receive: channel, send: channel },
};

/** null: it does not wait in trio. `frames`: innermost first. Throws only what is not a failure of the target's memory. */
export function readTrioWait(objects: Objects, scopes: Scopes, frames: readonly RanFrame[]): TrioSubject | null {
  let subject = START;
  let known = false;
  let index = 0;
  for (; index < MOST_FRAMES; index++) {
    const inHand = inHandOf(frames[index]);
    if (!inHand || !LIBRARIES.test(inHand.code.file)) break;
    const more = ruleFor(inHand)?.(subject, atOf(objects, scopes, inHand));
    if (!more) continue;
    known = true;
    subject = { ...subject, ...more };
  }
  return known ? { ...subject, frames: index } : null;
}

function atOf(objects: Objects, scopes: Scopes, inHand: FrameInHand): At {
  return {
    objects,
    self: objects.attempt(() => scopes.self(inHand)) ?? 0,
    variable: (name) =>
      (objects.attempt(() => scopes.variables(inHand)) ?? []).find((variable) => variable.name === name)?.value ?? 0,
  };
}

function ruleFor({ code: { file, name } }: FrameInHand): Rule | undefined {
  const at = Math.max(file.lastIndexOf('/trio/'), file.lastIndexOf('/anyio/'));
  const rules = RULES[file.slice(at + 1)];
  return rules && Object.hasOwn(rules, name) ? rules[name] : undefined;
}
