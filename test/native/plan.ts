/** How does a test ask for a freeze? A plan of which it names only what matters to it. */
import type { FreezePlan } from '../../src/process/native.js';

export interface PlanWish extends Partial<Omit<FreezePlan, 'tids'>> {
  tids: Int32Array | number[];
  /** Addresses of pages thread i owns. */
  owned?: number[][];
  /** Whether every thread is stopped, those that stand still too. */
  stopAll?: boolean;
  /** Addresses of shared pages. */
  shared?: number[];
}

/** Pages come in the order: all owned, by thread, then shared. */
export function plan({ tids, owned = [], shared = [], stopAll = false, ...rest }: PlanWish): FreezePlan {
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
    ...(stopAll && { mustStop: new Uint8Array(tids.length).fill(1) }),
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
