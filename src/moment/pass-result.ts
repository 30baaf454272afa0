/** What did one freeze and its replay show? */
import type { FreezeResult } from '../process/native.js';
import type { RuntimeWalk } from '../python/runtime.js';
import type { Evidence } from '../snapshot.js';
import type { CopiedMemory } from './captured.js';
import type { PageCopy } from './frozen-memory.js';
import type { FrozenThread } from './frozen-threads.js';
import type { ThreadWalk } from './walker.js';

export interface Pass {
  readonly frozen: FreezeResult;
  readonly copy: PageCopy;
  /** The threads that were frozen, by kernel id: first those of thread states, then `otherTids`. */
  readonly frozenThreads: ReadonlyMap<number, FrozenThread>;
  /** Of these, the ones that no thread state was of. */
  readonly others: ReadonlySet<number>;
  readonly memory: CopiedMemory;
  /** Null: the copy does not even hold the runtime. */
  readonly runtime: RuntimeWalk | null;
  readonly threads: readonly PassThread[];
  /** Whose stacks were known from an earlier look, and turned out not to be: keys of thread states. */
  readonly outdated: ReadonlySet<string>;
  /** Whether any page was wanted that was not copied, or the list of threads is not the one planned for. */
  readonly missing: boolean;
  /** Whether that was so for what all threads share: the list itself may be wrong then. */
  readonly missingShared: boolean;
  /** Whether anything was read of objects, which may be any thread's. */
  readonly readObjects: boolean;
  /** Whether a value lacked a page, or had one only of another moment: that value says so. */
  readonly lackedValues: boolean;
}

export interface PassThread {
  readonly walk: ThreadWalk;
  readonly tid: number | null;
  /** As the freeze found its OS thread; null: it has none, or that was not in the freeze. */
  readonly frozen: FrozenThread | null;
  readonly evidence: Evidence;
  readonly gone: boolean;
  /** Whether its stack ran into a page that was not copied. */
  readonly missing: boolean;
  /**
   * Whether it has frames but no OS thread that could run them: left over from a fork() the interpreter was not told of, or
   * a structure that was being freed. Two passes that agree tell which.
   */
  readonly unowned: boolean;
}
