/** Has any thread of a process run between two looks at it? */
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
