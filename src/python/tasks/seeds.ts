/**
 * Where is asyncio's set of tasks that no name leads to? CPython 3.6 keeps it in a variable of C. But each task in it is
 * weakly referenced by it, and the reference calls back to it: one task leads to all. One is found in the frames of whoever
 * runs a loop, or behind its timers.
 */
import type { TaskFields } from '../layouts/task-fields.js';
import type { Objects } from '../waits/objects.js';
import type { Scopes } from '../waits/scopes.js';
import { inHandOf } from '../waits/value-stack.js';
import type { AwaitableTypes } from './kinds.js';
import type { LoopThread } from './loops.js';

/** Weak references to one object, and timers and callbacks, that are looked at. */
const REFERENCES_LIMIT = 100;
const TIMERS_LIMIT = 1000;
/** Of PyWeakReference in 3.6. https://github.com/python/cpython/blob/v3.6.15/Include/weakrefobject.h */
const PyWeakReference = { wr_callback: 24, wr_next: 48 } as const;

export class Seeds {
  constructor(
    private readonly objects: Objects,
    private readonly scopes: Scopes,
    private readonly types: AwaitableTypes,
    private readonly fields: TaskFields,
  ) {}

  /** The set of all tasks; 0: no task was found that leads to it. */
  allTasks(threads: readonly LoopThread[]): number {
    for (const task of this.#tasks(threads)) {
      const set = this.#setBehind(task);
      if (set !== 0) return set;
    }
    return 0;
  }

  *#tasks(threads: readonly LoopThread[]): Generator<number> {
    for (const { frames } of threads) {
      for (const frame of frames) {
        const inHand = inHandOf(frame);
        if (!inHand?.code.file.endsWith('asyncio/base_events.py')) continue;
        const variables = this.objects.attempt(() => this.scopes.variables(inHand)) ?? [];
        for (const { name, value } of variables) {
          if (name === 'future' && this.types.of(value)?.kind === 'task') yield value;
          if (name === 'self') yield* this.#behindTimers(this.objects.ownAttribute(value, '_scheduled'));
        }
      }
    }
  }

  /** Whom the futures of timers wake up. */
  *#behindTimers(heap: number): Generator<number> {
    const { PyTupleObject } = this.objects.layout;
    for (const handle of this.objects.elements(heap, TIMERS_LIMIT)) {
      const args = this.objects.attribute(handle, '_args');
      const [future = 0] = args === 0 ? [] : this.objects.words(args + PyTupleObject.ob_item, 1);
      if (this.types.of(future)?.kind !== 'future') continue;
      const callbacks = this.objects.pointer(future, this.fields.asyncio.fut_callbacks);
      for (const callback of this.objects.elements(callbacks, REFERENCES_LIMIT)) {
        const task = this.objects.pointer(callback, this.types.wrappedAt);
        if (this.types.of(task)?.kind === 'task') yield task;
      }
    }
  }

  /** The WeakSet whose method one of the weak references to a task calls. */
  #setBehind(task: number): number {
    const future = this.types.of(task)?.future;
    // The list of weak references follows the dict.
    let at = future ? this.objects.pointer(task, future.dictoffset + 8) : 0;
    for (let n = 0; at !== 0 && n < REFERENCES_LIMIT; n++) {
      const callback = this.objects.pointer(at, PyWeakReference.wr_callback);
      if (this.objects.typeName(callback) === 'function') {
        const defaults = this.objects.pointer(callback, this.fields.func_defaults);
        const [self = 0] = this.objects.elements(defaults, 1);
        const set = this.objects.pointer(self, this.objects.layout.objects.PyWeakReference.wr_object);
        if (this.objects.shortTypeName(set) === 'WeakSet') return set;
      }
      at = this.objects.pointer(at, PyWeakReference.wr_next);
    }
    return 0;
  }
}
