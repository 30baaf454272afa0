/** What do the tasks of trio do? Its runner has them all; nurseries make them a tree, cancel scopes say when a wait ends. */
import type { TaskState, WaitKind } from '../../snapshot.js';
import type { Python } from '../python.js';
import type { LoopAnswer, TaskAnswer, TaskHolder, TaskResource, TasksAnswer, TaskWait } from '../tasks/answers.js';
import { type Chain, readChains } from '../tasks/chains.js';
import { AwaitableTypes } from '../tasks/kinds.js';
import type { LoopThread } from '../tasks/loops.js';
import { SuspendedFrames } from '../tasks/suspended.js';
import { anyioOwners } from '../waits/anyio.js';
import { describeWaited } from '../waits/describe.js';
import { WaitTools } from '../waits/tools.js';
import { inHandOf, type RanFrame } from '../waits/value-stack.js';
import type { Run } from './runs.js';
import { readTrioWait, type TrioSubject } from './trio-waits.js';

export interface TrioSettings {
  /** How many tasks are looked at; of the others only their number is told. */
  readonly maxTasks: number;
  /** What the variables of frames hold; null: not asked for. */
  readonly locals: ((frames: readonly RanFrame[]) => TaskAnswer['locals']) | null;
}

/** Places of the set of tasks. */
const TASKS_LIMIT = 2 ** 23;
/** Cancel scopes around a task. */
const SCOPES_LIMIT = 1000;
/** Frames outside the library's in which a name is looked for. */
const NAMING_FRAMES = 3;
const READY_LIMIT = 1_000_000;

/** The tasks of these runs. Throws only what is not a failure of the target's memory. */
export function readTrio(
  python: Python,
  runs: readonly Run[],
  threads: readonly LoopThread[],
  settings: TrioSettings,
): TasksAnswer {
  const reader = new TrioReader(python, threads, settings);
  for (const run of runs) reader.add(run);
  return reader.answer();
}

class TrioReader {
  readonly #tools: WaitTools;
  readonly #types: AwaitableTypes;
  readonly #frames: SuspendedFrames;
  readonly #settings: TrioSettings;
  readonly #threads: readonly LoopThread[];
  readonly #loops: LoopAnswer[] = [];
  readonly #tasks: TaskAnswer[] = [];
  readonly #resources = new Map<string, TaskResource>();
  #leftOut = 0;

  constructor(python: Python, threads: readonly LoopThread[], settings: TrioSettings) {
    this.#tools = python.the(WaitTools);
    this.#types = new AwaitableTypes(python, this.#tools.objects);
    this.#frames = new SuspendedFrames(python);
    this.#threads = threads;
    this.#settings = settings;
  }

  answer(): TasksAnswer {
    return {
      loops: this.#loops,
      tasks: this.#tasks,
      resources: [...this.#resources.values()],
      leftOut: this.#leftOut,
    };
  }

  add({ object: runner, thread }: Run): void {
    const { objects } = this.#tools;
    const all = this.#inOrder(objects.setItems(objects.attribute(runner, 'tasks'), TASKS_LIMIT));
    const wanted = all.slice(0, Math.max(this.#settings.maxTasks - this.#tasks.length, 0));
    this.#leftOut += all.length - wanted.length;
    const offset = this.#clockOffset(runner);
    const chains = readChains(
      wanted.map((task) => ({ coro: objects.attribute(task, 'coro'), words: [] })),
      this.#frames,
      this.#types,
      () => undefined,
    );
    const known = new Set(all);
    const told = wanted.flatMap((task, i) => {
      const chain = chains[i];
      return chain ? [this.#task(task, runner, thread, chain, offset, known)] : [];
    });
    this.#tasks.push(...told);
    const running = told.find(({ state }) => state === 'running');
    const deadlines = told.flatMap(({ waits }) => waits.flatMap(({ deadline }) => deadline ?? []));
    this.#loops.push({
      kind: 'trio',
      object: runner,
      type: 'trio.run',
      tid: thread.tid,
      state: running ? 'running' : thread.polls ? 'polling' : 'running',
      runs: running?.object ?? 0,
      callback: null,
      ready: objects.dequeItems(objects.attribute(runner, 'runq'), READY_LIMIT).length,
      nextTimer: deadlines.length === 0 ? null : deadlines.reduce((one, two) => Math.min(one, two)),
      tasks: all.length,
    });
  }

  /** As they were started: the tasks of a set have no order. */
  #inOrder(tasks: readonly number[]): number[] {
    const { objects } = this.#tools;
    const keyed = tasks.map((task) => ({ task, counter: objects.int(objects.attribute(task, '_counter')) ?? 0 }));
    return keyed.sort((a, b) => a.counter - b.counter || a.task - b.task).map(({ task }) => task);
  }

  #task(
    object: number,
    loop: number,
    thread: LoopThread,
    chain: Chain,
    offset: number | null,
    all: ReadonlySet<number>,
  ): TaskAnswer {
    const { objects } = this.#tools;
    const nursery = objects.attribute(object, '_parent_nursery');
    const runs = chain.links.some(({ state }) => state === 'running');
    const frames = runs ? framesInThread(chain, thread) : chain.links.map(({ frame }) => frame).reverse();
    const scope = this.#scopesOf(object, offset);
    const isScheduled = !isNothing(objects.typeName(objects.attribute(object, '_next_send_fn')));
    const subject = runs || isScheduled ? null : readTrioWait(objects, this.#tools.scopes, frames);
    const state = ((): TaskState => {
      if (runs) return 'running';
      if (chain.links[0]?.state === 'created') return isScheduled ? 'ready' : 'unstarted';
      if (isScheduled) return 'ready';
      return scope.cancelled ? 'cancelling' : 'waiting';
    })();
    const parent = isNothing(objects.typeName(nursery)) ? 0 : objects.attribute(nursery, '_parent_task');
    const awaits = (subject?.tasks ?? []).filter((task) => all.has(task));
    return {
      kind: 'trio',
      object,
      type: 'trio.lowlevel.Task',
      name: objects.text(objects.attribute(object, 'name')),
      loop,
      tid: thread.tid,
      state,
      parent,
      awaits: awaits.map((task) => ({ task, how: 'group', evidence: 'exact' })),
      waits: subject && subject.tasks.length === 0 ? this.#waits(subject, frames, scope.deadline, thread) : [],
      frames,
      ending: chain.ending,
      locals: this.#settings.locals?.(runs ? [] : frames) ?? null,
      words: null,
    };
  }

  #waits(subject: TrioSubject, frames: readonly RanFrame[], deadline: number | null, thread: LoopThread): TaskWait[] {
    const { kind, object, fd, named, frames: from } = subject;
    const { objects, paths } = this.#tools;
    if (kind === 'timer' || kind === 'signal') return [{ kind, resource: null, name: null, deadline }];
    if (kind === 'child') {
      const process = objects.attribute(object, '_proc') || object;
      const pid = objects.int(objects.attribute(process, 'pid')) ?? objects.int(objects.attribute(object, 'pid'));
      if (pid === null) return [{ kind, resource: null, name: null, deadline }];
      return [this.#noted(kind, { child: pid }, null, `process ${pid}`, null, [], deadline)];
    }
    if (fd !== null) return [this.#noted(kind, { fd }, null, `descriptor ${fd}`, null, [], deadline)];
    if (object === 0) return [{ kind, resource: null, name: null, deadline }];
    const name = kind === 'future' ? null : nameIn(frames.slice(from, from + NAMING_FRAMES));
    const worker = kind === 'future' ? this.#workerOf(object) : null;
    const holders = kind === 'future' ? heldBy(worker) : this.#holders(kind, object, thread);
    const type = kind === 'future' ? null : objects.shortTypeName(object);
    const description = kind === 'future' ? 'call in a thread' : this.#described(kind, object);
    return [this.#noted(kind, { object }, type, description, name, holders, deadline)];

    function nameIn(outside: readonly RanFrame[]): string | null {
      for (const frame of outside) {
        const inHand = inHandOf(frame);
        const found = inHand && objects.attempt(() => paths.find(inHand, named));
        if (found) return found;
      }
      return null;
    }
  }

  #described(kind: WaitKind, object: number): string {
    const { objects } = this.#tools;
    if (kind !== 'queue') return describeWaited(objects, kind, object);
    const items = objects.size(objects.attribute(object, 'data'));
    const most = objects.int(objects.attribute(object, 'max_buffer_size'));
    const facts = [items === null ? '' : `, ${items} items`, most === null ? '' : `, at most ${most}`];
    return `memory channel${facts.join('')}`;
  }

  #noted(
    kind: WaitKind,
    key: TaskResource['key'],
    type: string | null,
    description: string,
    name: string | null,
    holders: readonly TaskHolder[],
    deadline: number | null,
  ): TaskWait {
    const id = JSON.stringify(key);
    if (!this.#resources.has(id)) {
      const locked = holders.length > 0 ? true : null;
      this.#resources.set(id, { kind, key, type, description, locked, holders, wantedBy: null });
    }
    return { kind, resource: key, name, deadline };
  }

  #holders(kind: WaitKind, object: number, thread: LoopThread): TaskHolder[] {
    const { objects } = this.#tools;
    if (kind !== 'lock' && kind !== 'semaphore') return [];
    const own = objects.attribute(object, '_owner');
    const owners = own === 0 ? anyioOwners(objects, object) : [own];
    return owners.flatMap((task): TaskHolder[] => {
      if (objects.shortTypeName(task) !== 'Task') return [];
      return [{ task, tid: thread.tid, gone: false, evidence: 'exact', how: 'owner', name: null, frame: null }];
    });
  }

  /** The thread that runs what a task waits for; null: none does by now. */
  #workerOf(function_: number): LoopThread | null {
    const { objects, scopes } = this.#tools;
    for (const thread of this.#threads) {
      for (const frame of thread.frames.slice(-WORKER_FRAMES)) {
        const inHand = inHandOf(frame);
        if (inHand?.code.name !== '_handle_job' || !inHand.code.file.endsWith('/trio/_core/_thread_cache.py')) continue;
        const variables = objects.attempt(() => scopes.variables(inHand)) ?? [];
        if (variables.some(({ name, value }) => name === 'fn' && value === function_)) return thread;
      }
    }
    return null;
  }

  /** What trio's clock says is that much later than the monotonic one; null: it is another clock. */
  #clockOffset(runner: number): number | null {
    const { objects } = this.#tools;
    const clock = objects.attribute(runner, 'clock');
    if (objects.shortTypeName(clock) !== 'SystemClock') return null;
    return objects.float(objects.attribute(clock, 'offset'));
  }

  /** Whether it is asked to end, and when the earliest of the scopes around it does; ms of the monotonic clock. */
  #scopesOf(task: number, offset: number | null): { cancelled: boolean; deadline: number | null } {
    const { objects } = this.#tools;
    let status = objects.attribute(task, '_cancel_status');
    const cancelled = objects.int(objects.attribute(status, 'effectively_cancelled')) === 1;
    let earliest = Number.POSITIVE_INFINITY;
    for (let depth = 0; depth < SCOPES_LIMIT && !isNothing(objects.typeName(status)); depth++) {
      const scope = objects.attribute(status, '_scope');
      earliest = Math.min(earliest, objects.float(objects.attribute(scope, '_deadline')) ?? earliest);
      if (objects.int(objects.attribute(scope, '_shield')) === 1) break;
      status = objects.attribute(status, '_parent');
    }
    return { cancelled, deadline: Number.isFinite(earliest) && offset !== null ? (earliest - offset) * 1000 : null };
  }
}

/** Frames of a worker below which its job is. */
const WORKER_FRAMES = 20;

function heldBy(thread: LoopThread | null): TaskHolder[] {
  if (thread === null) return [];
  return [{ task: 0, tid: thread.tid, gone: false, evidence: 'exact', how: 'owner', name: null, frame: null }];
}

function isNothing(type: string | null): boolean {
  return type === null || type === 'NoneType';
}

/** Of a task that runs, its part of the thread's stack: from its coroutine inward. */
function framesInThread({ links }: Chain, { frames }: LoopThread): readonly RanFrame[] {
  const outermost = links[0]?.frame.address;
  const from = frames.findIndex(({ address }) => address === outermost);
  return from < 0 ? links.map(({ frame }) => frame).reverse() : frames.slice(0, from + 1);
}
