/**
 * Of which moment is a page in the copy? What was copied while threads stood is good for everybody; what was copied for
 * one still thread is good for that one only: another may have written to it since.
 */
import type { PageSet } from '../memory/pages.js';
import type { FrozenThread } from './frozen-threads.js';
import type { PagePlan } from './plan.js';

export class Validity {
  readonly #plan: PagePlan;
  readonly #inStop: PageSet;
  readonly #missing: PageSet;

  constructor(plan: PagePlan, frozen: Iterable<Pick<FrozenThread, 'tid' | 'evidence'>>, missing: PageSet) {
    this.#plan = plan;
    this.#missing = missing;
    this.#inStop = new Set(plan.shared);
    for (const { tid, evidence } of frozen) {
      if (evidence === 'stopped') for (const page of plan.ownedBy(tid)) this.#inStop.add(page);
    }
  }

  hasAll(tid: number | null, pages: PageSet): boolean {
    for (const page of pages) if (!this.has(tid, page)) return false;
    return true;
  }

  /** Whether the copy of `page` is of the moment at which thread `tid` (null: all) is shown. */
  has(tid: number | null, page: number): boolean {
    if (this.#missing.has(page)) return false;
    return this.#inStop.has(page) || (tid !== null && this.#plan.ownedBy(tid).has(page));
  }
}
