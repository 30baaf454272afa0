/** How is one look shown as many are? As a set of one. */
import type { Snapshot } from '../../snapshot.js';
import { aboutSnapshot, lookOf } from './from-snapshot.js';
import { LookSet } from './look-set.js';

export function setOf(snapshot: Snapshot): LookSet {
  const set = new LookSet();
  set.add(lookOf(snapshot, aboutSnapshot(snapshot)));
  return set;
}
