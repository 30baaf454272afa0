/** What do tasks wait for, and who has it? Of all tasks of an interpreter together: edges between them, and resources. */
import type { WaitKind } from '../../snapshot.js';
import type { TaskFields } from '../layouts/task-fields.js';
import type { WaitFields } from '../layouts/wait-fields.js';
import { anyioOwners } from '../waits/anyio.js';
import type { WaitTools } from '../waits/tools.js';
import { inHandOf, type RanFrame } from '../waits/value-stack.js';
import type { AwaitedTask, ResourceKey, TaskHolder, TaskResource, TaskWait } from './answers.js';
import type { Chain } from './chains.js';
import { describeAwaited, isLocked } from './describe.js';
import { Edges } from './edges.js';
import type { Futures, TaskFacts } from './futures.js';
import { TaskHolders } from './holders.js';
import type { Loops, LoopThread } from './loops.js';
import { type Managed, Managers } from './managers.js';
import { type Reason, Reasons } from './reasons.js';

export interface WaitingTask {
  readonly facts: TaskFacts;
  readonly chain: Chain;
  /** Innermost first. */
  readonly frames: readonly RanFrame[];
  readonly thread: LoopThread | null;
  /** Whether it is what its thread runs now. */
  readonly runs: boolean;
  /** Whether what it waits for is not over. */
  readonly waits: boolean;
}

export interface Waiting {
  readonly awaits: readonly AwaitedTask[];
  readonly waits: readonly TaskWait[];
  readonly parent: number;
}

/** Frames outside the library's in which a name is looked for. */
const NAMING_FRAMES = 3;
/** Frames between a group of anyio's and what is awaited. */
const GROUP_FRAMES = 6;
/** Places of the set of its tasks. */
const GROUP_LIMIT = 2 ** 20;

interface Awaited {
  readonly kind: WaitKind;
  readonly key: ResourceKey;
}

export class WaitingTasks {
  readonly #tools: WaitTools;
  readonly #futures: Futures;
  readonly #loops: Loops;
  readonly #reasons: Reasons;
  readonly #edges: Edges;
  readonly #managers: Managers;
  readonly #threads: readonly LoopThread[];
  readonly #waitFields: WaitFields;
  readonly #awaited = new Map<string, Awaited>();
  readonly #names = new Map<string, string | null>();
  readonly #threadOf = new Map<number, LoopThread | null>();

  constructor(
    tools: WaitTools,
    futures: Futures,
    loops: Loops,
    fields: TaskFields,
    waitFields: WaitFields,
    threads: readonly LoopThread[],
  ) {
    this.#tools = tools;
    this.#futures = futures;
    this.#loops = loops;
    this.#reasons = new Reasons(tools.objects, tools.scopes, loops, fields);
    this.#edges = new Edges(tools.objects, futures, fields);
    this.#managers = new Managers(tools.objects);
    this.#threads = threads;
    this.#waitFields = waitFields;
  }

  /** In their order. */
  read(tasks: readonly WaitingTask[]): { readonly waiting: Waiting[]; readonly resources: TaskResource[] } {
    for (const { facts, thread } of tasks) {
      this.#edges.add(facts.object);
      this.#threadOf.set(facts.object, thread);
    }
    const managed = tasks.map((task) => this.#managedBy(task));
    const waiting = withParents(
      tasks,
      tasks.map((task, i) => this.#waitingOf(task, managed[i] ?? [])),
    );
    const holding = tasks.map(({ facts, thread, frames }, i) => {
      const key = waiting[i]?.waits[0]?.resource ?? null;
      return {
        task: facts.object,
        tid: thread?.tid ?? null,
        frames,
        managed: managed[i] ?? [],
        waitsFor: key !== null && 'object' in key ? key.object : 0,
      };
    });
    const owned = [...this.#awaited.values()].filter(({ kind }) => kind === 'lock' || kind === 'semaphore');
    const locks = new Set(owned.flatMap(({ key }) => ('object' in key ? [key.object] : [])));
    const holders = new TaskHolders(this.#tools, this.#waitFields, holding, locks);
    const resources = [...this.#awaited.values()].map((one) => this.#resourceOf(one, holders));
    return { waiting, resources: [...resources, ...this.#futuresOfThreads()] };
  }

  /** The blocks that a task is in. One that runs has no depth but what is proven; its frames are the thread's. */
  #managedBy({ chain, runs, frames }: WaitingTask): Managed[] {
    if (!runs) return this.#managers.of(chain);
    const { stacks, objects } = this.#tools;
    if (!stacks) return [];
    return frames.flatMap((frame, index) => {
      const inHand = inHandOf(frame);
      const slots = inHand && stacks.isWorthALook(frame.ran) ? objects.attempt(() => stacks.proven(inHand)) : null;
      return this.#managers.among(slots ?? []).map((manager): Managed => ({ manager, frame: index }));
    });
  }

  #waitingOf(task: WaitingTask, managed: readonly Managed[]): Waiting {
    const { facts, frames, runs, waits } = task;
    const parent = this.#edges.parentOf(facts.object);
    if (runs || !waits) return { awaits: [], waits: [], parent };
    const reason = this.#reasons.of(frames);
    const deadline = earliest(reason?.deadline ?? null, this.#timeoutOf(managed));
    const awaits = this.#awaitsOf(facts, reason, frames);
    if (awaits.length > 0) {
      const limit: TaskWait[] = deadline === null ? [] : [{ kind: 'timer', resource: null, name: 'timeout', deadline }];
      return { awaits, waits: limit, parent };
    }
    const { kind, key } = reason?.key || reason?.kind === 'timer' ? reason : this.#futureOf(facts.waiter);
    const name = key && 'object' in key ? this.#nameOf(frames, reason?.libraryFrames ?? 0, key.object) : null;
    if (key) this.#awaited.set(textOf(kind, key), { kind, key });
    return { awaits: [], waits: [{ kind, resource: key, name, deadline }], parent };
  }

  #awaitsOf(facts: TaskFacts, reason: Reason | null, frames: readonly RanFrame[]): AwaitedTask[] {
    const queue = reason?.kind === 'queue' && reason.key && 'object' in reason.key ? reason.key.object : 0;
    const group = this.#anyioGroup(frames);
    if (group.length > 0) return group;
    const found = queue === 0 ? this.#edges.of(facts) : this.#edges.awaitedBy(queue);
    const limited = isIn(frames, 'wait_for');
    return found.map((edge) => (edge.how === 'direct' && limited ? { ...edge, how: 'wait_for' } : edge));
  }

  /** The tasks of the group of anyio's at whose end it waits. */
  #anyioGroup(frames: readonly RanFrame[]): AwaitedTask[] {
    const { objects, scopes } = this.#tools;
    for (const frame of frames.slice(0, GROUP_FRAMES)) {
      const inHand = inHandOf(frame);
      if (!inHand?.code.file.endsWith('anyio/_backends/_asyncio.py')) continue;
      if (inHand.code.name !== '__aexit__') continue;
      const tasks = objects.attribute(objects.attempt(() => scopes.self(inHand)) ?? 0, '_tasks');
      return objects
        .setItems(tasks, GROUP_LIMIT)
        .filter((task) => this.#threadOf.has(task))
        .map((task) => ({ task, how: 'group', evidence: 'exact' }));
    }
    return [];
  }

  /** A future that nobody else tells of: that of a pool, if it gets its result from one. */
  #futureOf(waiter: number): Awaited {
    const source = this.#edges.sourceOf(waiter);
    return { kind: 'future', key: { object: source === 0 ? waiter : source } };
  }

  /** When the nearest `asyncio.timeout` that it is in is over. */
  #timeoutOf(managed: readonly Managed[]): number | null {
    const { objects } = this.#tools;
    let first: number | null = null;
    for (const { manager } of managed) {
      const when = objects.ownAttribute(manager, '_when');
      if (when !== 0) first = earliest(first, this.#loops.float(when));
    }
    return first;
  }

  #nameOf(frames: readonly RanFrame[], from: number, object: number): string | null {
    const { objects, paths } = this.#tools;
    for (const frame of frames.slice(from, from + NAMING_FRAMES)) {
      const inHand = inHandOf(frame);
      if (!inHand) continue;
      // Thousands may wait for the same at the same place.
      const key = `${object} ${frame.code} ${frame.lasti}`;
      let name = this.#names.get(key);
      if (name === undefined) {
        name = objects.attempt(() => paths.find(inHand, object));
        this.#names.set(key, name);
      }
      if (name !== null) return name;
    }
    return null;
  }

  #resourceOf({ kind, key }: Awaited, holders: TaskHolders): TaskResource {
    const { objects } = this.#tools;
    const object = 'object' in key ? key.object : 0;
    const locked = isLocked(objects, kind, key);
    const owns = (kind === 'lock' || kind === 'semaphore') && locked !== false;
    const owners = kind === 'lock' || kind === 'semaphore' ? this.#ownersOf(object) : [];
    const state = kind === 'future' ? objects.attempt(() => this.#futures.state(object)) : null;
    return {
      kind,
      key,
      wantedBy: null,
      type: object === 0 ? null : objects.shortTypeName(object),
      description: describeAwaited(objects, kind, key, state),
      locked,
      holders:
        owners.length > 0
          ? owners
          : owns
            ? holders.of(object, kind === 'lock')
            : kind === 'future'
              ? this.#workersOn(object)
              : [],
    };
  }

  /** Of a lock of anyio's, which says so itself. */
  #ownersOf(object: number): TaskHolder[] {
    return anyioOwners(this.#tools.objects, object).flatMap((task): TaskHolder[] => {
      if (!this.#threadOf.has(task)) return [];
      const tid = this.#threadOf.get(task)?.tid ?? null;
      return [{ task, tid, gone: false, evidence: 'exact', how: 'owner', name: null, frame: null }];
    });
  }

  /** The thread of a pool that works out a future. */
  #workersOn(future: number): TaskHolder[] {
    const { objects, scopes } = this.#tools;
    return this.#threads.flatMap(({ tid, frames }): TaskHolder[] => {
      if (tid === null) return [];
      const frame = frames.findIndex((each) => {
        const inHand = inHandOf(each);
        if (inHand?.code.name !== 'run' || !inHand.code.file.endsWith('concurrent/futures/thread.py')) return false;
        const item = objects.attempt(() => scopes.self(inHand)) ?? 0;
        return objects.ownAttribute(item, 'future') === future;
      });
      if (frame < 0) return [];
      return [{ task: 0, tid, gone: false, evidence: 'exact', how: 'owner', name: null, frame: null }];
    });
  }

  /** What other threads wait for that tasks work out (`run_coroutine_threadsafe`). */
  #futuresOfThreads(): TaskResource[] {
    const { objects } = this.#tools;
    return [...this.#edges.ofThreads()].map(({ future, task }) => {
      const key = { object: future };
      return {
        kind: 'future',
        key,
        wantedBy: null,
        type: objects.shortTypeName(future),
        description: describeAwaited(objects, 'future', key, null),
        locked: null,
        holders: [{ task, tid: null, gone: false, evidence: 'exact', how: 'owner', name: null, frame: 0 }],
      };
    });
  }
}

/** Where the task of a group does not say whose it is, the one that waits for it does. */
function withParents(tasks: readonly WaitingTask[], waiting: readonly Waiting[]): Waiting[] {
  const parents = new Map<number, number>();
  waiting.forEach(({ awaits }, i) => {
    for (const { task, how } of awaits) if (how === 'group') parents.set(task, tasks[i]?.facts.object ?? 0);
  });
  return waiting.map((one, i) => ({
    ...one,
    parent: one.parent || (parents.get(tasks[i]?.facts.object ?? 0) ?? 0),
  }));
}

function isIn(frames: readonly RanFrame[], name: string): boolean {
  return frames.some((frame) => {
    const inHand = inHandOf(frame);
    return inHand?.code.name === name && inHand.code.file.endsWith('asyncio/tasks.py');
  });
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

function textOf(kind: WaitKind, key: ResourceKey): string {
  return `${kind} ${JSON.stringify(key)}`;
}
