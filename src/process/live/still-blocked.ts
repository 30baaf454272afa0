/** Which threads have not run since they were looked at? */
import { LOOK, type LookResult, type NativeProcess } from '../native.js';
import type { OsLook } from '../process.js';

/** Those that are blocked as they were, their count of runs the same. One look at all threads. */
export function stillBlocked(native: NativeProcess, looks: readonly OsLook[]): OsLook[] {
  const now = native.look();
  const indexOf = new Map([...now.tids].map((tid, index) => [tid, index]));
  return looks.filter(({ tid, runs }) => {
    const index = indexOf.get(tid);
    return index !== undefined && now.states[index] === LOOK.blocked && runs !== null && now.runs[index] === runs;
  });
}

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
