/** What does a task wait for that is no task, who has it, and what does it hold that others wait for? A line each. */
import { durationText } from '../report/duration.js';
import type { Holder, Resource, Snapshot, Task, Wait } from '../snapshot.js';
import { thousands } from '../thousands.js';
import { harmless } from './escape.js';

/** Holders that are named before the rest is counted. */
const HOLDERS_NAMED = 3;

export class AwaitsText {
  readonly #resources: ReadonlyMap<string, Resource>;
  readonly #tasks: ReadonlyMap<string, Task>;
  readonly #threads: ReadonlyMap<number, string | null>;
  readonly #held = new Map<string, { readonly resource: Resource; readonly holder: Holder }[]>();

  constructor({ resources, tasks, threads }: Pick<Snapshot, 'resources' | 'tasks' | 'threads'>) {
    this.#resources = new Map(resources.map((resource) => [resource.id, resource]));
    this.#tasks = new Map((tasks ?? []).map((task) => [task.id, task]));
    this.#threads = new Map(threads.flatMap(({ tid, name, osName }) => (tid === null ? [] : [[tid, name ?? osName]])));
    for (const resource of resources) {
      if (resource.waiters.length + resource.waitingTasks.length === 0) continue;
      for (const holder of resource.holders) {
        if (holder.task === null) continue;
        const held = this.#held.get(holder.task);
        if (held) held.push({ resource, holder });
        else this.#held.set(holder.task, [{ resource, holder }]);
      }
    }
  }

  lines(task: Task): string[] {
    const held = this.#held.get(task.id) ?? [];
    return [...task.waits.map((wait) => this.#waitLine(task, wait)), ...held.map(heldLine)];
  }

  #waitLine(task: Task, { kind, resource: id, name, timeoutMs }: Wait): string {
    const left = timeoutMs === null ? '' : `, ${durationText(timeoutMs)} left`;
    if (kind === 'timer') {
      if (name !== null)
        return timeoutMs === null ? 'has a timeout' : `waits no longer than ${durationText(timeoutMs)}`;
      return `sleeps${left}`;
    }
    const resource = id === null ? undefined : this.#resources.get(id);
    if (!resource) return `waits for ${kind}${left}`;
    return `waits for ${resourceText(resource, name)}${left}${this.#holdersText(task, resource)}`;
  }

  #holdersText(task: Task, { holders, locked }: Resource): string {
    if (holders.length === 0) return locked === true ? ', held by nobody that could be made out' : '';
    const named = holders.slice(0, HOLDERS_NAMED).map((holder) => this.#holderText(holder, task));
    const more = holders.length > HOLDERS_NAMED ? ` and ${holders.length - HOLDERS_NAMED} more` : '';
    const probably = holders.some(({ evidence }) => evidence === 'exact') ? '' : 'probably ';
    return `, ${probably}held by ${named.join('; ')}${more}`;
  }

  #holderText({ task: id, tid, how, function: name, file, line }: Holder, own: Task): string {
    const task = id === null ? undefined : this.#tasks.get(id);
    if (!task) {
      const thread = tid === null ? null : (this.#threads.get(tid) ?? null);
      return thread === null ? `thread ${tid ?? '?'}` : `thread ${tid} (${harmless(thread)})`;
    }
    const who = task === own ? 'itself' : harmless(task.name ?? task.address);
    if (file === null) return who;
    const by = how === 'with' ? ', `async with`' : '';
    return `${who}${by} in ${harmless(name ?? '?')}, ${harmless(file.slice(file.lastIndexOf('/') + 1))}:${line ?? '?'}`;
  }
}

/** "self._lock (Lock at 0x7f00)" */
function resourceText({ description, address }: Resource, name: string | null): string {
  const [head = '', ...facts] = description.split(', ');
  const what = harmless([address === null ? head : `${head} at ${address}`, ...facts].join(', '));
  return name === null ? what : `${harmless(name)} (${what})`;
}

function heldLine({ resource, holder }: { readonly resource: Resource; readonly holder: Holder }): string {
  const count = resource.waiters.length + resource.waitingTasks.length;
  const verb = holder.evidence === 'exact' ? 'holds' : 'probably holds';
  return `${verb} ${resourceText(resource, holder.name)}, ${count === 1 ? '1 waits' : `${thousands(count)} wait`}`;
}
