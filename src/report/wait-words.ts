/** How are threads, what they wait for and who has it called in a sentence? Of several processes, each thread with its process. Pure. */
import type { Frame, Holder, Resource } from '../snapshot.js';
import { durationText } from './duration.js';
import { type Edge, resourceOf, type WaitGraph, type WaitingThread } from './wait-graph.js';

/** "worker-1 (812)", of several processes "worker-1 (812) of process 810" */
export function labelOf({ threads, memberOf, processes }: WaitGraph, tid: number | null): string {
  if (tid === null) return 'no thread of this process';
  const thread = threads.get(tid);
  const name = thread?.name ?? thread?.osName ?? null;
  const pid = memberOf.get(tid)?.pid ?? null;
  const label = name === null ? `thread ${tid}` : `${name} (${tid})`;
  if (processes.length <= 1 || pid === null) return label;
  return tid === pid ? `${name ?? 'the main thread'} of process ${pid}` : `${label} of process ${pid}`;
}

/** "worker-1 (812) at cache.py:88" */
export function placeText(graph: WaitGraph, tid: number): string {
  const thread = graph.threads.get(tid);
  return `${labelOf(graph, tid)}${thread ? atOwnFrame(thread.frames) : ''}`;
}

/** "worker-1 (812) waits for cache._lock (Lock) at cache.py:88, held by worker-7 (819), `with` at cache.py:51" */
export function edgeText(graph: WaitGraph, edge: Edge): string {
  const resource = resourceOf(graph, edge);
  const thread = graph.threads.get(edge.tid);
  const holder = resource?.holders.find(({ tid, pid }) =>
    edge.holder === null ? pid === edge.holderPid && tid === null : tid === edge.holder,
  );
  const wait = thread?.waits.find(({ resource: id }) => id === edge.resource);
  const what = resource && wait ? resourceText(resource, wait.name) : edge.resource;
  const by = whoText(graph, edge, holder);
  const waits = `${placeText(graph, edge.tid)} waits${sinceText(thread)}`;
  if (resource?.kind === 'join' || resource?.kind === 'child') return `${waits} for the end of ${by}`;
  if (holder?.how === 'ends') return `${waits} for ${what}, which ${by} may end${heldAt(holder)}`;
  if (holder?.how === 'end') return `${waits} for ${what}, whose other end is open in ${by}`;
  return `${waits} for ${what}, ${edge.evidence === 'probable' && holder?.how === 'mapped' ? 'probably held' : 'held'} by ${by}${heldAt(holder)}`;
}

function whoText(graph: WaitGraph, edge: Edge, holder: Holder | undefined): string {
  if (edge.holder === edge.tid) return 'itself';
  if (edge.holder !== null) {
    const isElsewhere = !graph.threads.has(edge.holder) && edge.holderPid !== edge.pid;
    return isElsewhere ? `thread ${edge.holder} of ${processText(edge, holder)}` : labelOf(graph, edge.holder);
  }
  if (edge.holderPid === null) return labelOf(graph, null);
  return edge.holderPid === edge.pid && graph.processes.length <= 1
    ? `this process itself (${edge.pid})`
    : processText(edge, holder);
}

function processText({ holderPid }: Edge, holder: Holder | undefined): string {
  const name = holder?.process ?? null;
  return `process ${holderPid}${name === null ? '' : ` (${name})`}`;
}

export function sinceText(thread: WaitingThread | undefined): string {
  return thread && thread.stillMs !== null ? ` for ${durationText(thread.stillMs)}` : '';
}

/** "cache._lock (Lock)" */
export function resourceText({ description, address }: Resource, name: string | null): string {
  return name === null ? `${description}${address === null ? '' : ` at ${address}`}` : `${name} (${description})`;
}

function heldAt(holder: Holder | undefined): string {
  const line = holder?.takenAt ?? holder?.line ?? null;
  if (!holder || holder.file === null || line === null) return '';
  const how = {
    owner: 'taken',
    with: '`with`',
    acquire: '`acquire`, probably,',
    end: 'open',
    mapped: 'taken',
    section: 'taken',
    attached: 'at',
    variable: 'probably',
    ends: 'further on',
  }[holder.how];
  return `, ${how} in ${holder.function ?? '?'} at ${baseName(holder.file)}:${line}`;
}

/** What programs wait with, of Python's library and of others': where the program called it tells more than where it waits. */
const WAITING_LIBRARY = new RegExp(
  '/python[\\d.]+t?/(?:(?:threading|queue|selectors|subprocess|weakref)\\.py|(?:asyncio|concurrent/futures|multiprocessing)/)' +
    '|/(?:site|dist)-packages/(?:gevent|eventlet|greenlet|trio|anyio)/',
);

/** The innermost frame that is not of such a library; if all are, the innermost: " at app.py:12". */
export function atOwnFrame(frames: readonly Frame[]): string {
  const pythons = frames.filter((frame) => frame.kind === 'python');
  const frame = pythons.findLast(({ file }) => !WAITING_LIBRARY.test(file)) ?? pythons.at(-1);
  return !frame || frame.line === null ? '' : ` at ${baseName(frame.file)}:${frame.line}`;
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
