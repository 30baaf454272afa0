/** Who is at the other end of what the threads of a process wait for? Other processes that are worth a look as well. */
import { PythonSpotter } from '../../process/live/looks-python.js';
import type { Snapshot } from '../../snapshot.js';

/** Processes that are looked at because others wait for them. */
export const MOST_FOLLOWED = 32;

/** Ends of waits, followed from process to process, each once. */
export class Followed {
  readonly #seen: Set<number>;
  #left = MOST_FOLLOWED;

  /** `targets`: those that are looked at anyway. */
  constructor(targets: readonly number[]) {
    this.#seen = new Set(targets);
  }

  /** Whether there were more than are followed. */
  get isCut(): boolean {
    return this.#left < 0;
  }

  /** Those that this one waits for and that were not met before, as far as they may be Python; the certain ones first. */
  from({ pid, resources }: Pick<Snapshot, 'pid' | 'resources'>): number[] {
    const spotter = new PythonSpotter();
    const pids = resources
      .filter(({ waiters }) => waiters.length > 0)
      .flatMap(({ holders }) => holders)
      .sort((a, b) => Number(b.evidence === 'exact') - Number(a.evidence === 'exact'))
      .flatMap((holder) => (holder.pid === null || holder.pid === pid ? [] : [holder.pid]));
    return pids.filter((other) => {
      if (this.#seen.has(other)) return false;
      this.#seen.add(other);
      if (spotter.look(other) === 'no') return false;
      this.#left--;
      return this.#left >= 0;
    });
  }
}
