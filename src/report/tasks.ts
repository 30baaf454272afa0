/**
 * How do tasks come into the document? Ids for loops, tasks and what they wait for, frames as threads have them, and how
 * each is known. Whoever answers of tasks (asyncio, trio, greenlets) is told in the same way.
 */
import { formatAddress } from '../memory/address.js';
import type { CapturedProcess } from '../moment/captured.js';
import type {
  LoopAnswer,
  ResourceKey,
  TaskAnswer,
  TaskHolder,
  TaskResource,
  TasksAnswer,
  TaskWait,
} from '../python/tasks/answers.js';
import { given } from '../questions/answers.js';
import type { TasksQuestion } from '../questions/tasks.js';
import type {
  EventLoop,
  Evidence,
  Holder,
  PythonFrame,
  Resource,
  Snapshot,
  Task,
  TaskEvidence,
  TaskKind,
  Wait,
  WaitKind,
} from '../snapshot.js';
import type { FrameDescriber } from './frames.js';
import { kindByWords } from './waits.js';

export interface TaskFacts {
  readonly frames: FrameDescriber;
  readonly describeFd: (fd: number) => string | null;
  /** ms of the monotonic clock; null: of what does not run any more, nothing is left of a time. */
  readonly nowMs: number | null;
}

export type DescribedTasks = Pick<Snapshot, 'tasks' | 'tasksLeftOut' | 'loops' | 'resources'>;

/** `questions`: those that answer of tasks; null: nobody was asked. */
export function describeTasks(
  captured: CapturedProcess,
  questions: readonly TasksQuestion[] | null,
  facts: TaskFacts,
): DescribedTasks {
  if (questions === null) return { tasks: null, tasksLeftOut: 0, loops: [], resources: [] };
  const all: DescribedTasks & { tasks: Task[] } = { tasks: [], tasksLeftOut: 0, loops: [], resources: [] };
  for (const question of questions) {
    const answered = captured.answers.get(question);
    const answer = given(answered);
    if (answered === null || answer === null) continue;
    // In the order of its parts: the tasks, then the loops.
    const evidenceOf = (part: number) => ('parts' in answered && answered.parts?.[part]) || answered.evidence;
    const describer = new TaskDescriber(answer, facts);
    answer.tasks.forEach((task, i) => {
      all.tasks.push(describer.task(task, evidenceOf(i)));
    });
    answer.loops.forEach((loop, i) => {
      all.loops.push(describer.loop(loop, evidenceOf(answer.tasks.length + i)));
    });
    for (const resource of answer.resources) all.resources.push(describer.resource(resource));
    all.tasksLeftOut += answer.leftOut;
  }
  return all;
}

class TaskDescriber {
  readonly #ids = new Map<number, string>();
  readonly #tasks = new Map<number, Task>();
  readonly #waiting = new Map<string, string[]>();
  readonly #facts: TaskFacts;

  constructor({ tasks }: TasksAnswer, facts: TaskFacts) {
    this.#facts = facts;
    for (const { kind, object } of tasks) this.#ids.set(object, idOf(kind, object));
  }

  task(task: TaskAnswer, evidence: Evidence): Task {
    const { kind, object, type, name, loop, tid, state, frames, ending, locals } = task;
    const id = this.#ids.get(object) ?? idOf(kind, object);
    const described: Task = {
      id,
      kind,
      name,
      type,
      address: formatAddress(object),
      loop: loop === 0 ? null : loopId(kind, loop),
      tid,
      state,
      parent: this.#ids.get(task.parent) ?? null,
      awaits: task.awaits.flatMap(({ task: awaited, ...edge }) => {
        const known = this.#ids.get(awaited);
        return known === undefined ? [] : [{ task: known, ...edge }];
      }),
      waits: task.waits.map((wait) => this.#wait(id, wait, evidence)),
      frames: this.#facts.frames.describe({ frames }, locals),
      ending,
      evidence,
      consistent: evidence !== 'none' && !frames.some(({ ran }) => 'problem' in ran),
    };
    this.#tasks.set(object, described);
    return described;
  }

  #wait(task: string, { kind, resource, name, deadline }: TaskWait, evidence: TaskEvidence): Wait {
    const id = resource === null ? null : resourceId(kind, resource);
    if (id !== null) {
      const waiting = this.#waiting.get(id);
      if (waiting) waiting.push(task);
      else this.#waiting.set(id, [task]);
    }
    return { kind: this.#kindOf(kind, resource), resource: id, name, timeoutMs: this.#left(deadline), evidence };
  }

  #kindOf(kind: WaitKind, key: ResourceKey | null): WaitKind {
    return key !== null && 'fd' in key ? kindByWords(this.#facts.describeFd(key.fd)) : kind;
  }

  #left(atMs: number | null): number | null {
    const { nowMs } = this.#facts;
    return atMs === null || nowMs === null ? null : Math.max(atMs - nowMs, 0);
  }

  loop(loop: LoopAnswer, evidence: Evidence): EventLoop {
    const { kind, object, type, tid, state, runs, callback, ready, nextTimer, tasks } = loop;
    return {
      id: loopId(kind, object),
      kind,
      type,
      address: formatAddress(object),
      tid,
      state,
      runs: this.#ids.get(runs) ?? null,
      callback,
      ready,
      nextTimerMs: this.#left(nextTimer),
      tasks,
      evidence,
    };
  }

  /** After all tasks: it says which of them wait. */
  resource({ kind, key, type, description, locked, holders }: TaskResource): Resource {
    const id = resourceId(kind, key);
    const open = 'fd' in key ? this.#facts.describeFd(key.fd) : null;
    return {
      id,
      kind: this.#kindOf(kind, key),
      address: 'object' in key ? formatAddress(key.object) : null,
      type,
      description: open === null ? description : `${description} (${open})`,
      locked,
      holders: holders.map((holder) => this.#holder(holder)),
      waiters: [],
      shared: null,
      allHolders: false,
      waitingTasks: this.#waiting.get(id) ?? [],
    };
  }

  #holder({ task, tid, gone, evidence, how, name, frame }: TaskHolder): Holder {
    const own = this.#tasks.get(task);
    const frames = own?.frames.filter((one): one is PythonFrame => one.kind === 'python') ?? [];
    const place = frame === null ? undefined : frames.at(-1 - frame);
    return {
      tid: tid ?? own?.tid ?? null,
      task: own?.id ?? null,
      pid: null,
      process: null,
      gone,
      evidence: own?.consistent === false ? 'probable' : evidence,
      how,
      name,
      function: place?.qualname ?? place?.function ?? null,
      file: place?.file ?? null,
      line: place?.line ?? null,
      takenAt: null,
    };
  }
}

function idOf(kind: TaskKind, object: number): string {
  return `${kind}:${formatAddress(object)}`;
}

function loopId(kind: TaskKind, object: number): string {
  return `${kind}-loop:${formatAddress(object)}`;
}

/** As that of what threads wait for, so that both mean the same. */
function resourceId(kind: string, key: ResourceKey): string {
  if ('fd' in key) return `fd ${key.fd}`;
  return 'child' in key ? `child ${key.child}` : `${kind} ${formatAddress(key.object)}`;
}

/** Of what threads and tasks wait for, each once. */
export function mergedResources(ofThreads: readonly Resource[], ofTasks: readonly Resource[]): Resource[] {
  const byId = new Map(ofThreads.map((resource) => [resource.id, resource]));
  for (const resource of ofTasks) {
    const known = byId.get(resource.id);
    byId.set(
      resource.id,
      known
        ? { ...known, holders: [...known.holders, ...resource.holders], waitingTasks: resource.waitingTasks }
        : resource,
    );
  }
  return [...byId.values()];
}
