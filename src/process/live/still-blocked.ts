/** Who has run between two looks at a process? */
import { LOOK, type LookResult } from '../native.js';

/** Threads that have not run between two looks: blocked in both, with the same count of runs. */
export function threadsThatStood(before: LookResult, now: LookResult): Set<number> {
  const stood = new Set<number>();
  if (now.method === 'none' || before.method === 'none') return stood;
  const runs = new Map<number, number>();
  for (const [i, tid] of before.tids.entries())
    if (before.states[i] === LOOK.blocked) runs.set(tid, before.runs[i] ?? -1);
  for (const [i, tid] of now.tids.entries()) {
    if (now.states[i] === LOOK.blocked && runs.get(tid) === now.runs[i]) stood.add(tid);
  }
  return stood;
}
