/**
 * Which tasks does a task wait for? asyncio notes it the other way round: a task knows what is called when it is done. The
 * callbacks of its library lead to the future that whoever waits is waiting for: they are closures, methods, partials.
 */
import type { TaskFields } from '../layouts/task-fields.js';
import type { Objects } from '../waits/objects.js';
import type { AwaitedTask } from './answers.js';
import type { Futures, TaskFacts } from './futures.js';

/** Cells of a closure, arguments of a partial, children of a gathering that are looked at. */
const CELLS_LIMIT = 64;
const CHILDREN_LIMIT = 1_000_000;
/** Gatherings inside gatherings that are followed. */
const NESTING_LIMIT = 20;

/** Where a callback leads. */
interface Lead {
  readonly how: AwaitedTask['how'];
  readonly evidence: AwaitedTask['evidence'];
  /** Futures, and queues, that somebody may wait for. */
  readonly targets: readonly number[];
}

/** By the beginning of the qualified name of a closure of asyncio/tasks.py, whose callback it is. */
const CLOSURES: readonly { readonly prefix: string; readonly how: AwaitedTask['how'] }[] = [
  { prefix: 'gather.', how: 'gather' },
  { prefix: '_gather.', how: 'gather' },
  { prefix: 'shield.', how: 'shield' },
  { prefix: '_wait.', how: 'wait' },
  { prefix: 'as_completed.', how: 'as_completed' },
];

const NO_LEAD: Lead = { how: 'direct', evidence: 'probable', targets: [] };

export class Edges {
  readonly #objects: Objects;
  readonly #futures: Futures;
  readonly #fields: TaskFields;
  /** By the function: many tasks have the same. */
  readonly #leads = new Map<number, Lead>();
  /** By what is waited for: the tasks whose end leads there. */
  readonly #byTarget = new Map<number, AwaitedTask[]>();
  readonly #parents = new Map<number, number>();

  constructor(objects: Objects, futures: Futures, fields: TaskFields) {
    this.#objects = objects;
    this.#futures = futures;
    this.#fields = fields;
  }

  /** Has this task's callbacks known. */
  add(task: number): void {
    for (const callback of this.#objects.attempt(() => this.#futures.callbacks(task)) ?? []) {
      const { how, evidence, targets } = this.#leadOf(callback, task);
      for (const target of targets) {
        const own = this.#byTarget.get(target);
        if (own) own.push({ task, how, evidence });
        else this.#byTarget.set(target, [{ task, how, evidence }]);
      }
    }
  }

  /** The task of the TaskGroup that this one belongs to; 0: none. */
  parentOf(task: number): number {
    return this.#parents.get(task) ?? 0;
  }

  /** Those that it waits for, after all were added. */
  of({ waiter }: Pick<TaskFacts, 'waiter'>): AwaitedTask[] {
    return waiter === 0 ? [] : this.awaitedBy(waiter, 0);
  }

  /** The tasks whose end is waited for by whoever waits for this future, or queue. */
  awaitedBy(target: number, depth = 0): AwaitedTask[] {
    if (this.#futures.isTask(target)) return [{ task: target, how: 'direct', evidence: 'exact' }];
    const direct = this.#byTarget.get(target) ?? [];
    const children = this.#objects.ownAttribute(target, '_children');
    if (children === 0 || depth >= NESTING_LIMIT) return direct;
    // Of a gathering those that are no tasks are gatherings, shields, or futures.
    const inner = this.#objects
      .elements(children, CHILDREN_LIMIT)
      .filter((child) => !this.#futures.isTask(child))
      .filter((child) => this.#objects.attempt(() => this.#futures.state(child)) === 'PENDING')
      .flatMap((child) => this.awaitedBy(child, depth + 1));
    return [...direct, ...inner.map((edge): AwaitedTask => ({ ...edge, how: 'gather' }))];
  }

  #leadOf(callback: number, task: number): Lead {
    const { objects } = this.#objects.layout;
    switch (this.#objects.typeName(callback)) {
      case 'function': {
        let lead = this.#leads.get(callback);
        if (!lead) {
          lead = this.#leadOfFunction(callback);
          this.#leads.set(callback, lead);
        }
        return lead;
      }
      case 'method':
        return this.#leadOfMethod(
          this.#objects.pointer(callback, objects.PyMethodObject.im_func),
          this.#objects.pointer(callback, objects.PyMethodObject.im_self),
          task,
        );
      case 'functools.partial': {
        const func = this.#objects.pointer(callback, objects.partialobject.fn);
        const args = this.#objects.elements(this.#objects.pointer(callback, objects.partialobject.args), CELLS_LIMIT);
        if (this.#nameOf(func) === '_release_waiter') return { how: 'wait_for', evidence: 'exact', targets: args };
        // The callbacks of 3.6's gather.
        return this.#objects.typeName(func) === 'function' ? this.#leadOf(func, task) : NO_LEAD;
      }
      default:
        // What wakes a task up that awaits this one: it says so itself.
        return NO_LEAD;
    }
  }

  #leadOfFunction(callback: number): Lead {
    const name = this.#nameOf(callback) ?? '';
    const targets = this.cellsOf(callback).filter((object) => this.#isTarget(object));
    const known = CLOSURES.find(({ prefix }) => name.startsWith(prefix));
    if (known) return { how: known.how, evidence: 'exact', targets };
    return { how: 'direct', evidence: name.startsWith('_chain_future.') ? 'exact' : 'probable', targets };
  }

  /** A future of any kind, or the queue that `as_completed` fills. */
  #isTarget(object: number): boolean {
    return (
      this.#futures.isFuture(object) ||
      this.#objects.ownAttribute(object, '_getters') !== 0 ||
      this.#objects.ownAttribute(object, '_condition') !== 0
    );
  }

  #leadOfMethod(func: number, self: number, task: number): Lead {
    switch (this.#objects.text(this.#objects.pointer(func, this.#objects.layout.objects.PyFunctionObject.func_name))) {
      case '_on_task_done': {
        const parent = this.#objects.ownAttribute(self, '_parent_task');
        if (parent === 0) return NO_LEAD;
        this.#parents.set(task, parent);
        return { how: 'group', evidence: 'exact', targets: [this.#objects.ownAttribute(self, '_on_completed_fut')] };
      }
      case '_handle_completion': {
        const done = this.#objects.ownAttribute(self, '_done');
        return done === 0 ? NO_LEAD : { how: 'as_completed', evidence: 'exact', targets: [done] };
      }
      default:
        return NO_LEAD;
    }
  }

  #nameOf(func: number): string | null {
    const { func_qualname, func_name } = this.#objects.layout.objects.PyFunctionObject;
    if (this.#objects.typeName(func) !== 'function') return null;
    return this.#objects.text(this.#objects.pointer(func, func_qualname ?? func_name));
  }

  /** What the cells of a closure hold. */
  cellsOf(func: number): number[] {
    if (this.#objects.typeName(func) !== 'function') return [];
    const closure = this.#objects.pointer(func, this.#fields.func_closure);
    return this.#objects
      .elements(closure, CELLS_LIMIT)
      .map((cell) => this.#objects.pointer(cell, this.#objects.layout.objects.PyCellObject.ob_ref))
      .filter((object) => object !== 0);
  }

  /** The future of a pool, or of another thread, whose result this future gets; 0: none. */
  sourceOf(future: number): number {
    for (const callback of this.#objects.attempt(() => this.#futures.callbacks(future)) ?? []) {
      if (!this.#nameOf(callback)?.startsWith('_chain_future.')) continue;
      const source = this.cellsOf(callback).find((object) => this.#objects.ownAttribute(object, '_condition') !== 0);
      if (source !== undefined) return source;
    }
    return 0;
  }

  /** The futures of other threads that the end of these tasks leads to, with the task. */
  *ofThreads(): Generator<{ readonly future: number; readonly task: number }> {
    for (const [target, tasks] of this.#byTarget) {
      if (this.#objects.ownAttribute(target, '_condition') === 0) continue;
      for (const { task } of tasks) yield { future: target, task };
    }
  }
}
