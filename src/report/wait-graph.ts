/**
 * Who waits for whom? Threads wait for resources, resources are held by threads and by processes: one graph, of one process
 * or of several, of which every edge says how it is known. Pure.
 */
import type { FindingEdge, Resource, Thread } from '../snapshot.js';

/** What of a thread tells what it waits for. */
export type WaitingThread = Pick<
  Thread,
  'tid' | 'name' | 'osName' | 'isPython' | 'status' | 'os' | 'waits' | 'stillMs' | 'evidence' | 'consistent' | 'frames'
>;

/** A process as far as its waits go: part of its document. */
export interface WaitingProcess {
  /** null: not known. */
  readonly pid: number | null;
  /** How many threads it has, as the kernel counts; null: not known. */
  readonly threadCount: number | null;
  readonly threads: readonly WaitingThread[];
  readonly resources: readonly Resource[];
}

/** From a thread over a resource to who has it: a thread, a process of which nobody knows the thread, or nobody any more. */
export type Edge = Omit<FindingEdge, 'text'>;

interface Member {
  readonly pid: number | null;
  readonly tids: readonly number[];
  /** Whether these are all threads that it has. */
  readonly whole: boolean;
  readonly resources: ReadonlyMap<string, Resource>;
}

export interface WaitGraph {
  readonly threads: ReadonlyMap<number, WaitingThread>;
  readonly processes: readonly Member[];
  /** By the thread that waits. Several: there are several holders. */
  readonly edges: ReadonlyMap<number, readonly Edge[]>;
  /** By thread. */
  readonly memberOf: ReadonlyMap<number, Member>;
  /** By id. */
  readonly byPid: ReadonlyMap<number, Member>;
}

/** Longest cycle that is looked for; more threads than that in one ring are told as waiting behind each other. */
const MOST_STEPS = 10_000;

export function waitGraph(processes: readonly WaitingProcess[]): WaitGraph {
  const threads = new Map<number, WaitingThread>();
  const edges = new Map<number, Edge[]>();
  const memberOf = new Map<number, Member>();
  const byPid = new Map<number, Member>();
  const members: Member[] = [];
  for (const process of processes) {
    const { pid, threadCount, resources } = process;
    const living = process.threads.flatMap(({ tid, status }) => (tid === null || status !== 'alive' ? [] : [tid]));
    const tids = [...new Set(living)];
    const byId = new Map(resources.map((resource) => [resource.id, resource]));
    const member = { pid, tids, whole: threadCount === tids.length, resources: byId };
    members.push(member);
    if (pid !== null) byPid.set(pid, member);
    for (const thread of process.threads) {
      const { tid } = thread;
      if (tid === null) continue;
      threads.set(tid, thread);
      memberOf.set(tid, member);
      for (const { resource: id } of thread.waits) {
        const resource = id === null ? undefined : byId.get(id);
        // A task's thread need not be the one that has what the task has: rings with tasks are found among them.
        const holders = resource?.holders.filter(({ task }) => !task?.startsWith('asyncio:')) ?? [];
        const own = resource ? holders.map((holder) => edgeTo(tid, pid, resource, holder)) : [];
        if (own.length > 0) edges.set(tid, [...(edges.get(tid) ?? []), ...own]);
      }
    }
  }
  return { threads, processes: members, edges, memberOf, byPid };
}

function edgeTo(tid: number, pid: number | null, resource: Resource, holder: Resource['holders'][number]): Edge {
  return {
    tid,
    task: null,
    pid,
    resource: resource.id,
    holder: holder.tid,
    holderTask: holder.task,
    holderPid: holder.pid ?? (holder.gone ? null : pid),
    evidence: evidenceOf(resource, holder),
  };
}

/** One who has a place of a semaphore need not be the one who gives the next one free. */
function evidenceOf({ kind }: Resource, { evidence }: Resource['holders'][number]): Edge['evidence'] {
  return kind === 'semaphore' || kind === 'process-semaphore' ? 'probable' : evidence;
}

export function resourceOf(
  { memberOf }: WaitGraph,
  { tid, resource }: Pick<Edge, 'tid' | 'resource'>,
): Resource | null {
  return memberOf.get(tid)?.resources.get(resource) ?? null;
}

export function isExact({ evidence }: Edge): boolean {
  return evidence === 'exact';
}

/** What counts where it is asked who cannot go on. */
export interface Terms {
  /** Whether only what is certain counts. */
  readonly exact: boolean;
  /** Threads that may be among them. */
  readonly fits: (thread: WaitingThread) => boolean;
}

/**
 * Threads that cannot go on unless another one of them does: each waits for somebody among them. Where one of several can end
 * a wait (the writers of a pipe), all of those are; of a process, all its threads.
 */
export function stuckThreads(graph: WaitGraph, terms: Terms): ReadonlySet<number> {
  const stuck = new Set<number>();
  // Who waits for nobody but those who wait for nothing is not stuck: where nobody waits in turn, there is nothing to follow.
  if (![...graph.edges.values()].some((own) => own.some((edge) => mayWait(graph, edge)))) return stuck;
  for (const tid of graph.edges.keys()) {
    const thread = graph.threads.get(tid);
    if (thread && terms.fits(thread)) stuck.add(tid);
  }
  const waiters = waitersByHolder(graph);
  const left = [...stuck];
  for (let tid = left.pop(); tid !== undefined; tid = left.pop()) {
    if (!stuck.has(tid) || isStuck(graph, stuck, tid, terms)) continue;
    stuck.delete(tid);
    left.push(...(waiters.get(tid) ?? []));
  }
  return stuck;
}

/** Whether one at the other end of an edge waits for somebody in turn. */
function mayWait(graph: WaitGraph, edge: Edge): boolean {
  return edge.holder === null ? edge.holderPid !== null : graph.edges.has(edge.holder);
}

function isStuck(graph: WaitGraph, stuck: ReadonlySet<number>, tid: number, { exact }: Terms): boolean {
  const own = graph.edges.get(tid) ?? [];
  const counts = (edge: Edge): boolean => (!exact || isExact(edge)) && leadsInto(graph, edge, stuck, exact);
  if (own.length === 1 && !own.some(counts)) return false;
  return [...new Set(own.map(({ resource }) => resource))].some((id) => {
    const edges = own.filter(({ resource }) => resource === id);
    const resource = resourceOf(graph, { tid, resource: id });
    if (!resource || !isEndedByAny(resource)) return edges.some(counts);
    return (!exact || resource.allHolders) && edges.every(counts);
  });
}

/** Whether each of the holders alone can end the wait, or it is not known which one of them has it. */
function isEndedByAny({ kind, holders }: Resource): boolean {
  return (
    kind === 'semaphore' ||
    kind === 'process-semaphore' ||
    holders.some(({ how }) => how === 'end' || how === 'mapped' || how === 'ends')
  );
}

/** Whether who has it is one of `among`: of a process, that means all its threads. */
function leadsInto(graph: WaitGraph, edge: Edge, among: ReadonlySet<number>, exact: boolean): boolean {
  if (edge.holder !== null) return among.has(edge.holder);
  const process = edge.holderPid === null ? undefined : graph.byPid.get(edge.holderPid);
  if (!process || process.tids.length === 0 || (exact && !process.whole)) return false;
  return process.tids.every((tid) => among.has(tid));
}

/** Threads at the other end of an edge: those of the process, where it is not known which one. */
export function holdersOf({ byPid }: WaitGraph, { holder, holderPid }: Edge): readonly number[] {
  if (holder !== null) return [holder];
  return holderPid === null ? [] : (byPid.get(holderPid)?.tids ?? []);
}

function waitersByHolder(graph: WaitGraph): ReadonlyMap<number, readonly number[]> {
  const waiters = new Map<number, number[]>();
  for (const [tid, own] of graph.edges) {
    const [only] = own;
    // Most wait for one thing that one has; a thousand may wait for the same.
    const holders =
      only && own.length === 1 ? holdersOf(graph, only) : new Set(own.flatMap((e) => holdersOf(graph, e)));
    for (const holder of holders) {
      const list = waiters.get(holder);
      if (list) list.push(tid);
      else waiters.set(holder, [tid]);
    }
  }
  return waiters;
}

/** Rings of edges, each once, in the order of waiting; those of exact edges first, and no thread in two of them. */
export function cyclesOf(graph: WaitGraph): Edge[][] {
  const taken = new Set<number>();
  const cycles: Edge[][] = [];
  for (const exact of [true, false]) {
    const stuck = stuckThreads(graph, { exact, fits: () => true });
    for (const start of stuck) {
      if (taken.has(start)) continue;
      const allowed = (edge: Edge) => (!exact || isExact(edge)) && leadsInto(graph, edge, stuck, exact);
      const cycle = cycleThrough(graph, start, allowed, taken);
      if (!cycle) continue;
      for (const { tid } of cycle) taken.add(tid);
      cycles.push(cycle);
    }
  }
  return cycles;
}

/** The shortest ring that leads from `start` to itself past `taken`; null: there is none. */
function cycleThrough(
  graph: WaitGraph,
  start: number,
  allowed: (edge: Edge) => boolean,
  taken: ReadonlySet<number>,
): Edge[] | null {
  const from = new Map<number, Edge>();
  let front = [start];
  for (let steps = 0; front.length > 0 && steps < MOST_STEPS; steps++) {
    const next: number[] = [];
    for (const tid of front) {
      for (const edge of graph.edges.get(tid) ?? []) {
        if (!allowed(edge)) continue;
        for (const holder of holdersOf(graph, edge)) {
          if (taken.has(holder)) continue;
          if (holder === start) return [...pathTo(tid, start, from), edge];
          if (from.has(holder)) continue;
          from.set(holder, edge);
          next.push(holder);
        }
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
    path.push(edge);
    at = edge.tid;
  }
  return path.reverse();
}

/** How many other threads wait, over however many others, for one of these. */
export function waitingBehind(graph: WaitGraph, tids: readonly number[]): number {
  const waiters = waitersByHolder(graph);
  const seen = new Set(tids);
  for (const tid of seen) for (const waiter of waiters.get(tid) ?? []) seen.add(waiter);
  return seen.size - new Set(tids).size;
}

/** These threads and all whom they wait for, over however many others. */
export function reachedFrom(graph: WaitGraph, tids: readonly number[]): number[] {
  const seen = new Set(tids);
  for (const tid of seen) {
    for (const edge of graph.edges.get(tid) ?? []) for (const holder of holdersOf(graph, edge)) seen.add(holder);
  }
  return [...seen];
}
