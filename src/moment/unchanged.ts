/**
 * Need the copy be walked at all? Not where it says just what the rehearsal read: the walk depends on nothing else, so it
 * would find the same. Most threads of most processes wait, and their walk is then done once instead of twice.
 */

import type { Address } from '../memory/address.js';
import type { PageSet } from '../memory/pages.js';
import type { WordRecorder } from '../memory/touched-words.js';
import type { RuntimeWalk, ThreadStateWalk } from '../python/runtime.js';
import { pagesOfReads, type Read } from './attribution.js';
import type { PagePlan } from './plan.js';
import type { Rehearsal } from './rehearse.js';
import type { ThreadWalk } from './walker.js';

/** The bytes of a page; null where it could not be had. */
export type PageBytes = (page: number) => Uint8Array | null;

/** The part of a walk that all threads share, and what of the memory it was read from. */
export interface SharedWalk {
  readonly runtime: RuntimeWalk;
  readonly reads: readonly Read[];
}

/** What of a rehearsal holds for a copy made by the plan as it stands. */
export class Unchanged {
  readonly #plan: PagePlan;
  readonly #tidOf: Rehearsal['tidOf'];
  readonly #walks: ReadonlyMap<Address, ThreadWalk>;
  readonly #isSame: (page: number) => boolean;
  /** Whether all values that were read are the same in the copy. */
  readonly objects: boolean;
  /** The shared walk, if one over the copy would be the same. */
  readonly shared: SharedWalk | null;

  constructor(
    { memory, objects, runtime, runtimeReads, tidOf, threads }: Rehearsal,
    plan: PagePlan,
    copied: PageBytes,
  ) {
    this.#plan = plan;
    this.#tidOf = tidOf;
    this.#walks = new Map(threads.map((walk) => [walk.state.address, walk]));
    this.#isSame = sameness(memory, copied);
    this.shared = every(pagesOfReads(runtimeReads), this.#isSame) ? { runtime, reads: runtimeReads } : null;
    this.objects = objects === null || every(objects.pages.keys(), sameness(objects, copied));
  }

  /** The walk of the thread with that state, which is thread `tid`'s, if a walk over the copy would be the same. */
  walkOf(state: ThreadStateWalk, tid: number | null): ThreadWalk | null {
    const walk = this.#walks.get(state.address);
    if (!walk || (this.#tidOf.get(state.address) ?? null) !== tid) return null;
    return every(this.#plan.pagesOf(tid), this.#isSame) ? { ...walk, state } : null;
  }
}

/** Whether what the rehearsal read of a page, if anything, is the same in the copy. */
function sameness(memory: WordRecorder, copied: PageBytes): (page: number) => boolean {
  const known = new Map<number, boolean>();
  return (page) => {
    let same = known.get(page);
    if (same === undefined) {
      same = !memory.pages.has(page) || memory.isSame(page, copied(page));
      known.set(page, same);
    }
    return same;
  };
}

function every(pages: PageSet | Iterable<number>, is: (page: number) => boolean): boolean {
  for (const page of pages) if (!is(page)) return false;
  return true;
}
