/**
 * Which pages must be copied for whom? Built up by one or more rehearsals, handed to the addon as arrays.
 *
 * A page that one thread's stack touched is that thread's: copied while it is proven to stand still, or stopped. A page
 * that the shared walk touched is copied while everybody stands. The thread state of a thread is its own: others write
 * to it only to relink the list, which the replay notices as a different list.
 */
import { PAGE_BYTES, type PageSet } from '../memory/pages.js';
import type { FreezePlan } from '../target/native.js';

export class PagePlan {
  readonly shared: PageSet = new Set();
  readonly #owned = new Map<number, PageSet>();

  /** The pages of the thread with that kernel id; made empty on first use. */
  ownedBy(tid: number): PageSet {
    let pages = this.#owned.get(tid);
    if (!pages) {
      pages = new Set();
      this.#owned.set(tid, pages);
    }
    return pages;
  }

  /** The pages of that thread, or with null those of all. */
  pagesOf(tid: number | null): PageSet {
    return tid === null ? this.shared : this.ownedBy(tid);
  }

  /** The plan for these threads. */
  freezePlan(
    tids: readonly number[],
    options: Pick<FreezePlan, 'mode' | 'stackBytes' | 'maxRounds' | 'maxPauseMs'>,
  ): FreezePlan & { pageNumbers: number[] } {
    const pageNumbers: number[] = [];
    const indexOf = new Map<number, number>();
    const index = (page: number): number => {
      let at = indexOf.get(page);
      if (at === undefined) {
        at = pageNumbers.length;
        indexOf.set(page, at);
        pageNumbers.push(page);
      }
      return at;
    };
    const sharedPages = Uint32Array.from(this.shared, index);
    const ownedStart = new Uint32Array(tids.length + 1);
    const owned: number[] = [];
    tids.forEach((tid, i) => {
      for (const page of this.#owned.get(tid) ?? []) owned.push(index(page));
      ownedStart[i + 1] = owned.length;
    });
    return {
      ...options,
      tids: Int32Array.from(tids),
      pages: Float64Array.from(pageNumbers, (page) => page * PAGE_BYTES),
      ownedStart,
      ownedPages: Uint32Array.from(owned),
      sharedPages,
      pageNumbers,
    };
  }
}
