/**
 * Who waits for each other, in one process or among several? Pure. A deadlock is only called one when every edge is exact
 * and every thread that it rests on provably stood still; what is less says that it may be.
 */
import type { Evidence, Finding, FindingCode, FindingEdge } from '../snapshot.js';
import {
  cyclesOf,
  type Edge,
  resourceOf,
  stuckThreads,
  type WaitGraph,
  type WaitingThread,
  waitingBehind,
} from './wait-graph.js';
import { edgeText, placeText } from './wait-words.js';

/** `fits`: what else a thread has to be that counts as having stood still for certain. */
export function deadlocksOf(graph: WaitGraph, fits: (thread: WaitingThread) => boolean = () => true): Finding[] {
  // Whoever gives up after a while lets the others go on.
  const proven = stuckThreads(graph, {
    exact: true,
    fits: (thread) => stoodStill(thread) && !givesUp(thread) && fits(thread),
  });
  return cyclesOf(graph).map((edges): Finding => {
    const tids = edges.map(({ tid }) => tid);
    const certain = tids.every((tid) => proven.has(tid)) && edges.every(({ evidence }) => evidence === 'exact');
    const ends = tids.some((tid) => givesUp(graph.threads.get(tid)));
    const behind = waitingBehind(graph, tids);
    const more = behind === 0 ? '' : `; ${behind} more ${behind === 1 ? 'waits' : 'wait'} behind them`;
    const who = tids.map((tid) => placeText(graph, tid)).join(', ');
    const message = `${whatTheyDo(edges, certain)}${ends ? ', for a while only' : ''}${more}: ${who}`;
    const code = codeOf(graph, edges, certain);
    return { code, certain, message, pids: pidsOf(graph, tids), tids, edges: told(graph, edges) };
  });
}

/** Processes of these threads, each once. */
export function pidsOf({ memberOf }: WaitGraph, tids: readonly number[]): number[] {
  return [...new Set(tids.flatMap((tid) => memberOf.get(tid)?.pid ?? []))];
}

function codeOf(graph: WaitGraph, edges: readonly Edge[], certain: boolean): FindingCode {
  if (!certain) return 'possible-deadlock';
  if (edges.length === 1) return 'self-deadlock';
  return edges.some((edge) => resourceOf(graph, edge)?.kind === 'import-lock') ? 'import-deadlock' : 'deadlock';
}

function whatTheyDo(edges: readonly Edge[], certain: boolean): string {
  const verb = certain ? 'wait' : 'may wait';
  const count = new Set(edges.map(({ pid }) => pid)).size;
  if (count > 1) {
    return count === edges.length
      ? `${count} processes ${verb} for each other`
      : `${edges.length} threads of ${count} processes ${verb} for each other`;
  }
  if (edges.length === 1) return certain ? 'a thread waits for itself' : 'a thread may wait for itself';
  return `${edges.length} threads ${verb} for each other`;
}

/** Whether what it waits for ends by itself. */
function givesUp(thread: WaitingThread | undefined): boolean {
  return thread?.waits.some(({ timeoutMs }) => timeoutMs !== null) === true;
}

/** Live: it has not run for one instruction while all this was read. Of a core, all stand. */
export function stoodStill(thread: WaitingThread | undefined): boolean {
  return (
    thread?.consistent === true && thread.waits.some(({ evidence }) => isStill(evidence)) && isStill(thread.evidence)
  );
}

function isStill(evidence: Evidence): boolean {
  return evidence === 'still' || evidence === 'stopped';
}

export function told(graph: WaitGraph, edges: readonly Edge[]): FindingEdge[] {
  return edges.map((edge) => ({ ...edge, text: edgeText(graph, edge) }));
}
