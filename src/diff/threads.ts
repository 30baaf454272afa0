/** What has become of each thread of a process from one look to the other? Pure. */
import type { Snapshot } from '../snapshot.js';
import { callsMatch, constantDepth, sameCalls } from '../watch/places.js';
import { type SeenThread, threadsOf } from '../watch/threads.js';
import type { ThreadChange, ThreadDifference } from './model.js';

/** Whether both are looks at one process: the same id, host and start. Of cores that do not tell these, the same id and program. */
export function areOfOneProcess(a: Snapshot, b: Snapshot): boolean {
  if (a.pid === null || a.pid !== b.pid) return false;
  const [first, second] = [a.process, b.process];
  if (!first || !second) return a.executable === b.executable;
  if (first.host !== null && second.host !== null && first.host !== second.host) return false;
  return first.startedAt === null || second.startedAt === null || isSameStart(first.startedAt, second.startedAt);
}

/** Starts are told right to about 10 ms, by clocks that may be set meanwhile: a second is near enough, as ids are not reused within it. */
const NEAR_MS = 1000;

function isSameStart(a: string, b: string): boolean {
  return Math.abs(Date.parse(a) - Date.parse(b)) <= NEAR_MS;
}

/** In the order of {@link ORDER}. */
export function threadDifferences(before: Snapshot, after: Snapshot): ThreadDifference[] {
  const old = new Map(threadsOf(before).map((thread) => [thread.key, thread]));
  const betweenMs = Date.parse(after.capturedAt ?? '') - Date.parse(before.capturedAt ?? '');
  const changes: ThreadDifference[] = [];
  for (const thread of threadsOf(after)) {
    const was = old.get(thread.key);
    old.delete(thread.key);
    changes.push(was ? difference(was, thread, changeOf(was, thread, betweenMs)) : difference(null, thread, 'new'));
  }
  for (const gone of old.values()) changes.push(difference(gone, null, 'gone'));
  return changes.sort((a, b) => ORDER.indexOf(a.change) - ORDER.indexOf(b.change));
}

const ORDER: readonly ThreadChange[] = ['new', 'gone', 'moved', 'line', 'same', 'stood'];

function changeOf(was: SeenThread, is: SeenThread, betweenMs: number): ThreadChange {
  if (!callsMatch(was.calls, is.calls)) return 'moved';
  if (!sameCalls(was.calls, is.calls)) return 'line';
  return is.stillMs !== null && betweenMs >= 0 && is.stillMs > betweenMs + NEAR_MS ? 'stood' : 'same';
}

function difference(was: SeenThread | null, is: SeenThread | null, change: ThreadChange): ThreadDifference {
  const depth = was && is ? constantDepth(was.calls, is.calls) : 0;
  return {
    change,
    tid: is?.tid ?? was?.tid ?? null,
    task: is?.task ?? was?.task ?? null,
    name: is?.name ?? was?.name ?? null,
    before: was?.calls.at(-1)?.place ?? null,
    after: is?.calls.at(-1)?.place ?? null,
    constant: is?.calls[depth - 1]?.place ?? null,
    waitedFor: was?.waitsFor ?? null,
    waitsFor: is?.waitsFor ?? null,
  };
}
