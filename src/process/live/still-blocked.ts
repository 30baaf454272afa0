/** Which threads have not run since they were looked at? */
import { LOOK, type NativeProcess } from '../native.js';
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
