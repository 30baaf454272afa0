/**
 * Which stacks are known from an earlier look? Those of threads that have not run since: only a thread itself changes its
 * frames, and what they run does not change. So they are not read again, as long as the freeze finds the thread where it
 * was, its run counter the same.
 */
import type { Address } from '../memory/address.js';
import type { LookResult } from '../process/native.js';
import type { ThreadStateWalk } from '../python/runtime.js';
import type { WalkedStack } from '../questions/stacks.js';
import type { CapturedThread } from './captured.js';
import type { FrozenThread } from './frozen-threads.js';
import { keyOf } from './same-stack.js';

interface KnownStack {
  readonly tid: number;
  readonly runs: number;
  readonly currentFrame: Address | null;
  readonly stack: WalkedStack;
}

export class KnownStacks {
  readonly #stacks = new Map<string, KnownStack>();

  /**
   * Those of `threads`, as an earlier look captured them, that were proven to stand and have not run since, as a look at
   * all threads found them `now`. Default: none.
   */
  constructor(threads: readonly CapturedThread[] = [], now: LookResult | null = null) {
    const runsOf = new Map([...(now?.tids ?? [])].map((tid, i) => [tid, now?.runs[i]]));
    for (const { walk, tid, look, evidence } of threads) {
      const { state, stack } = walk;
      if (tid === null || evidence !== 'still' || look === null || look.runs === null) continue;
      if (stack.ending.kind !== 'complete' || runsOf.get(tid) !== look.runs) continue;
      this.#stacks.set(keyOf(state), { tid, runs: look.runs, currentFrame: state.currentFrame, stack });
    }
  }

  /** The stack of the thread with that state, which is thread `tid`'s; null: it is not known. */
  stackOf(state: ThreadStateWalk, tid: number | null): WalkedStack | null {
    const known = this.#stacks.get(keyOf(state));
    return known?.tid === tid && known.currentFrame === state.currentFrame ? known.stack : null;
  }

  /** Forgets it if it is known and the freeze did not find its thread standing as it stood then. True: it is forgotten now. */
  isOutdated(state: ThreadStateWalk, frozen: FrozenThread | null): boolean {
    const key = keyOf(state);
    const known = this.#stacks.get(key);
    if (!known || (frozen?.evidence === 'still' && frozen.look.runs === known.runs)) return false;
    this.#stacks.delete(key);
    return true;
  }
}
