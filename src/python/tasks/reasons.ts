/**
 * Why does a task wait that waits for no task? The innermost frames are the library's: which function says what kind of
 * wait it is, and its `self` for what.
 */

import { offsetBy, toAddress } from '../../memory/address.js';
import type { WaitKind } from '../../snapshot.js';
import type { TaskFields } from '../layouts/task-fields.js';
import { isAnyioLock } from '../waits/anyio.js';
import type { Objects } from '../waits/objects.js';
import type { Scopes } from '../waits/scopes.js';
import { type FrameInHand, inHandOf, type RanFrame } from '../waits/value-stack.js';
import type { ResourceKey } from './answers.js';
import type { Loops } from './loops.js';

export interface Reason {
  readonly kind: WaitKind;
  /** null: nobody else could have it, or it could not be made out. */
  readonly key: ResourceKey | null;
  /** ms of the monotonic clock; null: never, or not known. */
  readonly deadline: number | null;
  /** How many frames, innermost first, are the library's, about this wait. */
  readonly libraryFrames: number;
}

/** Frames of the library between what is waited for and the program. */
const MOST_FRAMES = 12;

/** What a frame makes of what is known from further in; null: it has nothing to do with it. */
type Rule = (at: FrameOfLibrary, inner: Found | null) => Found | null;

interface Found {
  readonly kind: WaitKind;
  readonly key: ResourceKey | null;
  readonly deadline?: number | null;
}

class FrameOfLibrary {
  constructor(
    readonly reasons: Reasons,
    readonly inHand: FrameInHand,
  ) {}

  get self(): number {
    return this.reasons.objects.attempt(() => this.reasons.scopes.self(this.inHand)) ?? 0;
  }

  variable(...names: string[]): number {
    const variables = this.reasons.objects.attempt(() => this.reasons.scopes.variables(this.inHand)) ?? [];
    return variables.find(({ name }) => names.includes(name))?.value ?? 0;
  }

  has(object: number, name: string): boolean {
    return this.reasons.objects.ownAttribute(object, name) !== 0;
  }
}

const locks: Rule = (at, inner) => {
  const { self } = at;
  if (at.has(self, '_locked')) return { kind: 'lock', key: { object: self } };
  return at.has(self, '_value') ? { kind: 'semaphore', key: { object: self } } : inner;
};
const entered: Rule = (at, inner) => inner ?? locks(at, inner);
const waited: Rule = (at, inner) => {
  const { self } = at;
  // Woken up, it takes its lock again.
  if (inner?.kind === 'lock' || inner?.kind === 'queue') return inner;
  if (at.has(self, '_lock') && at.has(self, '_waiters')) return { kind: 'condition', key: { object: self } };
  if (at.has(self, '_value') && at.has(self, '_waiters')) return { kind: 'event', key: { object: self } };
  return at.has(self, '_cond') ? { kind: 'barrier', key: { object: self } } : inner;
};
const barrier: Rule = (at, inner) => (at.has(at.self, '_cond') ? { kind: 'barrier', key: { object: at.self } } : inner);
const queue: Rule = (at, inner) => (at.has(at.self, '_getters') ? { kind: 'queue', key: { object: at.self } } : inner);
const sleep: Rule = (at) => {
  const handle = at.variable('h');
  return { kind: 'timer', key: null, deadline: handle === 0 ? null : at.reasons.loops.whenOf(handle) };
};
const timed: Rule = (at, inner) => {
  const handle = at.variable('timeout_handle');
  const deadline = handle === 0 ? null : at.reasons.loops.whenOf(handle);
  return inner && { ...inner, deadline: inner.deadline ?? deadline };
};
const ofTransport =
  (attribute: string): Rule =>
  (at, inner) =>
    at.reasons.descriptorOf(at.reasons.objects.ownAttribute(at.self, attribute)) ?? inner;
const socket: Rule = (at, inner) => at.reasons.socketOf(at.variable('sock')) ?? inner;
const child: Rule = (at, inner) => {
  const { objects } = at.reasons;
  const transport = objects.ownAttribute(at.self, '_transport') || at.self;
  const pid = objects.int(objects.ownAttribute(transport, '_pid')) ?? objects.int(objects.ownAttribute(at.self, 'pid'));
  return pid === null ? inner : { kind: 'child', key: { child: pid } };
};
const through: Rule = (_, inner) => inner;
const anyioLock: Rule = (at, inner) => {
  const { objects } = at.reasons;
  const { self } = at;
  if (isAnyioLock(objects, self)) return { kind: 'lock', key: { object: self } };
  const isSemaphore = objects.attribute(self, '_borrowers') !== 0 || objects.attribute(self, '_value') !== 0;
  return isSemaphore ? { kind: 'semaphore', key: { object: self } } : inner;
};
/** It has one of asyncio's. */
const anyioEvent: Rule = (at, inner) =>
  inner?.kind === 'event' && at.reasons.objects.attribute(at.self, '_event') !== 0
    ? { ...inner, key: { object: at.self } }
    : inner;
const anyioCondition: Rule = (at, inner) =>
  inner?.kind === 'event' && at.reasons.objects.attribute(at.self, '_lock') !== 0
    ? { kind: 'condition', key: { object: at.self } }
    : inner;
const anyioStream: Rule = (at, inner) => {
  const state = at.reasons.objects.attribute(at.self, '_state');
  return state === 0 ? inner : { kind: 'queue', key: { object: state } };
};
const descriptor: Rule = (at, inner) => {
  const fd = at.reasons.objects.int(at.variable('obj', 'fd', 'sock'));
  return (fd === null ? at.reasons.socketOf(at.variable('obj', 'sock')) : { kind: 'descriptor', key: { fd } }) ?? inner;
};

/** By file and function. */
const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  'asyncio/locks.py': {
    acquire: locks,
    __aenter__: entered,
    __acquire_ctx: entered,
    __iter__: entered,
    __await__: entered,
    wait: waited,
    wait_for: through,
    _block: barrier,
    _wait: barrier,
  },
  'asyncio/mixins.py': {},
  'asyncio/queues.py': { get: queue, put: queue, join: queue },
  'asyncio/tasks.py': { sleep, wait_for: timed, _wait: timed, wait: through, _wait_for_one: through },
  'asyncio/streams.py': {
    _wait_for_data: ofTransport('_transport'),
    drain: ofTransport('_transport'),
    _drain_helper: through,
    wait_closed: ofTransport('_transport'),
    read: through,
    readline: through,
    readuntil: through,
    readexactly: through,
    __anext__: through,
  },
  'asyncio/selector_events.py': {
    sock_recv: socket,
    sock_recv_into: socket,
    sock_recvfrom: socket,
    sock_recvfrom_into: socket,
    sock_sendall: socket,
    sock_sendto: socket,
    sock_connect: socket,
    sock_accept: socket,
  },
  'asyncio/base_subprocess.py': { _wait: child },
  'asyncio/subprocess.py': { wait: child, communicate: through, _read_stream: through, _feed_stdin: through },
  'anyio/_backends/_asyncio.py': {
    acquire: anyioLock,
    acquire_on_behalf_of: anyioLock,
    __aenter__: entered,
    wait: anyioEvent,
    wait_readable: descriptor,
    wait_writable: descriptor,
    sleep: through,
    checkpoint: through,
  },
  'anyio/_core/_synchronization.py': { acquire: anyioLock, __aenter__: entered, wait: anyioCondition },
  'anyio/streams/memory.py': { receive: anyioStream, send: anyioStream },
  'asyncio/threads.py': { to_thread: through },
  'asyncio/timeouts.py': {},
};

/** A path of asyncio's or anyio's own, wherever it is installed. */
const LIBRARY = /(?:^|\/)((?:asyncio|anyio(?:\/\w+)?)\/\w+\.py)$/;

export class Reasons {
  constructor(
    readonly objects: Objects,
    readonly scopes: Scopes,
    readonly loops: Loops,
    readonly fields: TaskFields,
  ) {}

  /** null: these frames do not say. `frames`: innermost first. */
  of(frames: readonly RanFrame[]): Reason | null {
    let found: Found | null = null;
    let libraryFrames = 0;
    while (libraryFrames < MOST_FRAMES) {
      const inHand = inHandOf(frames[libraryFrames]);
      const file = inHand && LIBRARY.exec(inHand.code.file)?.[1];
      if (!inHand || file === undefined || file === null) break;
      const rules = RULES[file];
      const rule = rules && Object.hasOwn(rules, inHand.code.name) ? rules[inHand.code.name] : through;
      found = rule?.(new FrameOfLibrary(this, inHand), found) ?? found;
      libraryFrames++;
    }
    return found && { kind: found.kind, key: found.key, deadline: found.deadline ?? null, libraryFrames };
  }

  /** What a transport reads from and writes to. */
  descriptorOf(transport: number, depth = 4): Found | null {
    if (transport === 0 || depth === 0) return null;
    for (const name of ['_sock_fd', '_fileno']) {
      const fd = this.objects.int(this.objects.ownAttribute(transport, name));
      if (fd !== null && fd >= 0) return { kind: 'descriptor', key: { fd } };
    }
    // TLS is a protocol over another transport.
    const inner =
      this.objects.ownAttribute(transport, '_ssl_protocol') || this.objects.ownAttribute(transport, '_transport');
    return this.descriptorOf(inner, depth - 1);
  }

  /** Of a `socket.socket`. */
  socketOf(object: number): Found | null {
    if (!this.objects.typeLine(object).some((name) => name === '_socket.socket')) return null;
    const at = offsetBy(toAddress(object), this.fields.sock_fd);
    const fd = this.objects.attempt(() => this.objects.memory.read(at, 4).getInt32(0, true));
    return fd === null || fd < 0 ? null : { kind: 'descriptor', key: { fd } };
  }
}
