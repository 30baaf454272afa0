/**
 * Why are tasks stuck? Rings of tasks that wait for each other, an event loop that one call keeps from going on, many tasks
 * behind one lock. Pure. As of threads, a deadlock is only called one when every edge is exact and everything in it
 * provably stood still.
 */
import type { EventLoop, Finding, FindingEdge, HolderEvidence, Resource, Task, Thread } from '../snapshot.js';
import { thousands } from '../thousands.js';
import { durationText } from './duration.js';
import { atOwnFrame } from './wait-words.js';

export interface TaskFindingFacts {
  readonly pid: number | null;
  readonly tasks: readonly Task[];
  readonly loops: readonly EventLoop[];
  readonly threads: readonly Thread[];
  readonly resources: readonly Resource[];
}

type Found = Omit<Finding, 'pids'>;

/** Shorter than this, a call that keeps a loop from going on is none that people notice, ms. */
const LONG_CALL_MS = 1000;
/** As many tasks behind one lock are worth a word. */
const PILE = 10;

export function taskFindings(facts: TaskFindingFacts): Found[] {
  if (facts.tasks.length === 0 && facts.loops.length === 0) return [];
  const graph = new TaskGraph(facts);
  return [...graph.rings(), ...blockedLoops(facts), ...piles(facts, graph)];
}

/** From one who waits to one who has what it waits for: tasks by their ids, threads by theirs. */
interface Step {
  readonly from: string | number;
  readonly to: string | number;
  /** Id of the resource, or of the task that is awaited. */
  readonly resource: string;
  readonly evidence: HolderEvidence;
  readonly what: string;
}

class TaskGraph {
  readonly #facts: TaskFindingFacts;
  readonly #tasks: ReadonlyMap<string, Task>;
  readonly #threads = new Map<number, Thread>();
  readonly #resources: ReadonlyMap<string, Resource>;
  readonly #blocked: ReadonlyMap<string, number>;

  constructor(facts: TaskFindingFacts) {
    this.#facts = facts;
    this.#tasks = new Map(facts.tasks.map((task) => [task.id, task]));
    this.#resources = new Map(facts.resources.map((resource) => [resource.id, resource]));
    for (const thread of facts.threads) if (thread.tid !== null) this.#threads.set(thread.tid, thread);
    // A loop whose thread waits for something else than events runs no task.
    this.#blocked = new Map(
      facts.loops.flatMap(({ id, tid, state }) => {
        const waits = tid !== null && state === 'running' && (this.#threads.get(tid)?.waits.length ?? 0) > 0;
        return waits && tid !== null ? [[id, tid]] : [];
      }),
    );
  }

  /** Each ring once, and no task in two of them. */
  rings(): Found[] {
    const found: Found[] = [];
    const done = new Set<string | number>();
    for (const { id } of this.#facts.tasks) {
      const ring = done.has(id) ? null : this.#ringFrom(id, done);
      if (ring) found.push(this.#told(ring));
    }
    return found;
  }

  /** Goes along all that is reachable once; the first ring that is met. */
  #ringFrom(start: string, done: Set<string | number>): Step[] | null {
    const path: Step[] = [];
    const onPath = new Map<string | number, number>([[start, 0]]);
    const stack = [this.#stepsFrom(start)];
    done.add(start);
    for (;;) {
      const steps = stack.at(-1);
      if (!steps) return null;
      const step = steps.shift();
      if (!step) {
        stack.pop();
        const left = path.pop();
        if (left) onPath.delete(left.to);
        continue;
      }
      const at = onPath.get(step.to);
      if (at !== undefined) {
        const ring = [...path.slice(at), step];
        // A ring of threads alone is told with the threads.
        if (ring.some(({ from }) => typeof from === 'string')) return ring;
        continue;
      }
      if (done.has(step.to)) continue;
      done.add(step.to);
      path.push(step);
      onPath.set(step.to, path.length);
      stack.push(this.#stepsFrom(step.to));
    }
  }

  #stepsFrom(node: string | number): Step[] {
    return typeof node === 'string' ? this.#stepsOfTask(node) : this.#stepsOfThread(node);
  }

  #stepsOfTask(id: string): Step[] {
    const task = this.#tasks.get(id);
    if (!task) return [];
    const thread = task.loop === null ? undefined : this.#blocked.get(task.loop);
    // What its loop's thread waits for, it waits for too.
    if (thread !== undefined && task.state !== 'running') {
      return [{ from: id, to: thread, resource: task.loop ?? '', evidence: 'exact', what: 'its event loop to go on' }];
    }
    // Of those that `wait` waits for, one may be enough; the others all have to come.
    const awaits = task.awaits.map(
      ({ task: to, how, evidence }): Step => ({
        from: id,
        to,
        resource: to,
        evidence: (how === 'wait' || how === 'as_completed') && task.awaits.length > 1 ? 'probable' : evidence,
        what: `the end of ${this.labelOf(to)}`,
      }),
    );
    return [...awaits, ...task.waits.flatMap((wait) => this.#stepsOver(id, wait))];
  }

  #stepsOfThread(tid: number): Step[] {
    return (this.#threads.get(tid)?.waits ?? []).flatMap((wait) => this.#stepsOver(tid, wait));
  }

  #stepsOver(from: string | number, { resource: id, name }: Task['waits'][number]): Step[] {
    const resource = id === null ? undefined : this.#resources.get(id);
    if (!resource) return [];
    const what = name === null ? resource.description : `${name} (${resource.description})`;
    return resource.holders.flatMap(({ task, tid, evidence }): Step[] => {
      const to = task ?? tid;
      if (to === null) return [];
      const sure = resource.kind === 'semaphore' ? 'probable' : evidence;
      return [{ from, to, resource: resource.id, evidence: sure, what }];
    });
  }

  labelOf(node: string | number): string {
    if (typeof node === 'number') {
      const thread = this.#threads.get(node);
      const name = thread?.name ?? thread?.osName ?? null;
      return name === null ? `thread ${node}` : `${name} (${node})`;
    }
    const task = this.#tasks.get(node);
    return task?.name ?? task?.address ?? node;
  }

  placeOf(node: string | number): string {
    const frames = typeof node === 'number' ? this.#threads.get(node)?.frames : this.#tasks.get(node)?.frames;
    return `${this.labelOf(node)}${atOwnFrame(frames ?? [])}`;
  }

  #told(ring: readonly Step[]): Found {
    const certain = ring.every(({ from, evidence }) => evidence === 'exact' && this.#stoodStill(from));
    const nodes = ring.map(({ from }) => from);
    const who = nodes.map((node) => this.placeOf(node)).join(', ');
    const kinds = nodes.some((node) => typeof node === 'number') ? 'tasks and threads' : 'tasks';
    const many = `${ring.length} ${kinds} ${certain ? 'wait' : 'may wait'} for each other`;
    const alone = `a task ${certain ? 'waits' : 'may wait'} for itself`;
    return {
      code: certain ? (ring.length === 1 ? 'self-deadlock' : 'deadlock') : 'possible-deadlock',
      certain,
      message: `${ring.length === 1 ? alone : many}: ${who}`,
      tids: [...new Set(nodes.flatMap((node) => this.#tidOf(node) ?? []))],
      edges: ring.flatMap((step) => this.#edge(step)),
    };
  }

  #tidOf(node: string | number): number | null {
    return typeof node === 'number' ? node : (this.#tasks.get(node)?.tid ?? null);
  }

  #edge({ from, to, resource, evidence, what }: Step): FindingEdge[] {
    const tid = this.#tidOf(from);
    // An edge of the document begins at a thread.
    if (tid === null) return [];
    const holder = this.#tidOf(to);
    const { pid } = this.#facts;
    const by = to === resource ? '' : `, held by ${to === from ? 'itself' : this.placeOf(to)}`;
    return [
      {
        tid,
        pid,
        task: typeof from === 'string' ? from : null,
        resource,
        holder,
        holderPid: holder === null ? null : pid,
        holderTask: typeof to === 'string' ? to : null,
        evidence,
        text: `${this.placeOf(from)} waits for ${what}${by}`,
      },
    ];
  }

  #stoodStill(node: string | number): boolean {
    const one = typeof node === 'number' ? this.#threads.get(node) : this.#tasks.get(node);
    return one?.consistent === true && (one.evidence === 'still' || one.evidence === 'stopped');
  }
}

/** A callback or task sleeps in a call, and nothing else of its loop goes on. */
function blockedLoops({ loops, threads, tasks }: TaskFindingFacts): Found[] {
  return loops.flatMap((loop): Found[] => {
    const thread = threads.find(({ tid }) => tid !== null && tid === loop.tid);
    // A core does not tell for how long, and its threads stand in whatever call was interrupted.
    if (loop.state !== 'running' || thread?.os?.activity !== 'waiting') return [];
    if (thread.gil === 'waiting' || thread.stillMs === null || thread.stillMs < LONG_CALL_MS) return [];
    const task = tasks.find(({ id }) => id === loop.runs);
    const who = task
      ? `task ${task.name ?? task.address}`
      : loop.callback === null
        ? 'a call'
        : `callback ${loop.callback}`;
    const call = thread.os.syscall === null ? '' : ` in system call ${thread.os.syscall}`;
    const others = loop.tasks - (task ? 1 : 0);
    const wait = others === 1 ? '1 other task does not go on' : `${thousands(others)} other tasks do not go on`;
    const label = `${thread.name ?? thread.osName ?? 'thread'} (${thread.tid})`;
    return [
      {
        code: 'loop-blocked',
        certain: thread.consistent && thread.evidence !== 'agreed',
        message: `the event loop in ${label} has been kept from going on for ${durationText(thread.stillMs)} by ${who}, which waits${call}${atOwnFrame(thread.frames)}; ${wait}`,
        tids: thread.tid === null ? [] : [thread.tid],
        edges: [],
      },
    ];
  });
}

/** Many tasks behind one lock, and what who has it does. */
function piles({ resources, tasks }: TaskFindingFacts, graph: TaskGraph): Found[] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return resources.flatMap((resource): Found[] => {
    const { kind, waitingTasks, holders, description } = resource;
    if ((kind !== 'lock' && kind !== 'semaphore') || waitingTasks.length < PILE || holders.length === 0) return [];
    const name = byId.get(waitingTasks[0] ?? '')?.waits.find((wait) => wait.resource === resource.id)?.name ?? null;
    const what = name === null ? description : `${name} (${description})`;
    const [first] = holders;
    const node = first?.task ?? first?.tid ?? null;
    const probably = first?.evidence === 'exact' ? '' : 'probably ';
    const more = holders.length > 1 ? ` and ${holders.length - 1} more` : '';
    const by = node === null ? '' : `, ${probably}held by ${graph.placeOf(node)}${more}`;
    return [
      {
        code: 'task-pile-up',
        certain: probably === '' && holders.length === 1,
        message: `${thousands(waitingTasks.length)} tasks wait for ${what}${by}`,
        tids: [],
        edges: [],
      },
    ];
  });
}
