/**
 * A thread waits for a lock: for what does it wait? A Condition gives each waiter a lock of its own, an Event has a
 * Condition, a Queue three. The frames of the standard library that the thread is in say which, and their `self` whose;
 * the frame outside of them is the program's. Subclasses have the same frames and attributes.
 */
import type { WaitKind } from '../../snapshot.js';
import type { Objects } from './objects.js';
import type { Scopes } from './scopes.js';
import { type FrameInHand, inHandOf, type RanFrame } from './value-stack.js';

/** What is waited for, as far as it is known, and how the next frame outside may reach it. */
export interface Subject {
  readonly kind: WaitKind;
  /** 0: not known. */
  readonly object: number;
  /** An object that the program names, which leads to `object` by `suffix`. */
  readonly named: number;
  readonly suffix: string;
}

/** A subject, and how many frames, innermost first, are the library's. */
export interface Climbed {
  readonly subject: Subject;
  readonly frames: number;
}

/** Frames of the library between a lock and the program. */
const MOST_FRAMES = 16;

/** What a frame of the library makes of a subject; null: it has nothing to do with it. */
type Rule = (subject: Subject, self: Attributes) => Subject | null;

class Attributes {
  constructor(
    readonly objects: Objects,
    readonly object: number,
  ) {}

  /** 0: there is none. In Python 2 most are private to their class. */
  get(name: string, python2 = ''): number {
    return (
      this.objects.ownAttribute(this.object, name) || (python2 && this.objects.ownAttribute(this.object, python2)) || 0
    );
  }
}

const as = (kind: WaitKind, { object }: Attributes): Subject => ({ kind, object, named: object, suffix: '' });
/** The frame only leads there. */
const through: Rule = (subject) => subject;

/** The lock of a Condition is waited for, not the Condition. */
function lockOf(subject: Subject, self: Attributes): Subject | null {
  for (const name of ['_lock', '_Condition__lock']) {
    const lock = self.objects.ownAttribute(self.object, name);
    if (lock !== 0 && lock === subject.object) return { ...subject, named: self.object, suffix: `.${name}` };
  }
  return null;
}

const conditionWait: Rule = (subject, self) => {
  const taken = lockOf(subject, self);
  if (taken) return taken;
  if (self.get('_waiters', '_Condition__waiters') !== 0) return as('condition', self);
  if (self.get('_flag', '_Event__flag') !== 0 && isItsCondition(subject, self)) return as('event', self);
  if (self.get('_parties') !== 0 && isItsCondition(subject, self)) return as('barrier', self);
  return null;
};

function isItsCondition({ object, named }: Subject, self: Attributes): boolean {
  const conditions = [
    self.get('_cond', '_Event__cond'),
    self.get('_Semaphore__cond'),
    self.get('_condition'),
    self.get('_Thread__block'),
  ];
  return conditions.some((condition) => condition !== 0 && (condition === object || condition === named));
}

const conditionFor: Rule = (subject, self) => (subject.object === self.object ? subject : null);

const semaphoreAcquire: Rule = (subject, self) => {
  const taken = lockOf(subject, self);
  if (taken) return taken;
  const inner = self.get('_RLock__block');
  if (inner !== 0 && inner === subject.object) return as('rlock', self);
  // Entered through its own `__enter__`.
  if (self.object === subject.object) return subject;
  if (!isItsCondition(subject, self)) return null;
  return subject.kind === 'condition'
    ? as('semaphore', self)
    : { ...subject, named: self.object, suffix: '._cond._lock' };
};

const barrierWait: Rule = (subject, self) =>
  self.get('_parties') !== 0 && (isItsCondition(subject, self) || subject.object === self.object)
    ? as('barrier', self)
    : null;

const threadJoin: Rule = (subject, self) => {
  if (subject.kind === 'join') return subject.object === self.object ? subject : as('join', self);
  const isThread = self.get('_started', '_Thread__started') !== 0;
  return isThread && ['lock', 'condition', 'native'].includes(subject.kind) ? as('join', self) : null;
};

/** At its end, the main thread waits for all others that are no daemons. */
const shutdown: Rule = (subject) =>
  subject.kind === 'lock' || subject.kind === 'native' ? { ...subject, kind: 'join' } : null;

const queueMethod: Rule = (subject, self) => {
  const mutex = self.get('mutex');
  if (mutex === 0) return null;
  if (subject.object === mutex) return { ...subject, named: self.object, suffix: '.mutex' };
  return subject.kind === 'condition' ? as('queue', self) : null;
};

const futureResult: Rule = (subject, self) =>
  subject.kind === 'condition' && self.get('_condition') === subject.object ? as('future', self) : null;

const futuresWait: Rule = (subject) => (subject.kind === 'event' ? { ...subject, kind: 'future' } : null);

const semLock: Rule = (subject, self) => {
  const own = self.get('_semlock');
  return own !== 0 && own === subject.object ? { ...subject, named: self.object, suffix: '' } : null;
};

const processWait: Rule = (subject, self) => {
  const { objects } = self;
  const waits = self.get('_wait_semaphore');
  if (waits !== 0) {
    const isWaiting = objects.ownAttribute(waits, '_semlock') === subject.object;
    return isWaiting ? as('condition', self) : null;
  }
  return self.get('_flag') !== 0 && self.get('_cond') === subject.object ? as('event', self) : null;
};

const processQueue: Rule = (_, self) =>
  self.get('_reader') !== 0 && (self.get('_rlock') !== 0 || self.get('_poll') !== 0) ? as('queue', self) : null;

const moduleLock: Rule = (subject, self) =>
  self.get('wakeup') !== 0 && (subject.kind === 'lock' || subject.kind === 'rlock') ? as('import-lock', self) : null;

const whileImporting: Rule = (subject) => (subject.kind === 'import-lock' ? subject : null);

/** gevent's RLock has a semaphore. */
const greenRLock: Rule = (subject, self) => {
  const { objects, object } = self;
  if (objects.attribute(object, '_block') === subject.object && subject.object !== 0) return as('rlock', self);
  return subject.kind === 'rlock' && subject.object === object ? subject : null;
};
/** Its locks have an `acquire` of Python's. */
const greenLock: Rule = (subject, self) => (subject.object === self.object ? subject : null);

/** By file and function. */
const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  'threading.py': {
    wait: (subject, self) => conditionWait(subject, self) ?? barrierWait(subject, self),
    wait_for: conditionFor,
    __enter__: (subject, self) => lockOf(subject, self) ?? semaphoreAcquire(subject, self),
    _acquire_restore: (subject, self) => lockOf(subject, self) ?? semaphoreAcquire(subject, self),
    acquire: semaphoreAcquire,
    _wait: barrierWait,
    _enter: barrierWait,
    join: threadJoin,
    _wait_for_tstate_lock: threadJoin,
    _shutdown: shutdown,
  },
  'queue.py': { get: queueMethod, put: queueMethod, join: queueMethod },
  'Queue.py': { get: queueMethod, put: queueMethod, join: queueMethod },
  '_base.py': { result: futureResult, exception: futureResult, wait: futuresWait, as_completed: futuresWait },
  'synchronize.py': { __enter__: semLock, acquire: semLock, wait: processWait, wait_for: conditionFor },
  'queues.py': { get: processQueue, put: processQueue },
  'connection.py': { recv_bytes: through, _recv_bytes: through, _recv: through, recv: through },
  // gevent's.
  'lock.py': { acquire: greenRLock, __enter__: greenRLock },
  'thread.py': { acquire: greenLock, __enter__: greenLock },
  '<frozen importlib._bootstrap>': {
    acquire: moduleLock,
    __enter__: whileImporting,
    _lock_unlock_module: whileImporting,
    _find_and_load: whileImporting,
    _handle_fromlist: whileImporting,
    _call_with_frames_removed: whileImporting,
    _gcd_import: whileImporting,
  },
};

/** From the lock outward through the library's frames. `frames`: innermost first. Throws as the memory does. */
export function climb(objects: Objects, scopes: Scopes, start: Subject, frames: readonly RanFrame[]): Climbed {
  let subject = start;
  let climbed = 0;
  while (climbed < MOST_FRAMES) {
    const inHand = inHandOf(frames[climbed]);
    const rule = inHand && ruleFor(inHand);
    if (!inHand || !rule) break;
    const next = rule(subject, new Attributes(objects, scopes.self(inHand)));
    if (!next) break;
    subject = next;
    climbed++;
  }
  return { subject, frames: climbed };
}

function ruleFor({ code: { file, name } }: FrameInHand): Rule | undefined {
  const rules = RULES[file.slice(file.lastIndexOf('/') + 1)];
  return rules && Object.hasOwn(rules, name) ? rules[name] : undefined;
}

/**
 * The Condition that a frame of the library waits on, its lock let go of meanwhile, though frames outside are in `with`;
 * 0: this frame does not. Throws as the memory does.
 */
export function releasedBy(objects: Objects, scopes: Scopes, inHand: FrameInHand): number {
  const { file, name } = inHand.code;
  if (name !== 'wait') return 0;
  const self = scopes.self(inHand);
  const base = file.slice(file.lastIndexOf('/') + 1);
  if (base === 'threading.py') {
    const attributes = new Attributes(objects, self);
    return attributes.get('_waiters', '_Condition__waiters') === 0 ? 0 : self;
  }
  return base === 'synchronize.py' && objects.ownAttribute(self, '_wait_semaphore') !== 0 ? self : 0;
}
