/**
 * Which processes wait for each other? The waits of all that were looked at are one graph. They were looked at one after
 * the other: a ring is only called a deadlock when those in it are looked at once more, in the same order, and no thread has
 * run from its first look to its second. Then there was a moment, between the last of the first looks and the first of the
 * second ones, at which all of them stood as they are shown.
 *
 * Who has what is read at the waiter's look. In one of the two rounds that falls between the owner's looks: if the waiter
 * comes after it, in the first; if before, in the second. So an edge counts that both rounds show.
 */
import { forgetOpenEnds } from '../../process/live/open-ends.js';
import { deadlocksOf } from '../../report/deadlocks.js';
import { type Edge, reachedFrom, type WaitGraph, type WaitingProcess, waitGraph } from '../../report/wait-graph.js';
import type { Finding, Snapshot } from '../../snapshot.js';

export type { WaitingProcess };

/** Processes that are looked at once more. Of larger rings it is only said that they may be. */
const MOST_AGAIN = 256;

/** What is kept of a document: who waits for what, and where. */
export function waitsOf({ pid, process, threads, resources }: Snapshot): WaitingProcess {
  return {
    pid,
    threadCount: process?.threadCount ?? null,
    threads: threads.map(
      ({ tid, name, osName, isPython, status, os, waits, stillMs, evidence, consistent, frames }) => {
        const innermost = frames.findLast(({ kind }) => kind === 'python');
        const place = innermost ? [innermost] : [];
        return { tid, name, osName, isPython, status, os, waits, stillMs, evidence, consistent, frames: place };
      },
    ),
    resources: resources.filter(({ waiters }) => waiters.length > 0),
  };
}

/**
 * What is wrong among several processes, the certain first; what is wrong in one alone is told in its own document.
 * `lookAgain` gives a new document of one of them; null: it cannot be had any more.
 */
export async function findingsAmong(
  processes: readonly WaitingProcess[],
  lookAgain: (pid: number) => Promise<Snapshot | null>,
): Promise<Finding[]> {
  const first = waitGraph(processes);
  const suspected = deadlocksOf(first, () => false).filter(isAmong);
  if (suspected.length === 0) return [];
  const pids = pidsBehind(
    first,
    suspected.flatMap(({ tids }) => tids),
  );
  if (pids.length > MOST_AGAIN) return suspected;
  forgetOpenEnds();
  const again: WaitingProcess[] = [];
  // In the order of the first looks.
  for (const { pid } of processes) {
    const snapshot = pid !== null && pids.includes(pid) ? await lookAgain(pid) : null;
    if (snapshot) again.push(waitsOf(snapshot));
  }
  const second = seenTwice(first, waitGraph(again));
  const hasNotRun = (tid: number | null): boolean => {
    const before = tid === null ? null : (first.threads.get(tid)?.os?.runs ?? null);
    return tid !== null && before !== null && before === second.threads.get(tid)?.os?.runs;
  };
  const found = deadlocksOf(second, ({ tid }) => hasNotRun(tid)).filter(isAmong);
  return [...found.filter(({ certain }) => certain), ...found.filter(({ certain }) => !certain)];
}

function isAmong({ pids }: Finding): boolean {
  return pids.length > 1;
}

/** All processes that it takes to prove it, in which threads wait that these wait for. */
function pidsBehind(graph: WaitGraph, tids: readonly number[]): number[] {
  return [...new Set(reachedFrom(graph, tids).flatMap((tid) => graph.memberOf.get(tid)?.pid ?? []))];
}

/** The later graph, in which what the earlier did not show as well is probable only. */
function seenTwice(first: WaitGraph, second: WaitGraph): WaitGraph {
  const edges = [...second.edges].map(([tid, own]): [number, Edge[]] => {
    const before = new Set((first.edges.get(tid) ?? []).map(nameOf));
    return [tid, own.map((edge) => (before.has(nameOf(edge)) ? edge : { ...edge, evidence: 'probable' }))];
  });
  return { ...second, edges: new Map(edges) };
}

function nameOf({ resource, holder, holderPid, evidence }: Edge): string {
  return `${resource} ${holder} ${holderPid} ${evidence}`;
}
