/**
 * How do waits and owners come into the document? Resources with an id each, waits at the threads, holders with the frame in
 * which they took it. The GIL is one of them.
 */
import { formatAddress } from '../memory/address.js';
import type { CapturedProcess } from '../moment/captured.js';
import type { OutsideKind, OutsideOwners } from '../process/process.js';
import type { HolderAnswer, ResourceAnswer } from '../python/waits/answers.js';
import type { Answered } from '../questions/answered.js';
import { given, known } from '../questions/answers.js';
import type { Deadline } from '../questions/kernel-waits.js';
import { RESOURCES } from '../questions/resources.js';
import { WAIT, type WaitOfThread } from '../questions/waits.js';
import type { Evidence, Holder, PythonFrame, Resource, Thread, Wait, WaitKind } from '../snapshot.js';
import { OutsideResources } from './outside-resources.js';
import type { DescribedThread } from './threads.js';

/** Two clocks, read together, ms. */
export interface Clocks {
  readonly monotonicMs: number;
  readonly realtimeMs: number;
}

export interface WaitFacts {
  readonly describeFd: (fd: number) => string | null;
  readonly outsideOwners: (kind: OutsideKind, at: number) => OutsideOwners | null;
  readonly stillMs: (tids: Iterable<number>) => ReadonlyMap<number, number>;
  readonly now: Clocks | null;
}

export interface WithWaits {
  readonly threads: Thread[];
  readonly resources: Resource[];
}

/** The threads with what they wait for, and what that is. */
export function addWaits(
  described: readonly DescribedThread[],
  captured: CapturedProcess,
  facts: WaitFacts,
): WithWaits {
  const waiting = described.flatMap(({ thread: { tid, os } }) =>
    tid !== null && os?.activity === 'waiting' ? [tid] : [],
  );
  const stillMs = facts.stillMs(new Set(waiting));
  const answers = new Map<number, KnownWait>();
  for (const one of described) {
    const answer = knownWait(one.captured.answers.get(WAIT));
    if (answer && one.thread.tid !== null && !answers.has(one.thread.tid)) answers.set(one.thread.tid, answer);
  }
  const byTid = new Map<number, Thread>();
  for (const { thread } of described) {
    if (thread.tid !== null && !byTid.has(thread.tid)) byTid.set(thread.tid, thread);
  }
  const resourcesAnswer = captured.answers.get(RESOURCES);
  const found = given(resourcesAnswer) ?? [];
  const wanting = new Map(found.flatMap((one) => (one.wantedBy === null ? [] : [[one.wantedBy, one]])));
  const waiters = waitersByObject(answers, wanting);
  const gils = gilResources(described.map(({ thread }) => thread));
  const resources = [...gils.values(), ...found.map((one) => describeResource(one, answers, byTid, waiters))];
  const outside = new OutsideResources(facts);
  const threads = described.map(({ thread, captured: { look } }): Thread => {
    const answer = thread.tid === null ? undefined : answers.get(thread.tid);
    const still = thread.tid === null ? null : (stillMs.get(thread.tid) ?? null);
    const fd = look?.syscall?.args[0] ?? null;
    const waits = waitsOf(thread, gils, answer, { ...facts, still, fd });
    const wanted = thread.tid === null ? undefined : wanting.get(thread.tid);
    if (wanted && waits.length === 0) waits.push(waitByItsAccount(wanted, resourcesAnswer?.evidence ?? 'none'));
    const at = childOf(thread) ?? fd;
    return { ...thread, stillMs: still, waits: waits.map((wait) => outside.addTo(thread, wait, at)) };
  });
  const sleepsOn = new Map(
    described.map(({ thread, captured: { look } }) => [thread.tid, look?.syscall?.args[0] ?? null]),
  );
  const awaited = resources.filter(({ waiters }) => waiters.length > 0);
  const completed = awaited.map((one) => outside.withCandidates(one, sleepsOn.get(one.waiters[0] ?? null) ?? null));
  return { threads, resources: [...completed, ...outside.all()] };
}

/** That a thread waits, told by what it waits for: it naps meanwhile. */
function waitByItsAccount({ kind, object }: ResourceAnswer, evidence: Evidence): Wait {
  return { kind, resource: idOf(kind, object), name: null, timeoutMs: null, evidence };
}

/** The process whose end it waits for; null: none, or any. */
function childOf({ os }: Thread): number | null {
  const child = /^child process (\d+)$/.exec(os?.waitingOn ?? '')?.[1];
  return child === undefined ? null : Number(child);
}

function waitersByObject(
  answers: ReadonlyMap<number, KnownWait>,
  wanting: ReadonlyMap<number, ResourceAnswer>,
): Map<number, number[]> {
  const waiters = new Map<number, number[]>();
  const objects = new Map([...answers].map(([tid, { wait }]) => [tid, wait.wait?.object ?? 0]));
  for (const [tid, { object }] of wanting) objects.set(tid, objects.get(tid) || object);
  for (const [tid, object] of objects) {
    if (object === 0) continue;
    const own = waiters.get(object);
    if (own) own.push(tid);
    else waiters.set(object, [tid]);
  }
  return waiters;
}

interface KnownWait {
  readonly wait: WaitOfThread;
  readonly evidence: Evidence;
}

function knownWait(answered: Answered<WaitOfThread> | null): KnownWait | null {
  const wait = known(answered);
  return answered && wait ? { wait, evidence: answered.evidence } : null;
}

interface ThreadFacts extends WaitFacts {
  readonly still: number | null;
  /** First argument of its system call. */
  readonly fd: number | null;
}

function waitsOf(
  thread: Thread,
  gils: ReadonlyMap<number | null, Resource>,
  answer: KnownWait | undefined,
  facts: ThreadFacts,
): Wait[] {
  const { evidence } = thread;
  if (thread.gil === 'waiting') {
    const gil = gils.get(thread.interpreterId);
    return [{ kind: 'gil', resource: gil?.id ?? null, name: null, timeoutMs: null, evidence }];
  }
  const wait = answer?.wait.wait;
  if (!answer || !wait) return [];
  return [
    {
      kind: wait.kind === 'descriptor' ? descriptorKind(facts) : wait.kind,
      resource: wait.object === 0 ? null : idOf(wait.kind, wait.object),
      name: wait.name,
      timeoutMs: leftOf(answer.wait.deadline, facts),
      evidence: answer.evidence,
    },
  ];
}

function descriptorKind({ fd, describeFd }: ThreadFacts): WaitKind {
  return kindByWords(fd === null ? null : describeFd(fd));
}

/** What kind of thing a descriptor is open on, by the words that describe it; null: it is not known. */
export function kindByWords(words: string | null): WaitKind {
  if (words === null) return 'descriptor';
  if (words.startsWith('pipe:')) return 'pipe';
  if (/^(TCP|UDP|unix) |^socket:/.test(words)) return 'socket';
  return words.startsWith('/') ? 'file' : 'descriptor';
}

/** ms until the wait ends by itself; null: never, or not known. */
function leftOf(deadline: Deadline | null, { now, still }: ThreadFacts): number | null {
  if (!deadline || !now) return null;
  // It has waited for as long as it has not run.
  if (deadline.kind === 'after') return still === null ? null : Math.max(deadline.ms - still, 0);
  return Math.max(deadline.ms - (deadline.clock === 'monotonic' ? now.monotonicMs : now.realtimeMs), 0);
}

/** By interpreter. Only those that somebody waits for. */
function gilResources(threads: readonly Thread[]): Map<number | null, Resource> {
  const found = new Map<number | null, Resource>();
  for (const { interpreterId } of threads.filter(({ gil }) => gil === 'waiting')) {
    if (found.has(interpreterId)) continue;
    const own = threads.filter((thread) => thread.interpreterId === interpreterId);
    const holders = own.filter(({ gil }) => gil === 'holding').map((thread) => holdsGil(thread));
    const waiters = own.flatMap(({ gil, tid }) => (gil === 'waiting' && tid !== null ? [tid] : []));
    found.set(interpreterId, {
      id: `gil ${interpreterId ?? '?'}`,
      kind: 'gil',
      address: null,
      type: null,
      description: 'GIL',
      locked: holders.length > 0 ? true : null,
      holders,
      waiters,
      waitingTasks: [],
      shared: null,
      allHolders: holders.length > 0,
    });
  }
  return found;
}

function holdsGil(thread: Thread): Holder {
  const frame = pythonFrames(thread).at(-1) ?? null;
  return {
    ...placeOf(frame),
    tid: thread.tid,
    task: null,
    pid: null,
    process: null,
    gone: false,
    evidence: 'exact',
    how: 'owner',
    name: null,
    takenAt: null,
  };
}

function describeResource(
  { kind, object, type, description, locked, holders }: ResourceAnswer,
  answers: ReadonlyMap<number, KnownWait>,
  byTid: ReadonlyMap<number, Thread>,
  waiters: ReadonlyMap<number, number[]>,
): Resource {
  return {
    id: idOf(kind, object),
    kind,
    address: formatAddress(object),
    type,
    description,
    locked,
    holders: holders.flatMap((holder) => describeHolder(holder, answers, byTid)),
    waiters: waiters.get(object) ?? [],
    waitingTasks: [],
    shared: null,
    allHolders: false,
  };
}

/** What the frames of a thread tell that has moved since is not told. What a lock says itself stands. */
function describeHolder(
  { tid, gone, evidence, how, name, frame, takenAt }: HolderAnswer,
  answers: ReadonlyMap<number, KnownWait>,
  byTid: ReadonlyMap<number, Thread>,
): Holder[] {
  const thread = tid === null ? undefined : byTid.get(tid);
  const own = tid === null ? undefined : answers.get(tid);
  // Who ran had it, as its frames were copied, and may have let go of it since.
  const ran = thread?.os?.activity === 'running' && how !== 'acquire';
  if (how !== 'owner' && !own && !ran) return [];
  const place = thread && (own || ran) && frame !== null ? (pythonFrames(thread).at(-1 - frame) ?? null) : null;
  const isSure = how === 'owner' || (own !== undefined && own.evidence !== 'agreed');
  return [
    {
      ...placeOf(place),
      tid,
      task: null,
      pid: null,
      process: null,
      gone,
      evidence: isSure ? evidence : 'probable',
      how,
      name,
      takenAt: place === null ? null : takenAt,
    },
  ];
}

function placeOf(frame: PythonFrame | null): Pick<Holder, 'function' | 'file' | 'line'> {
  return { function: frame?.qualname ?? frame?.function ?? null, file: frame?.file ?? null, line: frame?.line ?? null };
}

/** Outermost first. */
function pythonFrames({ frames }: Thread): PythonFrame[] {
  return frames.filter((frame) => frame.kind === 'python');
}

function idOf(kind: string, object: number): string {
  return `${kind} ${formatAddress(object)}`;
}
