/**
 * What resumes a greenlet of gevent? Not the greenlet says so, but what it waits for: a watcher of the event loop calls
 * something that leads to it, an Event or a Semaphore has its `switch` among its links, a queue has it among those that wait
 * to get or to put. gevent is compiled, so where an object keeps these is not known; what they are tells which they are.
 *
 * https://github.com/gevent/gevent/blob/24.11.1/src/gevent/libev/corecext.pyx (watcher), _waiter.py, _abstract_linkable.py, queue.py
 */
import { isUserSpace, toAddress } from '../../memory/address.js';
import type { Objects } from '../waits/objects.js';
import { selfOf } from '../waits/waited-object.js';

/** What kind of thing may resume greenlets. */
export type ClueKind =
  | 'callback'
  | 'io'
  | 'timer'
  | 'child'
  | 'signal'
  | 'watcher'
  | 'semaphore'
  | 'lock'
  | 'event'
  | 'result'
  | 'greenlet'
  | 'queue';

export interface Clue {
  readonly object: number;
  readonly kind: ClueKind;
}

/** A greenlet, and what will resume it. */
export interface Resumed extends Clue {
  readonly greenlet: number;
  /** Of a watcher of the loop: what it watches. */
  readonly watched: Watched | null;
  /** Whether it only ends another wait: a timeout. */
  readonly isTimeout: boolean;
  /** One of several things, of which any or all are waited for. */
  readonly isOneOfMany: boolean;
}

export interface Watched {
  /** Of `io`. */
  readonly fd?: number;
  /** Of `child`. */
  readonly pid?: number;
  /** Of `timer`: ms of the monotonic clock. */
  readonly deadline?: number;
}

/** Classes in a line of inheritance. */
const LINE_LIMIT = 20;
/** Bytes of such an object that are looked through. */
const OBJECT_BYTES = 512;
/** Of a `callback` what it calls comes first, then the arguments; behind that is the next one. */
const CALLBACK_WORDS = 5;
/** Callables of one object. */
const LINKS_LIMIT = 10_000;

/** By the last part of a compiled type's name, which begins with "gevent.". */
const KINDS: Readonly<Record<string, ClueKind>> = {
  callback: 'callback',
  io: 'io',
  timer: 'timer',
  child: 'child',
  signal: 'signal',
  async: 'watcher',
  async_: 'watcher',
  stat: 'watcher',
  LockType: 'lock',
  Semaphore: 'semaphore',
  BoundedSemaphore: 'semaphore',
  Event: 'event',
  AsyncResult: 'result',
  Greenlet: 'greenlet',
  SimpleQueue: 'queue',
  Queue: 'queue',
  PriorityQueue: 'queue',
  LifoQueue: 'queue',
  JoinableQueue: 'queue',
  Channel: 'queue',
  UnboundQueue: 'queue',
};

/** Which types are of what kind? One of each reading. */
export class ClueTypes {
  readonly #objects: Objects;
  readonly #known = new Map<number, ClueKind | null>();

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** null: its instances resume nobody. */
  of(type: number): ClueKind | null {
    let kind = this.#known.get(type);
    if (kind === undefined) {
      kind = this.#read(type);
      this.#known.set(type, kind);
    }
    return kind;
  }

  /** A class of the program may derive from one of gevent's; a lock of gevent's is a class of Python. */
  #read(type: number): ClueKind | null {
    const { tp_name, tp_base } = this.#objects.layout.PyTypeObject;
    let at = type;
    let isLock = false;
    for (let depth = 0; depth < LINE_LIMIT && isUserSpace(at) && at % 8 === 0; depth++) {
      const name = this.#objects.cString(this.#objects.pointer(at, tp_name)) ?? '';
      isLock ||= name === 'LockType';
      if (name.startsWith('gevent.')) {
        const kind = KINDS[name.slice(name.lastIndexOf('.') + 1)];
        if (kind) return kind === 'semaphore' && isLock ? 'lock' : kind;
      }
      at = this.#objects.pointer(at, tp_base);
    }
    return null;
  }
}

/** What resumes which greenlet, as far as these tell. `isGreenlet`: of those that can be resumed, no hubs. */
export class ClueReader {
  readonly #objects: Objects;
  readonly #isGreenlet: (object: number) => boolean;

  constructor(objects: Objects, isGreenlet: (object: number) => boolean) {
    this.#objects = objects;
    this.#isGreenlet = isGreenlet;
  }

  read(clue: Clue): Resumed[] {
    return this.#objects.attempt(() => this.#read(clue)) ?? [];
  }

  #read(clue: Clue): Resumed[] {
    switch (clue.kind) {
      case 'io':
      case 'timer':
      case 'child':
      case 'signal':
      case 'watcher':
        return this.#ofWatcher(clue);
      // Something that the loop will call when its turn comes.
      case 'callback':
        return this.#wordsOf(clue.object)
          .slice(0, CALLBACK_WORDS)
          .flatMap((word) => this.#resumed(clue, this.#waiting(selfOf(this.#objects, word)), false));
      case 'queue':
        return this.#containers(clue.object).flatMap((item) => this.#resumed(clue, this.#waiting(item), false));
      default:
        return this.#containers(clue.object).flatMap((item) => {
          const self = selfOf(this.#objects, item);
          return this.#resumed(clue, this.#waiting(self), this.#isWaiter(self, 'MultipleWaiter'));
        });
    }
  }

  #resumed(clue: Clue, greenlet: number, isOneOfMany: boolean): Resumed[] {
    return greenlet === 0 ? [] : [{ ...clue, greenlet, watched: null, isTimeout: false, isOneOfMany }];
  }

  #ofWatcher(clue: Clue): Resumed[] {
    const { object, kind } = clue;
    const words = this.#wordsOf(object);
    const size = 8 * words.length;
    // A word of it leads to the ev_watcher inside.
    const own = words.findIndex((word) => word > object && word < object + size && (word - object) % 8 === 0);
    const event = words[own] ?? 0;
    if (own < 0) return [];
    const bytes = object + size - event;
    const { active, least, after } = EV;
    const needed = kind === 'child' ? least.child : least.io;
    if (bytes < least.watcher || (kind in least && bytes < needed)) return [];
    const head = this.#objects.memory.read(toAddress(event), bytes);
    if (head.getInt32(active, true) === 0) return [];
    // libev may be built with a pointer more in each.
    const start = bytes >= needed + 8 ? after + 8 : after;
    const watched = ((): Watched | null => {
      switch (kind) {
        case 'io':
          return { fd: head.getInt32(start + 8, true) };
        case 'timer':
          return { deadline: head.getFloat64(start, true) * 1000 };
        case 'child':
          return { pid: head.getInt32(start + 12, true) };
        default:
          return null;
      }
    })();
    const before = words.slice(0, own);
    for (const word of before) {
      const self = selfOf(this.#objects, word);
      const greenlet = self === 0 ? 0 : this.#waiting(self);
      // A timeout throws into the greenlet itself; who waits for the watcher does it by a Waiter.
      if (greenlet !== 0) return [{ ...clue, greenlet, watched, isTimeout: self === greenlet, isOneOfMany: false }];
    }
    // `Timeout._on_expiration` gets it as an argument.
    const argument = before.flatMap((word) => this.#objects.elements(word, 2)).find((one) => this.#isGreenlet(one));
    if (argument !== undefined && kind === 'timer') {
      return [{ ...clue, greenlet: argument, watched, isTimeout: true, isOneOfMany: false }];
    }
    return [];
  }

  /** The greenlet that goes on when this is called or switched to; 0: none. */
  #waiting(object: number): number {
    if (object === 0) return 0;
    if (this.#isGreenlet(object)) return object;
    if (!this.#isWaiter(object)) return 0;
    const among = this.#wordsOf(object).filter((word) => this.#isGreenlet(word));
    return among.length === 1 ? (among[0] ?? 0) : 0;
  }

  #isWaiter(object: number, name = 'Waiter'): boolean {
    const type = object === 0 ? null : this.#objects.typeName(object);
    return type?.startsWith('gevent.') === true && type.endsWith(name);
  }

  /** What is in the lists and deques that the object has. */
  #containers(object: number): number[] {
    return [...new Set(this.#wordsOf(object))].flatMap((word) => {
      switch (this.#objects.typeName(word)) {
        case 'list':
          return this.#objects.elements(word, LINKS_LIMIT);
        case 'collections.deque':
          return this.#objects.dequeItems(word, LINKS_LIMIT);
        default:
          return [];
      }
    });
  }

  #wordsOf(object: number): readonly number[] {
    const size = Math.min(this.#objects.factsOf(object)?.basicsize ?? 0, OBJECT_BYTES);
    const { sizeof } = this.#objects.layout.PyObject;
    const start = sizeof / 8;
    // From the beginning, so that an index is an offset.
    const words = this.#objects.words(object, Math.floor(size / 8));
    return words.map((word, i) => (i < start ? 0 : word));
  }
}

/**
 * `ev_watcher` and what follows it: `active`, `pending`, `priority`, `cb` (gevent's libev has no `data` before it); `after`
 * that of `ev_io` the next one and `fd`, of `ev_timer` `at` and `repeat`, of `ev_child` the next one, `flags` and `pid`.
 * https://github.com/gevent/gevent/blob/24.11.1/deps/libev/ev.h (EV_WATCHER, EV_WATCHER_LIST, EV_WATCHER_TIME)
 */
const EV = { active: 0, after: 24, least: { watcher: 24, io: 40, timer: 40, child: 48 } } as const;
