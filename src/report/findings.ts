/**
 * Why is it stuck? Sentences made of the edges of the wait graph. Pure. A deadlock is only called one when every edge is
 * exact and every thread in it provably stood still; what is less says that it may be.
 */
import type {
  Capture,
  ChildProcess,
  Evidence,
  Finding,
  FindingCode,
  FindingEdge,
  Holder,
  Resource,
  Thread,
  Wait,
} from '../snapshot.js';
import { durationText } from './duration.js';
import { cyclesOf, type Edge, isExact, type WaitGraph, waitGraph, waitingBehind } from './wait-graph.js';

export interface FindingFacts {
  readonly threads: readonly Thread[];
  readonly resources: readonly Resource[];
  readonly capture: Capture;
  /** Children that have ended and that nobody has asked for their exit status. */
  readonly zombies: readonly ChildProcess[];
}

/** The certain ones first. */
export function findingsOf(facts: FindingFacts): Finding[] {
  const graph = waitGraph(facts.threads, facts.resources);
  const found = [
    ...deadlocks(graph),
    ...orphans(graph),
    ...heldGil(facts, graph),
    ...heldStop(graph),
    ...starvedPool(facts, graph),
    ...starvedQueue(facts),
    ...zombieChildren(facts),
    ...notOneInstant(facts),
  ];
  return [...found.filter(({ certain }) => certain), ...found.filter(({ certain }) => !certain)];
}

function deadlocks(graph: WaitGraph): Finding[] {
  return cyclesOf(graph).map((edges): Finding => {
    const tids = edges.map(({ tid }) => tid);
    const certain = edges.every(isExact) && tids.every((tid) => stoodStill(graph.threads.get(tid)));
    const behind = waitingBehind(graph, tids);
    const more = behind === 0 ? '' : `; ${behind} more ${behind === 1 ? 'waits' : 'wait'} behind them`;
    const who = tids.map((tid) => placeText(graph, tid)).join(', ');
    const message = `${certain ? whatTheyDo(edges) : whatTheyMayDo(edges)}${more}: ${who}`;
    return { code: codeOf(graph, edges, certain), certain, message, tids, edges: told(graph, edges) };
  });
}

function codeOf({ resources }: WaitGraph, edges: readonly Edge[], certain: boolean): FindingCode {
  if (!certain) return 'possible-deadlock';
  if (edges.length === 1) return 'self-deadlock';
  return edges.some(({ resource }) => resources.get(resource)?.kind === 'import-lock') ? 'import-deadlock' : 'deadlock';
}

function whatTheyDo(edges: readonly Edge[]): string {
  return edges.length === 1 ? 'a thread waits for itself' : `${edges.length} threads wait for each other`;
}

function whatTheyMayDo(edges: readonly Edge[]): string {
  return edges.length === 1 ? 'a thread may wait for itself' : `${edges.length} threads may wait for each other`;
}

/** Live: it has not run for one instruction while all this was read. Of a core, all stand. */
function stoodStill(thread: Thread | undefined): boolean {
  return (
    thread?.consistent === true && thread.waits.some(({ evidence }) => isStill(evidence)) && isStill(thread.evidence)
  );
}

function isStill(evidence: Evidence): boolean {
  return evidence === 'still' || evidence === 'stopped';
}

function told(graph: WaitGraph, edges: readonly Edge[]): FindingEdge[] {
  return edges.map((edge) => ({ ...edge, text: edgeText(graph, edge) }));
}

/** "worker-1 (812) at cache.py:88" */
function placeText(graph: WaitGraph, tid: number): string {
  const thread = graph.threads.get(tid);
  return `${labelOf(graph, tid)}${thread ? atFrame(thread) : ''}`;
}

/** "worker-1 (812) waits for cache._lock (Lock) at cache.py:88, held by worker-7 (819), `with` at cache.py:51" */
function edgeText(graph: WaitGraph, edge: Edge): string {
  const resource = graph.resources.get(edge.resource);
  const thread = graph.threads.get(edge.tid);
  const holder = resource?.holders.find(({ tid }) => tid === edge.holder);
  const wait = thread?.waits.find(({ resource: id }) => id === edge.resource);
  const what = resource && wait ? resourceText(resource, wait.name) : edge.resource;
  const by = edge.holder === edge.tid ? 'itself' : labelOf(graph, edge.holder);
  if (resource?.kind === 'join') return `${placeText(graph, edge.tid)} waits${sinceText(thread)} for the end of ${by}`;
  return `${placeText(graph, edge.tid)} waits${sinceText(thread)} for ${what}, held by ${by}${heldAt(holder)}`;
}

function sinceText(thread: Thread | undefined): string {
  return thread && thread.stillMs !== null ? ` for ${durationText(thread.stillMs)}` : '';
}

/** "cache._lock (Lock)" */
export function resourceText({ description, address }: Resource, name: string | null): string {
  return name === null ? `${description}${address === null ? '' : ` at ${address}`}` : `${name} (${description})`;
}

function heldAt(holder: Holder | undefined): string {
  if (!holder || holder.file === null || holder.line === null) return '';
  const how = {
    owner: 'taken',
    with: '`with`',
    acquire: '`acquire`, probably,',
    end: 'open',
    mapped: 'taken',
    section: 'taken',
    attached: 'at',
  }[holder.how];
  return `, ${how} in ${holder.function ?? '?'} at ${baseName(holder.file)}:${holder.line}`;
}

function atFrame({ frames }: Thread): string {
  const frame = frames.findLast((each) => each.kind === 'python');
  return frame?.kind === 'python' && frame.line !== null ? ` at ${baseName(frame.file)}:${frame.line}` : '';
}

function labelOf({ threads }: Pick<WaitGraph, 'threads'>, tid: number | null): string {
  if (tid === null) return 'no thread of this process';
  const thread = threads.get(tid);
  const name = thread?.name ?? thread?.osName ?? null;
  return name === null ? `thread ${tid}` : `${name} (${tid})`;
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** Locks that nobody will release: whoever has them is no thread of this process any more. */
function orphans(graph: WaitGraph): Finding[] {
  return [...graph.resources.values()].flatMap((resource): Finding[] => {
    const { holders, waiters, locked, kind } = resource;
    if (waiters.length === 0) return [];
    const [first] = waiters;
    const what = resourceText(resource, nameFor(graph, first, resource.id));
    const edges = waiters.map(
      (tid): Edge => ({
        tid,
        task: null,
        resource: resource.id,
        holder: null,
        holderTask: null,
        evidence: 'exact',
      }),
    );
    if (holders.some(({ gone, evidence }) => gone && evidence === 'exact')) {
      const message = `${what} is held by a thread that is not there any more (it ended, or stayed behind in a fork), and ${waitersText(graph, waiters)}`;
      const certain = waiters.every((tid) => stoodStill(graph.threads.get(tid)));
      return [{ code: 'orphaned-lock', certain, message, tids: waiters, edges: told(graph, edges) }];
    }
    // A plain lock does not say who has it. Where there is nobody else, nobody else can.
    const pythons = [...graph.threads.values()].filter(({ isPython, status }) => isPython && status === 'alive');
    if (kind !== 'lock' || locked !== true || holders.length > 0 || pythons.length !== 1) return [];
    const message = `${what} is taken, and ${waitersText(graph, waiters)}, the only Python thread: it may have been taken by a thread that stayed behind in a fork`;
    return [{ code: 'orphaned-lock', certain: false, message, tids: waiters, edges: told(graph, edges) }];
  });
}

function nameFor({ threads }: WaitGraph, tid: number | undefined, resource: string): string | null {
  const thread = tid === undefined ? undefined : threads.get(tid);
  return thread?.waits.find((wait) => wait.resource === resource)?.name ?? null;
}

function waitersText(graph: WaitGraph, waiters: readonly number[]): string {
  const [first = null] = waiters;
  if (waiters.length === 1) return `${labelOf(graph, first)} waits for it`;
  return `${labelOf(graph, first)} and ${waiters.length - 1} more wait for it`;
}

/** Shorter than this, a call that has the GIL is none that people notice, ms. */
const LONG_CALL_MS = 1000;

/** Who has the GIL sleeps in the kernel: C code that did not let go of it. */
function heldGil({ threads }: FindingFacts, graph: WaitGraph): Finding[] {
  return [...graph.resources.values()].flatMap((resource): Finding[] => {
    if (resource.kind !== 'gil' || resource.waiters.length === 0) return [];
    const holder = threads.find(({ tid }) => tid !== null && tid === resource.holders[0]?.tid);
    // A core does not tell for how long, and its threads stand in whatever call was interrupted.
    if (holder?.os?.activity !== 'waiting' || holder.stillMs === null || holder.stillMs < LONG_CALL_MS) return [];
    const since = ` and has not run for ${durationText(holder.stillMs)}`;
    const call = holder.os?.syscall ? ` in system call ${holder.os.syscall}` : '';
    const message = `${labelOf(graph, holder.tid)} has the GIL, sleeps${call}${atFrame(holder)}${since}, and ${resource.waiters.length === 1 ? 'a thread waits' : `${resource.waiters.length} threads wait`} for it`;
    const edges = resource.waiters.map(
      (tid): Edge => ({
        tid,
        task: null,
        resource: resource.id,
        holder: holder.tid,
        holderTask: null,
        evidence: 'exact',
      }),
    );
    return [
      {
        code: 'gil-held',
        certain: stoodStill(holder),
        message,
        tids: edgeTids(holder, resource),
        edges: told(graph, edges),
      },
    ];
  });
}

/** One wants all threads to stand still, and C code sleeps that has not let go of Python's objects: nobody may go on. */
function heldStop(graph: WaitGraph): Finding[] {
  return [...graph.resources.values()].flatMap((resource): Finding[] => {
    if (resource.kind !== 'safe-point') return [];
    const [waiter = null] = resource.waiters;
    for (const { tid } of resource.holders) {
      const holder = tid === null ? undefined : graph.threads.get(tid);
      if (holder?.os?.activity !== 'waiting' || holder.stillMs === null || holder.stillMs < LONG_CALL_MS) continue;
      const call = holder.os.syscall ? ` in system call ${holder.os.syscall}` : '';
      const message = `${labelOf(graph, tid)} sleeps${call}${atFrame(holder)} in C code that has not let go of Python's objects, and has not run for ${durationText(holder.stillMs)}, while ${labelOf(graph, waiter)} wants all threads to stand still: whoever lets go may not go on`;
      const tids = tid === null || waiter === null ? [] : [tid, waiter];
      return [{ code: 'stop-held', certain: stoodStill(holder), message, tids, edges: [] }];
    }
    return [];
  });
}

function edgeTids({ tid }: Thread, { waiters }: Resource): number[] {
  return tid === null ? [...waiters] : [tid, ...waiters];
}

/** All workers of thread pools wait for results that nobody has begun to work out. */
function starvedPool({ threads }: FindingFacts, graph: WaitGraph): Finding[] {
  const workers = threads.filter(isPoolWorker);
  const starved = workers.filter(({ waits }) => waits.some((wait) => isPending(graph, wait)));
  if (workers.length === 0 || starved.length < workers.length) return [];
  const tids = starved.flatMap(({ tid }) => tid ?? []);
  const who = starved.length === 1 ? 'the only worker of a pool waits' : `all ${starved.length} workers of a pool wait`;
  const message = `${who} for a future that nobody works on, which may be for them to do: ${labelOf(graph, tids[0] ?? null)}${starved[0] ? atFrame(starved[0]) : ''}`;
  return [{ code: 'pool-starved', certain: false, message, tids, edges: [] }];
}

function isPoolWorker({ frames, status }: Thread): boolean {
  return (
    status === 'alive' &&
    frames.some(
      (frame) =>
        frame.kind === 'python' && frame.function === '_worker' && frame.file.endsWith('concurrent/futures/thread.py'),
    )
  );
}

function isPending({ resources }: WaitGraph, { kind, resource }: Wait): boolean {
  return kind === 'future' && resource !== null && (resources.get(resource)?.description.endsWith('PENDING') ?? false);
}

/** Waits that only a thread of this process ends, as a rule. */
const BY_THREADS: ReadonlySet<string> = new Set(
  'lock rlock condition event semaphore barrier queue simple-queue join future import-lock'.split(' '),
);

/** Nobody is left who could put anything into the queue: all threads wait for threads, none of them for a while only. */
function starvedQueue({ threads, resources }: FindingFacts): Finding[] {
  const pythons = threads.filter(({ isPython, status }) => isPython && status === 'alive');
  const allWait = pythons.every(({ waits }) =>
    waits.some(({ kind, timeoutMs }) => BY_THREADS.has(kind) && timeoutMs === null),
  );
  if (!allWait) return [];
  return resources.flatMap((resource): Finding[] => {
    const { id, kind, waiters, description } = resource;
    if ((kind !== 'queue' && kind !== 'simple-queue') || waiters.length === 0) return [];
    const name = threads.flatMap(({ waits }) => waits).find((wait) => wait.resource === id)?.name ?? null;
    const who = waiters.length === 1 ? 'one thread waits' : `${waiters.length} threads wait`;
    const message = `${who} on ${name === null ? description : `${name} (${description})`}, and all other Python threads wait too: nobody may be left to go on`;
    return [{ code: 'queue-starved', certain: false, message, tids: waiters, edges: [] }];
  });
}

function zombieChildren({ zombies }: FindingFacts): Finding[] {
  if (zombies.length === 0) return [];
  const [first] = zombies;
  const more = zombies.length === 1 ? '' : ` and ${zombies.length - 1} more`;
  const have = zombies.length === 1 ? 'has' : 'have';
  const message = `child process ${first?.pid} (${first?.name})${more} ${have} ended, and nobody has asked for the exit status`;
  return [{ code: 'zombie-child', certain: true, message, tids: [], edges: [] }];
}

/** Seen one after the other, each thread that runs Python may be caught while it waits for its turn. */
function notOneInstant({ threads, capture, resources }: FindingFacts): Finding[] {
  if (capture.mode !== 'non-blocking') return [];
  return resources.flatMap((resource): Finding[] => {
    const { kind, holders, waiters } = resource;
    if (kind !== 'gil' || holders.length > 0 || waiters.length === 0) return [];
    const graph = {
      threads: new Map(threads.flatMap((thread) => (thread.tid === null ? [] : [[thread.tid, thread]]))),
    };
    const who =
      waiters.length === 1
        ? `${labelOf(graph, waiters[0] ?? null)} was seen waiting`
        : `${waiters.length} threads were seen waiting`;
    const message = `${who} for the GIL and nobody having it: they were not seen at one instant, without a stop, and take turns`;
    return [{ code: 'not-one-instant', certain: true, message, tids: waiters, edges: [] }];
  });
}
