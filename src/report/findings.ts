/** Why is it stuck? Sentences made of the edges of the wait graph of one process, and of what else is seen. Pure. */
import type { Capture, ChildProcess, EventLoop, Finding, Resource, Task, Thread, Wait } from '../snapshot.js';
import { deadlocksOf, stoodStill, told } from './deadlocks.js';
import { durationText } from './duration.js';
import { taskFindings } from './task-findings.js';
import { type Edge, type WaitGraph, waitGraph } from './wait-graph.js';
import { atOwnFrame, labelOf, resourceText } from './wait-words.js';

export interface FindingFacts {
  /** null: not known. */
  readonly pid: number | null;
  /** How many threads the process has, as the kernel counts; null: not known. */
  readonly threadCount: number | null;
  readonly threads: readonly Thread[];
  readonly resources: readonly Resource[];
  readonly tasks: readonly Task[];
  readonly loops: readonly EventLoop[];
  readonly capture: Capture;
  /** Children that have ended and that nobody has asked for their exit status. */
  readonly zombies: readonly ChildProcess[];
}

/** All but which process it is. */
type Found = Omit<Finding, 'pids'>;

/** The certain ones first. */
export function findingsOf(facts: FindingFacts): Finding[] {
  const graph = waitGraph([facts]);
  const pids = facts.pid === null ? [] : [facts.pid];
  const found = [
    ...deadlocksOf(graph),
    ...taskFindings(facts),
    ...orphans(facts, graph),
    ...heldGil(facts, graph),
    ...heldStop(facts, graph),
    ...starvedPool(facts, graph),
    ...starvedQueue(facts),
    ...zombieChildren(facts),
    ...notOneInstant(facts, graph),
  ].map((finding) => ({ ...finding, pids }));
  return [...found.filter(({ certain }) => certain), ...found.filter(({ certain }) => !certain)];
}

/** Locks that nobody will release: whoever has them is no thread of this process any more. */
function orphans({ pid, resources }: FindingFacts, graph: WaitGraph): Found[] {
  return resources.flatMap((resource): Found[] => {
    const { holders, waiters, locked, kind } = resource;
    if (waiters.length === 0) return [];
    const [first] = waiters;
    const what = resourceText(resource, nameFor(graph, first, resource.id));
    const edges = waiters.map((tid) => edgeOf(pid, tid, resource, null));
    if (holders.some(({ gone, evidence }) => gone && evidence === 'exact')) {
      const message = `${what} is held by a thread that is not there any more (it ended, or stayed behind in a fork), and ${waitersText(graph, waiters)}`;
      const certain = waiters.every((tid) => stoodStill(graph.threads.get(tid)));
      return [{ code: 'orphaned-lock', certain, message, tids: waiters, edges: told(graph, edges) }];
    }
    if (kind === 'process-lock' && holders.some(({ gone }) => gone)) {
      const message = `${what} is taken by none of those that share it and can be looked at, so that whoever has it may have ended, and ${waitersText(graph, waiters)}`;
      return [{ code: 'orphaned-lock', certain: false, message, tids: waiters, edges: [] }];
    }
    // A plain lock does not say who has it. Where there is nobody else, nobody else can.
    const pythons = [...graph.threads.values()].filter(({ isPython, status }) => isPython && status === 'alive');
    if (kind !== 'lock' || locked !== true || holders.length > 0 || pythons.length !== 1) return [];
    const message = `${what} is taken, and ${waitersText(graph, waiters)}, the only Python thread: it may have been taken by a thread that stayed behind in a fork`;
    return [{ code: 'orphaned-lock', certain: false, message, tids: waiters, edges: told(graph, edges) }];
  });
}

function edgeOf(pid: number | null, tid: number, { id }: Resource, holder: number | null): Edge {
  const holderPid = holder === null ? null : pid;
  return { tid, pid, task: null, resource: id, holder, holderPid, holderTask: null, evidence: 'exact' };
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
function heldGil({ pid, threads, resources }: FindingFacts, graph: WaitGraph): Found[] {
  return resources.flatMap((resource): Found[] => {
    if (resource.kind !== 'gil' || resource.waiters.length === 0) return [];
    const holder = threads.find(({ tid }) => tid !== null && tid === resource.holders[0]?.tid);
    // A core does not tell for how long, and its threads stand in whatever call was interrupted.
    if (holder?.os?.activity !== 'waiting' || holder.stillMs === null || holder.stillMs < LONG_CALL_MS) return [];
    const since = ` and has not run for ${durationText(holder.stillMs)}`;
    const call = holder.os?.syscall ? ` in system call ${holder.os.syscall}` : '';
    const message = `${labelOf(graph, holder.tid)} has the GIL, sleeps${call}${atOwnFrame(holder.frames)}${since}, and ${resource.waiters.length === 1 ? 'a thread waits' : `${resource.waiters.length} threads wait`} for it`;
    const edges = resource.waiters.map((tid) => edgeOf(pid, tid, resource, holder.tid));
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
function heldStop({ resources }: FindingFacts, graph: WaitGraph): Found[] {
  return resources.flatMap((resource): Found[] => {
    if (resource.kind !== 'safe-point') return [];
    const [waiter = null] = resource.waiters;
    for (const { tid } of resource.holders) {
      const holder = tid === null ? undefined : graph.threads.get(tid);
      if (holder?.os?.activity !== 'waiting' || holder.stillMs === null || holder.stillMs < LONG_CALL_MS) continue;
      const call = holder.os.syscall ? ` in system call ${holder.os.syscall}` : '';
      const message = `${labelOf(graph, tid)} sleeps${call}${atOwnFrame(holder.frames)} in C code that has not let go of Python's objects, and has not run for ${durationText(holder.stillMs)}, while ${labelOf(graph, waiter)} wants all threads to stand still: whoever lets go may not go on`;
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
function starvedPool({ threads, resources }: FindingFacts, graph: WaitGraph): Found[] {
  const workers = threads.filter(isPoolWorker);
  const starved = workers.filter(({ waits }) => waits.some((wait) => isPending(resources, wait)));
  if (workers.length === 0 || starved.length < workers.length) return [];
  const tids = starved.flatMap(({ tid }) => tid ?? []);
  const who = starved.length === 1 ? 'the only worker of a pool waits' : `all ${starved.length} workers of a pool wait`;
  const message = `${who} for a future that nobody works on, which may be for them to do: ${labelOf(graph, tids[0] ?? null)}${starved[0] ? atOwnFrame(starved[0].frames) : ''}`;
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

function isPending(resources: readonly Resource[], { kind, resource }: Wait): boolean {
  return (
    kind === 'future' && resources.some(({ id, description }) => id === resource && description.endsWith('PENDING'))
  );
}

/** Waits that only a thread of this process ends, as a rule. */
const BY_THREADS: ReadonlySet<string> = new Set(
  'lock rlock condition event semaphore barrier queue simple-queue join future import-lock'.split(' '),
);

/** Nobody is left who could put anything into the queue: all threads wait for threads, none of them for a while only. */
function starvedQueue({ threads, resources }: FindingFacts): Found[] {
  const pythons = threads.filter(({ isPython, status }) => isPython && status === 'alive');
  const allWait = pythons.every(({ waits }) =>
    waits.some(({ kind, timeoutMs }) => BY_THREADS.has(kind) && timeoutMs === null),
  );
  if (!allWait) return [];
  return resources.flatMap((resource): Found[] => {
    const { id, kind, waiters, description, shared } = resource;
    // What is shared, other processes fill.
    if ((kind !== 'queue' && kind !== 'simple-queue') || shared !== null || waiters.length === 0) return [];
    const name = threads.flatMap(({ waits }) => waits).find((wait) => wait.resource === id)?.name ?? null;
    const who = waiters.length === 1 ? 'one thread waits' : `${waiters.length} threads wait`;
    const message = `${who} on ${name === null ? description : `${name} (${description})`}, and all other Python threads wait too: nobody may be left to go on`;
    return [{ code: 'queue-starved', certain: false, message, tids: waiters, edges: [] }];
  });
}

function zombieChildren({ zombies }: FindingFacts): Found[] {
  if (zombies.length === 0) return [];
  const [first] = zombies;
  const more = zombies.length === 1 ? '' : ` and ${zombies.length - 1} more`;
  const have = zombies.length === 1 ? 'has' : 'have';
  const message = `child process ${first?.pid} (${first?.name})${more} ${have} ended, and nobody has asked for the exit status`;
  return [{ code: 'zombie-child', certain: true, message, tids: [], edges: [] }];
}

/** Seen one after the other, each thread that runs Python may be caught while it waits for its turn. */
function notOneInstant({ capture, resources }: FindingFacts, graph: WaitGraph): Found[] {
  if (capture.mode !== 'non-blocking') return [];
  return resources.flatMap((resource): Found[] => {
    const { kind, holders, waiters } = resource;
    if (kind !== 'gil' || holders.length > 0 || waiters.length === 0) return [];
    const who =
      waiters.length === 1
        ? `${labelOf(graph, waiters[0] ?? null)} was seen waiting`
        : `${waiters.length} threads were seen waiting`;
    const message = `${who} for the GIL and nobody having it: they were not seen at one instant, without a stop, and take turns`;
    return [{ code: 'not-one-instant', certain: true, message, tids: waiters, edges: [] }];
  });
}
