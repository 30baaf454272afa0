/**
 * Who waits for whom, as trees? Tasks that nobody waits for are roots; below each is what it waits for. Trees that are the
 * same, task for task, are one with a number. Pure.
 */
import type { Frame, Task } from '../snapshot.js';

/** Tasks with the same tree below them. */
export interface TaskTree {
  /** The first of them stands for all. */
  readonly task: Task;
  /** All of them. */
  readonly tasks: readonly Task[];
  /** How the task above waits for these; null: none does. */
  readonly how: string | null;
  /** Odd ones first. Empty as well where it is told elsewhere. */
  readonly below: readonly TaskTree[];
  /** Whether what is below is told elsewhere: it is further up, or was told before. */
  readonly again: boolean;
}

/** Tasks that wait for each other in a row, shown below each other; deeper ones are told by name. */
const DEPTH_LIMIT = 60;

/** Trees of these tasks. Odd ones first: those that few others are like. */
export function taskTrees(tasks: readonly Task[]): TaskTree[] {
  return new Forest(tasks).trees();
}

/** Task-9 before Task-10: names that differ in a number at their end are in the order of that. */
function byName(a: Task, b: Task): number {
  const [first, second] = [parts(a), parts(b)];
  if (first.text !== second.text) return first.text < second.text ? -1 : 1;
  return first.number - second.number;
}

interface NameParts {
  readonly text: string;
  readonly number: number;
}

const known = new WeakMap<Task, NameParts>();

/** Of a hundred thousand that are sorted, each once. */
function parts(task: Task): NameParts {
  let found = known.get(task);
  if (!found) {
    found = partsOf(task);
    known.set(task, found);
  }
  return found;
}

function partsOf({ name, address }: Task): NameParts {
  const whole = name ?? address;
  const digits = /\d{1,15}$/.exec(whole)?.[0] ?? '';
  return { text: whole.slice(0, whole.length - digits.length), number: Number(digits) };
}

class Forest {
  readonly #tasks: readonly Task[];
  readonly #byId: ReadonlyMap<string, Task>;
  readonly #frames = new Map<Frame, number>();
  readonly #keys = new Map<string, number>();
  readonly #keyOf = new Map<Task, number>();
  readonly #told = new Set<Task>();
  /** Told themselves, or by another of their group. */
  readonly #covered = new Set<Task>();

  constructor(tasks: readonly Task[]) {
    this.#tasks = tasks;
    this.#byId = new Map(tasks.map((task) => [task.id, task]));
  }

  trees(): TaskTree[] {
    const awaited = new Set(this.#tasks.flatMap(({ awaits }) => awaits.map(({ task }) => task)));
    const roots = this.#tasks.filter(({ id }) => !awaited.has(id));
    const trees = this.#grouped(
      roots.map((task) => ({ task, how: null })),
      0,
      new Set(),
    );
    // What is left waits for each other in rings.
    for (const task of this.#tasks) {
      if (!this.#covered.has(task)) trees.push(...this.#grouped([{ task, how: null }], 0, new Set()));
    }
    return trees;
  }

  #grouped(tasks: readonly { task: Task; how: string | null }[], depth: number, above: ReadonlySet<Task>): TaskTree[] {
    const groups = new Map<string, { how: string | null; tasks: Task[] }>();
    for (const { task, how } of [...tasks].sort((a, b) => byName(a.task, b.task))) {
      const key = `${how} ${this.#keyFor(task, 0, above)}`;
      const group = groups.get(key);
      if (group) group.tasks.push(task);
      else groups.set(key, { how, tasks: [task] });
    }
    const trees = [...groups.values()].flatMap(({ how, tasks: same }): TaskTree[] => {
      const [task] = same;
      if (!task) return [];
      for (const each of same) this.#cover(each);
      const again = above.has(task) || this.#told.has(task) || depth >= DEPTH_LIMIT;
      this.#told.add(task);
      const below = again
        ? []
        : this.#grouped(
            task.awaits.flatMap((edge) => {
              const next = this.#byId.get(edge.task);
              return next ? [{ task: next, how: edge.how }] : [];
            }),
            depth + 1,
            new Set([...above, task]),
          );
      return [{ task, tasks: same, how, below, again: again && task.awaits.length > 0 }];
    });
    return trees.sort((a, b) => a.tasks.length - b.tasks.length || byName(a.task, b.task));
  }

  /** All that a task waits for is told where the task is. */
  #cover(task: Task): void {
    const todo = [task];
    for (let next = todo.pop(); next; next = todo.pop()) {
      if (this.#covered.has(next)) continue;
      this.#covered.add(next);
      for (const { task: id } of next.awaits) {
        const below = this.#byId.get(id);
        if (below) todo.push(below);
      }
    }
  }

  /** The same number for tasks that do the same and wait for the same. */
  #keyFor(task: Task, depth: number, above: ReadonlySet<Task>): number {
    const known = this.#keyOf.get(task);
    if (known !== undefined) return known;
    const own = this.#ownKey(task);
    if (depth >= DEPTH_LIMIT || above.has(task)) return this.#numberOf(`${task.id} ${own}`);
    // A ring leads back here: until it is known, it is itself.
    this.#keyOf.set(task, this.#numberOf(task.id));
    const counts = new Map<number, number>();
    for (const { task: id, how } of task.awaits) {
      const next = this.#byId.get(id);
      if (!next) continue;
      const key = this.#numberOf(`${how} ${this.#keyFor(next, depth + 1, above)}`);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const below = [...counts].sort(([a], [b]) => a - b).map(([key, count]) => `${key}x${count}`);
    const key = this.#numberOf(`${own}|${below.join(',')}`);
    this.#keyOf.set(task, key);
    return key;
  }

  #ownKey({ type, state, frames, waits, consistent, ending }: Task): string {
    const places = frames.map((frame) => this.#frameNumber(frame)).join(',');
    const what = waits.map(({ kind, resource, name }) => `${kind} ${resource} ${name}`).join(',');
    return `${type} ${state} ${consistent} ${ending.reason ?? ''} ${places} ${what}`;
  }

  #frameNumber(frame: Frame): number {
    let number = this.#frames.get(frame);
    if (number === undefined) {
      number = this.#frames.size;
      this.#frames.set(frame, number);
    }
    return number;
  }

  #numberOf(text: string): number {
    let number = this.#keys.get(text);
    if (number === undefined) {
      number = this.#keys.size;
      this.#keys.set(text, number);
    }
    return number;
  }
}
