/**
 * What does each greenlet of gevent wait for, and who has it? Every clue says whom it resumes; the frames of the library that
 * the greenlet is in say what that is to the program: a Condition, a Queue, an RLock.
 */
import type { WaitKind } from '../../snapshot.js';
import type { Python } from '../python.js';
import type { AwaitedTask, ResourceKey, TaskHolder, TaskResource, TaskWait } from '../tasks/answers.js';
import { describeWaited } from '../waits/describe.js';
import { type HeldByWith, heldByWith } from '../waits/held-locks.js';
import { climb, type Subject } from '../waits/library-waits.js';
import { WaitTools } from '../waits/tools.js';
import { inHandOf, type RanFrame } from '../waits/value-stack.js';
import type { ClueKind, Resumed } from './clues.js';

/** A greenlet that may wait or hold something. */
export interface GreenTask {
  readonly object: number;
  readonly tid: number | null;
  /** Innermost first. */
  readonly frames: readonly RanFrame[];
}

export interface GreenWaits {
  /** Whether it goes on when its turn comes. */
  readonly isReady: boolean;
  readonly waits: readonly TaskWait[];
  readonly awaits: readonly AwaitedTask[];
}

const KINDS: Readonly<Record<ClueKind, WaitKind>> = {
  callback: 'native',
  io: 'descriptor',
  timer: 'timer',
  child: 'child',
  signal: 'signal',
  watcher: 'native',
  semaphore: 'semaphore',
  lock: 'lock',
  event: 'event',
  result: 'future',
  greenlet: 'join',
  queue: 'queue',
};

/** Frames outside the library's in which a name is looked for. */
const NAMING_FRAMES = 3;

/** What these greenlets wait for by the clues, and who among them has it. */
export class GreenWaiting {
  readonly #tools: WaitTools;
  readonly #byGreenlet = new Map<number, Resumed[]>();
  readonly #locks = new Set<number>();
  readonly #resources = new Map<string, Omit<TaskResource, 'holders' | 'locked'>>();

  constructor(python: Python, resumed: readonly Resumed[]) {
    this.#tools = python.the(WaitTools);
    for (const one of resumed) {
      const known = this.#byGreenlet.get(one.greenlet);
      if (known) known.push(one);
      else this.#byGreenlet.set(one.greenlet, [one]);
    }
  }

  of({ object, frames }: GreenTask): GreenWaits {
    const all = this.#byGreenlet.get(object) ?? [];
    const deadlines = all.flatMap(({ isTimeout, watched }) => (isTimeout ? (watched?.deadline ?? []) : []));
    const deadline = deadlines.length > 0 ? Math.min(...deadlines) : null;
    const waits: TaskWait[] = [];
    const awaits: AwaitedTask[] = [];
    for (const one of all) {
      if (one.isTimeout || one.kind === 'callback') continue;
      if (one.kind === 'greenlet') {
        const how = one.isOneOfMany ? 'wait' : 'join';
        awaits.push({ task: one.object, how, evidence: 'exact' });
      } else waits.push(this.#wait(one, frames, deadline));
    }
    return { isReady: all.some(({ kind }) => kind === 'callback'), waits, awaits };
  }

  /** Of all that is waited for, each once, with who has it of those greenlets. */
  resources(tasks: readonly GreenTask[]): TaskResource[] {
    const held = this.#heldBy(tasks);
    return [...this.#resources.values()].map((resource) => {
      const holders = this.#holders(resource, tasks, held);
      const isLock = resource.kind === 'lock' || resource.kind === 'rlock';
      return { ...resource, locked: holders.length > 0 || isLock ? true : null, holders };
    });
  }

  #wait({ kind, object, watched }: Resumed, frames: readonly RanFrame[], deadline: number | null): TaskWait {
    switch (kind) {
      case 'timer':
        return { kind: 'timer', resource: null, name: null, deadline: watched?.deadline ?? null };
      case 'io': {
        const innermost = inHandOf(frames[0]);
        const isSocket =
          (innermost !== null && /\/gevent\/_?socket/.test(innermost.code.file)) ||
          frames.slice(0, 4).some(isOfGreenIo);
        return this.#noted(isSocket ? 'socket' : 'descriptor', { fd: watched?.fd ?? -1 }, null, deadline);
      }
      case 'child':
        return this.#noted('child', { child: watched?.pid ?? 0 }, null, deadline);
      case 'signal':
      case 'watcher':
        return { kind: KINDS[kind], resource: null, name: null, deadline };
      default:
        return this.#waitForObject(kind, object, frames, deadline);
    }
  }

  #waitForObject(kind: ClueKind, object: number, frames: readonly RanFrame[], deadline: number | null): TaskWait {
    const { objects, scopes, paths } = this.#tools;
    const start: Subject = { kind: KINDS[kind], object, named: object, suffix: '' };
    const climbed = objects.attempt(() => climb(objects, scopes, start, frames));
    const { subject, frames: from } = climbed ?? { subject: start, frames: 0 };
    const outside = frames.slice(from).filter(isOfProgram);
    for (const frame of outside.slice(0, NAMING_FRAMES)) {
      const inHand = inHandOf(frame);
      const name = inHand && objects.attempt(() => paths.find(inHand, subject.named));
      if (name) return this.#noted(subject.kind, { object: subject.object }, name + subject.suffix, deadline);
    }
    return this.#noted(subject.kind, { object: subject.object }, null, deadline);
  }

  #noted(kind: WaitKind, key: ResourceKey, name: string | null, deadline: number | null): TaskWait {
    const id = JSON.stringify(key);
    if (!this.#resources.has(id)) {
      const object = 'object' in key ? key.object : 0;
      if (kind === 'lock' || kind === 'semaphore') this.#locks.add(object);
      const { objects } = this.#tools;
      this.#resources.set(id, {
        key,
        kind,
        wantedBy: null,
        type: object === 0 ? null : objects.shortTypeName(object),
        description: descriptionOf(key, () => describeWaited(objects, kind, object)),
      });
    }
    return { kind, resource: key, name, deadline };
  }

  #heldBy(tasks: readonly GreenTask[]): HeldLocks {
    const { objects, scopes, stacks } = this.#tools;
    const found = new Map<number, { task: GreenTask; held: HeldByWith }[]>();
    if (!stacks || this.#locks.size === 0) return found;
    for (const task of tasks) {
      for (const held of heldByWith(objects, scopes, stacks, task.frames, (object) => this.#locks.has(object))) {
        const known = found.get(held.object) ?? [];
        // What it waits for itself it has not got.
        const waits = this.#byGreenlet.get(task.object)?.some(({ object }) => object === held.object);
        if (!waits && !known.some((other) => other.task === task)) known.push({ task, held });
        found.set(held.object, known);
      }
    }
    return found;
  }

  #holders(
    { kind, key }: Pick<TaskResource, 'kind' | 'key'>,
    tasks: readonly GreenTask[],
    held: HeldLocks,
  ): TaskHolder[] {
    const object = 'object' in key ? key.object : 0;
    if (object === 0) return [];
    const { objects, paths } = this.#tools;
    if (kind === 'rlock') {
      const owner = objects.attribute(object, '_owner');
      if (owner === 0 || objects.typeName(owner) === 'NoneType') return [];
      const task = tasks.find((one) => one.object === owner);
      const common = { evidence: 'exact', how: 'owner', name: null, frame: null } as const;
      return [{ ...common, task: task ? owner : 0, tid: task?.tid ?? null, gone: task === undefined }];
    }
    if (kind !== 'lock' && kind !== 'semaphore') return [];
    const all = held.get(object) ?? [];
    return all.map(({ task, held: { frame, how, named, suffix } }): TaskHolder => {
      const inHand = inHandOf(task.frames[frame]);
      const name = inHand && objects.attempt(() => paths.find(inHand, named));
      return {
        task: task.object,
        tid: task.tid,
        gone: false,
        evidence: how === 'direct' && (all.length === 1 || kind === 'semaphore') ? 'exact' : 'probable',
        how: 'with',
        name: name ? name + suffix : null,
        frame,
      };
    });
  }
}

/** By lock, who is in a `with` of it. */
type HeldLocks = Map<number, { readonly task: GreenTask; readonly held: HeldByWith }[]>;

/** Whether a frame is none of the library's own. */
export function isOfProgram({ ran }: RanFrame): boolean {
  return !('code' in ran) || !/\/(?:gevent|eventlet)\/[\w/]+\.py$/.test(ran.code.file);
}

/** eventlet's sockets. */
function isOfGreenIo({ ran }: RanFrame): boolean {
  return 'code' in ran && /\/eventlet\/greenio\/\w+\.py$/.test(ran.code.file);
}

function descriptionOf(key: ResourceKey, ofObject: () => string): string {
  if ('fd' in key) return `descriptor ${key.fd}`;
  return 'child' in key ? `process ${key.child}` : ofObject();
}
