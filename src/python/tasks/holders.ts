/**
 * Who has the locks of asyncio that tasks wait for? By the `async with` blocks that they are in: exact. Else by their code,
 * which has called `acquire` and calls `release` further on: probable.
 */
import type { WaitFields } from '../layouts/wait-fields.js';
import { Bytecodes } from '../waits/bytecodes.js';
import { TakenLocks } from '../waits/taken-locks.js';
import type { WaitTools } from '../waits/tools.js';
import { type FrameInHand, inHandOf, type RanFrame } from '../waits/value-stack.js';
import type { TaskHolder } from './answers.js';
import type { Managed } from './managers.js';

/** A task, as far as it takes to tell what it has. */
export interface HoldingTask {
  readonly task: number;
  readonly tid: number | null;
  /** Innermost first. */
  readonly frames: readonly RanFrame[];
  readonly managed: readonly Managed[];
  /** The lock that it waits for; 0: for none. */
  readonly waitsFor: number;
}

export class TaskHolders {
  readonly #tools: WaitTools;
  readonly #taken: TakenLocks;
  readonly #tasks: readonly HoldingTask[];
  readonly #byLock = new Map<number, TaskHolder[]>();

  /** `awaited`: the locks and semaphores that are waited for. */
  constructor(tools: WaitTools, fields: WaitFields, tasks: readonly HoldingTask[], awaited: ReadonlySet<number>) {
    this.#tools = tools;
    this.#taken = new TakenLocks(tools.objects, tools.scopes, new Bytecodes(tools.objects, fields));
    this.#tasks = tasks;
    if (awaited.size > 0) for (const task of tasks) this.#addWiths(task, awaited);
  }

  /** `isExclusive`: only one can have it. */
  of(lock: number, isExclusive: boolean): readonly TaskHolder[] {
    const found = this.#byLock.get(lock);
    if (found) {
      // Two cannot both have it.
      return isExclusive && found.length > 1 ? found.map((one) => ({ ...one, evidence: 'probable' })) : found;
    }
    return this.#tasks.flatMap((task): TaskHolder[] => {
      if (task.waitsFor === lock) return [];
      const frame = task.frames.findIndex((each) => this.#hasTaken(each, lock));
      return frame < 0 ? [] : [holderOf(task, frame, 'acquire', 'probable', this.#nameIn(task.frames[frame], lock))];
    });
  }

  #addWiths(task: HoldingTask, awaited: ReadonlySet<number>): void {
    const { objects } = this.#tools;
    const released = this.#releasedBy(task);
    for (const { manager, frame } of task.managed) {
      const lock = awaited.has(manager) ? manager : objects.ownAttribute(manager, '_lock');
      if (!awaited.has(lock) || released.has(lock) || task.waitsFor === lock) continue;
      const name = this.#nameIn(task.frames[frame], manager);
      const suffix = name !== null && lock !== manager ? '._lock' : '';
      const holder = holderOf(task, frame, 'with', 'exact', name === null ? null : name + suffix);
      const own = this.#byLock.get(lock);
      if (own) own.push(holder);
      else this.#byLock.set(lock, [holder]);
    }
  }

  /** Who is in `Condition.wait` has let go of its lock. */
  #releasedBy({ frames }: HoldingTask): ReadonlySet<number> {
    const { objects, scopes } = this.#tools;
    const released = new Set<number>();
    for (const frame of frames) {
      const inHand = inHandOf(frame);
      if (inHand?.code.name !== 'wait' || !inHand.code.file.endsWith('asyncio/locks.py')) continue;
      const self = objects.attempt(() => scopes.self(inHand)) ?? 0;
      const lock = objects.ownAttribute(self, '_waiters') === 0 ? 0 : objects.ownAttribute(self, '_lock');
      if (lock !== 0) released.add(lock);
    }
    return released;
  }

  #hasTaken(frame: RanFrame, lock: number): boolean {
    const inHand = inHandOf(frame);
    if (!inHand || inHand.code.file.endsWith('asyncio/locks.py')) return false;
    const last = this.#tools.objects.attempt(() => this.#taken.lastCall(inHand, lock));
    return last?.method === 'acquire' && last.later;
  }

  #nameIn(frame: RanFrame | undefined, object: number): string | null {
    const inHand: FrameInHand | null = inHandOf(frame);
    return inHand && this.#tools.objects.attempt(() => this.#tools.paths.find(inHand, object));
  }
}

function holderOf(
  { task, tid }: HoldingTask,
  frame: number,
  how: TaskHolder['how'],
  evidence: TaskHolder['evidence'],
  name: string | null,
): TaskHolder {
  return { task, tid, gone: false, evidence, how, name, frame };
}
