/** What does an event loop do? By its attributes, and by where the thread stands that runs it. */
import { offsetBy, toAddress } from '../../memory/address.js';
import type { Objects } from '../waits/objects.js';
import type { Scopes } from '../waits/scopes.js';
import { inHandOf, type RanFrame } from '../waits/value-stack.js';
import type { LoopAnswer } from './answers.js';

/** A thread, as far as it takes to tell which loop runs in it. */
export interface LoopThread {
  readonly tid: number | null;
  /** `pthread_self()`. */
  readonly ident: number;
  /** Of its state. */
  readonly state: number;
  /** Innermost first. */
  readonly frames: readonly RanFrame[];
  /** Whether the kernel found it waiting for descriptors or a time. */
  readonly polls: boolean;
}

/** Timers looked through for the first that still counts. */
const TIMERS_LIMIT = 1000;
/** Frames of a thread in which a loop is looked for. */
const FRAMES_LIMIT = 200;

export class Loops {
  readonly #objects: Objects;
  readonly #scopes: Scopes;

  constructor(objects: Objects, scopes: Scopes) {
    this.#objects = objects;
    this.#scopes = scopes;
  }

  /** The thread that runs a loop; null: none, or it cannot be told. */
  threadOf(loop: number, threads: readonly LoopThread[], running: ReadonlyMap<number, number>): LoopThread | null {
    const ident = this.#objects.int(this.#objects.ownAttribute(loop, '_thread_id'));
    const byIdent = ident === null ? undefined : threads.find((thread) => thread.ident === ident);
    if (byIdent) return byIdent;
    // A loop that C made does not show which thread runs it: the thread says which loop it runs, or its frames do.
    return (
      threads.find(({ state }) => running.get(state) === loop) ??
      threads.find((thread) => thread.frames.slice(-FRAMES_LIMIT).some((frame) => this.#runs(frame, loop))) ??
      null
    );
  }

  #runs(frame: RanFrame, loop: number): boolean {
    const inHand = inHandOf(frame);
    if (!inHand || !RUNNERS.has(inHand.code.name)) return false;
    const variables = this.#objects.attempt(() => this.#scopes.variables(inHand)) ?? [];
    return variables.some(
      ({ name, value }) =>
        (name === 'loop' && value === loop) ||
        (name === 'self' && (value === loop || this.#objects.ownAttribute(value, '_loop') === loop)),
    );
  }

  /** `current`: the task that it runs; 0: none. */
  describe(object: number, thread: LoopThread | null, current: number, tasks: number): LoopAnswer {
    const own = (name: string) => this.#objects.ownAttribute(object, name);
    const closed = this.#objects.int(own('_closed')) === 1;
    const handle = thread ? this.#handleOf(thread.frames) : 0;
    return {
      kind: 'asyncio',
      object,
      type: this.#typeOf(object),
      tid: thread?.tid ?? null,
      state: closed ? 'closed' : thread === null ? 'stopped' : stateOf(thread, current, handle),
      runs: thread === null ? 0 : current,
      callback: handle === 0 || current !== 0 ? null : this.nameOf(this.#objects.attribute(handle, '_callback')),
      ready: this.#objects.size(own('_ready')),
      nextTimer: this.#nextTimer(own('_scheduled')),
      tasks,
    };
  }

  #typeOf(object: number): string {
    const name = this.#objects.typeName(object) ?? '?';
    if (name !== 'Loop') return name;
    // uvloop's own is called as its C base is.
    return this.#objects.typeLine(object).some((base) => base.startsWith('uvloop')) ? 'uvloop.Loop' : name;
  }

  /** The handle whose callback runs in these frames; 0: none. */
  #handleOf(frames: readonly RanFrame[]): number {
    for (const frame of frames) {
      const inHand = inHandOf(frame);
      if (inHand?.code.name === '_run' && /(^|\/)asyncio\/events\.py$/.test(inHand.code.file)) {
        return this.#objects.attempt(() => this.#scopes.self(inHand)) ?? 0;
      }
    }
    return 0;
  }

  /** What a callable is called: "Service.tick"; null: it cannot be told. */
  nameOf(callable: number, depth = 3): string | null {
    const { objects } = this.#objects.layout;
    switch (this.#objects.typeName(callable)) {
      case 'function': {
        const { func_qualname, func_name } = objects.PyFunctionObject;
        return this.#objects.text(this.#objects.pointer(callable, func_qualname ?? func_name));
      }
      case 'method':
        return depth === 0
          ? null
          : this.nameOf(this.#objects.pointer(callable, objects.PyMethodObject.im_func), depth - 1);
      case 'functools.partial':
        return depth === 0 ? null : this.nameOf(this.#objects.pointer(callable, objects.partialobject.fn), depth - 1);
      case 'builtin_function_or_method':
        return this.#objects.cString(
          this.#objects.pointer(this.#objects.pointer(callable, objects.PyCFunctionObject.m_ml)),
        );
      default:
        return null;
    }
  }

  /** When a timer is due, ms; null: it is none, or cancelled. */
  whenOf(handle: number): number | null {
    if (this.#objects.int(this.#objects.attribute(handle, '_cancelled')) === 1) return null;
    return this.float(this.#objects.attribute(handle, '_when'));
  }

  /** A time in seconds, as ms; null: it is none. */
  float(object: number): number | null {
    if (this.#objects.typeName(object) !== 'float') return null;
    const at = offsetBy(toAddress(object), this.#objects.layout.objects.PyFloatObject.ob_fval);
    return this.#objects.attempt(() => this.#objects.memory.read(at, 8).getFloat64(0, true) * 1000);
  }

  #nextTimer(heap: number): number | null {
    let next: number | null = null;
    for (const handle of this.#objects.elements(heap, TIMERS_LIMIT)) {
      const when = this.whenOf(handle);
      // The first of a heap is its least; those behind it count where it was cancelled.
      if (when !== null) {
        next = when;
        break;
      }
    }
    return next;
  }
}

const RUNNERS: ReadonlySet<string> = new Set(['run', 'run_until_complete', 'run_forever', 'main', 'serve']);

function stateOf({ polls, frames }: LoopThread, current: number, handle: number): LoopAnswer['state'] {
  if (current !== 0 || handle !== 0) return 'running';
  const [innermost] = frames;
  const inHand = inHandOf(innermost);
  if (inHand?.code.name === 'select' && inHand.code.file.endsWith('selectors.py')) return 'polling';
  return polls ? 'polling' : 'running';
}
