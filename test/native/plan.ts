/** How does a test ask for a freeze? A plan of which it names only what matters to it. */
import type { FreezePlan } from '../../src/process/native.js';

export interface PlanWish extends Partial<Omit<FreezePlan, 'tids'>> {
  tids: Int32Array | number[];
  /** Addresses of pages thread i owns. */
  owned?: number[][];
  /** Addresses of shared pages. */
  shared?: number[];
}

/** Pages come in the order: all owned, by thread, then shared. */
export function plan({ tids, owned = [], shared = [], ...rest }: PlanWish): FreezePlan {
  const ownedStart = new Uint32Array(tids.length + 1);
  const pages: number[] = [];
  for (let i = 0; i < tids.length; i++) {
    pages.push(...(owned[i] ?? []));
    ownedStart[i + 1] = pages.length;
  }
  const ownedCount = pages.length;
  pages.push(...shared);
  return {
    mode: 'prove',
    tids: Int32Array.from(tids),
    pages: Float64Array.from(pages),
    ownedStart,
    ownedPages: Uint32Array.from({ length: ownedCount }, (_, i) => i),
    sharedPages: Uint32Array.from(shared, (_, i) => ownedCount + i),
    stackBytes: 0,
    maxRounds: 4,
    maxPauseMs: 5000,
    ...rest,
  };
}
