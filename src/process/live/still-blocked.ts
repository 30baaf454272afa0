/** Who has run between two looks at a process? */
import { LOOK, type LookResult } from '../native.js';

/** Whether no thread has run between two looks: the same threads, each blocked in both, its count of runs the same. */
export function nobodyRan(before: LookResult, now: LookResult): boolean {
  if (now.method === 'none' || before.tids.length === 0 || before.tids.length !== now.tids.length) return false;
  return now.tids.every(
    (tid, i) =>
      before.tids[i] === tid &&
      before.states[i] === LOOK.blocked &&
      now.states[i] === LOOK.blocked &&
      before.runs[i] === now.runs[i],
  );
}

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
