/**
 * Which pages must be copied for whom? Built up by one or more rehearsals, handed to the addon as arrays.
 *
 * A page that one thread's stack touched is that thread's: copied while it is proven to stand still, or stopped. A page
 * that the shared walk touched is copied while everybody stands. The thread state of a thread is its own: others write
 * to it only to relink the list, which the replay notices as a different list.
 */
import { PAGE_BYTES, type PageSet } from '../memory/pages.js';
import type { FreezePlan, StackNeed } from '../process/native.js';

/** Of all deep stacks together: 512 MiB. */
const MAX_STACK_PAGES = (512 * 1024 * 1024) / PAGE_BYTES;

export class PagePlan {
  readonly shared: PageSet = new Set();
  /** Threads whose registers are needed, so that they have to be stopped. */
  readonly mustStop = new Set<number>();
  /** What was asked for beside the first bytes of a thread's stack, as [first page, one past the last]. */
  readonly #ranges = new Map<number, (readonly [number, number])[]>();
  readonly #owned = new Map<number, PageSet>();
  #stackPages = 0;

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

  /** Plans for what lacks of a thread's native stack. False: it was planned for before, and has not helped. */
  ask(tid: number, need: StackNeed): boolean {
    if (need.kind === 'registers') {
      if (this.mustStop.has(tid)) return false;
      this.mustStop.add(tid);
      return true;
    }
    const first = Math.floor(need.start / PAGE_BYTES);
    const end = Math.ceil(need.end / PAGE_BYTES);
    const ranges = this.#ranges.get(tid) ?? [];
    if (ranges.some(([from, to]) => first >= from && first < to)) return false;
    if (this.#stackPages + end - first > MAX_STACK_PAGES) return false;
    this.#stackPages += end - first;
    this.#ranges.set(tid, [...ranges, [first, end]]);
    const owned = this.ownedBy(tid);
    for (let page = first; page < end; page++) owned.add(page);
    return true;
  }

  rangesOf(tid: number): readonly (readonly [number, number])[] {
    return this.#ranges.get(tid) ?? [];
  }

  /** The plan for these threads. `indexOf`: the place of each page in it, by its number. */
  freezePlan(
    tids: readonly number[],
    options: Pick<FreezePlan, 'mode' | 'stackBytes' | 'maxRounds' | 'maxPauseMs'>,
  ): FreezePlan & { readonly indexOf: ReadonlyMap<number, number> } {
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
      mustStop: Uint8Array.from(tids, (tid) => (this.mustStop.has(tid) ? 1 : 0)),
      pages: Float64Array.from(pageNumbers, (page) => page * PAGE_BYTES),
      ownedStart,
      ownedPages: Uint32Array.from(owned),
      sharedPages,
      indexOf,
    };
  }
}
