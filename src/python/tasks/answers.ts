/**
 * What is answered of the tasks of event loops and hubs: plain values, by address. The same for asyncio, trio and greenlets,
 * so that one report makes the document of them.
 */
import type { Address } from '../../memory/address.js';
import type { StackEnding, TaskEdge, TaskKind, TaskState, WaitKind } from '../../snapshot.js';
import type { FrameVariables } from '../objects/index.js';
import type { HolderAnswer, ResourceAnswer } from '../waits/answers.js';
import type { RanFrame } from '../waits/value-stack.js';

/** Of one kind of loop: asyncio's, trio's, hubs of greenlets. */
export interface TasksAnswer {
  readonly loops: readonly LoopAnswer[];
  /** In the order in which they are shown; those of one loop together. */
  readonly tasks: readonly TaskAnswer[];
  /** What tasks wait for that is no task, each once. */
  readonly resources: readonly TaskResource[];
  /** How many tasks were left out for their number. */
  readonly leftOut: number;
}

export const NO_TASKS: TasksAnswer = { loops: [], tasks: [], resources: [], leftOut: 0 };

export interface LoopAnswer {
  readonly kind: TaskKind;
  readonly object: number;
  readonly type: string;
  /** Kernel id of the thread that runs it; null: none does, or it is not known. */
  readonly tid: number | null;
  readonly state: 'running' | 'polling' | 'stopped' | 'closed' | 'unknown';
  /** The task that runs now; 0: none does. */
  readonly runs: number;
  readonly callback: string | null;
  readonly ready: number | null;
  /** When its next timer is due, ms of the monotonic clock; null: it has none, or it is not known. */
  readonly nextTimer: number | null;
  /** How many tasks it has that are not done. */
  readonly tasks: number;
}

export interface TaskAnswer {
  readonly kind: TaskKind;
  readonly object: number;
  readonly type: string;
  readonly name: string | null;
  /** Its loop; 0: it has none. */
  readonly loop: number;
  /** Kernel id of the thread of its loop; null: none, or not known. */
  readonly tid: number | null;
  readonly state: TaskState;
  /** The task that started it and waits for its end; 0: none says so. */
  readonly parent: number;
  readonly awaits: readonly AwaitedTask[];
  readonly waits: readonly TaskWait[];
  /** Innermost first, as a thread's. */
  readonly frames: readonly RanFrame[];
  readonly ending: StackEnding;
  /** What the variables of its frames hold, by the address of the frame; null: not asked for. */
  readonly locals: ReadonlyMap<Address, FrameVariables> | null;
  /**
   * The words that its chain of awaits was read from, address and value by turns: where others move on, it is known by
   * these. null: it is as well known as the whole answer.
   */
  readonly words: readonly number[] | null;
}

export interface AwaitedTask {
  /** Of the task object. */
  readonly task: number;
  readonly how: TaskEdge['how'];
  readonly evidence: TaskEdge['evidence'];
}

/** What a task waits for that is no task. */
export interface TaskWait {
  readonly kind: WaitKind;
  /** Key of the {@link TaskResource}; null: nobody else could have it, or it could not be made out. */
  readonly resource: ResourceKey | null;
  readonly name: string | null;
  /** When it ends by itself, ms of the monotonic clock; null: never, or not known. */
  readonly deadline: number | null;
}

/** An object of the program, a descriptor, or a child. */
export type ResourceKey =
  | { readonly object: number }
  | { readonly fd: number }
  /** Its process id, as the program has it. */
  | { readonly child: number };

export interface TaskResource extends Omit<ResourceAnswer, 'object' | 'holders'> {
  readonly key: ResourceKey;
  readonly holders: readonly TaskHolder[];
}

/** `tid` of a task is that of its loop's thread. */
export interface TaskHolder extends Omit<HolderAnswer, 'takenAt'> {
  /** The task that has it; 0: none, the thread has it. */
  readonly task: number;
}
