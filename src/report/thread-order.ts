/**
 * In which order are threads shown? As the interpreter lists them, newest first; but what runs in one system thread stands
 * together, be it in several interpreters, and the outermost first: a thread enters one interpreter from the code of
 * another.
 */
import type { CapturedThread } from '../moment/captured.js';

/** The same threads, those of one system thread side by side where the first of them stood. */
export function groupBySystemThread(threads: readonly CapturedThread[]): CapturedThread[] {
  const groups = new Map<number | CapturedThread, CapturedThread[]>();
  for (const thread of threads) {
    const key = thread.tid ?? thread;
    const group = groups.get(key);
    if (group) group.push(thread);
    else groups.set(key, [thread]);
  }
  return [...groups.values()].flatMap((group) => (group.length > 1 ? group.sort(outermostFirst) : group));
}

/** By where they were entered on the native stack, which grows downwards; where that is not known, the main one first. */
function outermostFirst(a: CapturedThread, b: CapturedThread): number {
  const [there, here] = [a.walk.stack.enteredAt, b.walk.stack.enteredAt];
  if (there !== null && here !== null) return here - there;
  return (a.walk.state.interpreterId ?? 0) - (b.walk.state.interpreterId ?? 0);
}
