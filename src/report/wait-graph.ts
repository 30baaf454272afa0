/**
 * Who waits for whom? Threads wait for resources, resources are held by threads: a graph, of which every edge says how it is
 * known. Pure.
 */
import type { FindingEdge, Resource, Thread } from '../snapshot.js';

/** From a thread over a resource to one who has it, or (holder null) to nobody of this process. */
export type Edge = Omit<FindingEdge, 'text'>;

export interface WaitGraph {
  readonly threads: ReadonlyMap<number, Thread>;
  readonly resources: ReadonlyMap<string, Resource>;
  /** By the thread that waits. Several: there are several holders. */
  readonly edges: ReadonlyMap<number, readonly Edge[]>;
}

/** Longest cycle that is looked for; more threads than that in one ring are told as waiting behind each other. */
const MOST_STEPS = 10_000;

export function waitGraph(threads: readonly Thread[], resources: readonly Resource[]): WaitGraph {
  const byId = new Map(resources.map((resource) => [resource.id, resource]));
  const byTid = new Map<number, Thread>();
  const edges = new Map<number, Edge[]>();
  for (const thread of threads) {
    const { tid } = thread;
    if (tid === null) continue;
    byTid.set(tid, thread);
    for (const { resource: id } of thread.waits) {
      const resource = id === null ? undefined : byId.get(id);
      if (!resource) continue;
      const own = resource.holders.map(
        (holder): Edge => ({
          tid,
          task: null,
          resource: resource.id,
          holder: holder.tid,
          holderTask: holder.task,
          evidence: evidenceOf(resource, holder),
        }),
      );
      if (own.length > 0) edges.set(tid, [...(edges.get(tid) ?? []), ...own]);
    }
  }
  return { threads: byTid, resources: byId, edges };
}

/** One who has a place of a semaphore need not be the one who gives the next one free. */
function evidenceOf({ kind }: Resource, { evidence }: Resource['holders'][number]): Edge['evidence'] {
  return kind === 'semaphore' || kind === 'process-semaphore' ? 'probable' : evidence;
}

/** Rings of edges, each once, in the order of waiting; those of exact edges first, and no thread in two of them. */
export function cyclesOf(graph: WaitGraph): Edge[][] {
  const taken = new Set<number>();
  const cycles: Edge[][] = [];
  // Whom nobody waits for is in no ring.
  const awaited = new Set([...graph.edges.values()].flatMap((edges) => edges.map(({ holder }) => holder)));
  for (const allowed of [isExact, () => true]) {
    for (const start of graph.edges.keys()) {
      if (taken.has(start) || !awaited.has(start)) continue;
      const cycle = cycleThrough(graph, start, (edge) => allowed(edge) && !taken.has(edge.holder ?? -1));
      if (!cycle) continue;
      for (const { tid } of cycle) taken.add(tid);
      cycles.push(cycle);
    }
  }
  return cycles;
}

export function isExact({ evidence }: Edge): boolean {
  return evidence === 'exact';
}

/** The shortest ring that leads from `start` to itself; null: there is none. */
function cycleThrough({ edges }: WaitGraph, start: number, allowed: (edge: Edge) => boolean): Edge[] | null {
  const from = new Map<number, Edge>();
  let front = [start];
  for (let steps = 0; front.length > 0 && steps < MOST_STEPS; steps++) {
    const next: number[] = [];
    for (const tid of front) {
      for (const edge of edges.get(tid) ?? []) {
        const { holder } = edge;
        if (holder === null || !allowed(edge)) continue;
        if (holder === start) return [...pathTo(tid, start, from), edge];
        if (from.has(holder)) continue;
        from.set(holder, edge);
        next.push(holder);
      }
    }
    front = next;
  }
  return null;
}

function pathTo(tid: number, start: number, from: ReadonlyMap<number, Edge>): Edge[] {
  const path: Edge[] = [];
  for (let at = tid; at !== start; ) {
    const edge = from.get(at);
    if (!edge) break;
    path.unshift(edge);
    at = edge.tid;
  }
  return path;
}

/** How many other threads wait, over however many others, for one of these. */
export function waitingBehind({ edges }: WaitGraph, tids: readonly number[]): number {
  const waiters = new Map<number, number[]>();
  for (const [tid, own] of edges) {
    for (const { holder } of own) if (holder !== null) waiters.set(holder, [...(waiters.get(holder) ?? []), tid]);
  }
  const seen = new Set(tids);
  for (const tid of seen) for (const waiter of waiters.get(tid) ?? []) seen.add(waiter);
  return seen.size - new Set(tids).size;
}
