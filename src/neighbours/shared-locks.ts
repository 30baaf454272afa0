/**
 * Which of the processes that share a lock of `multiprocessing` has it? Each is looked at, without a stop, and its own object
 * for the lock asked. One that says that it has it does, if all the others say that they have not: then it is a thread of
 * that one. If all say so, whoever had it has ended with it.
 */
import { PystackError } from '../errors.js';
import { settleInspectOptions } from '../options.js';
import { examine, withProcess } from '../pipeline.js';
import { openLiveProcess } from '../process/live/live-process.js';
import { placesOfWord } from '../process/live/present-memory.js';
import { LOOK } from '../process/native.js';
import type { Process } from '../process/process.js';
import type { SharedLockAnswer } from '../python/waits/shared-locks.js';
import { known } from '../questions/answers.js';
import { sharedLocksQuestion } from '../questions/shared-locks.js';
import { findingsOf } from '../report/findings.js';
import type { Holder, Resource, Snapshot } from '../snapshot.js';

/** Processes looked at for one lock; where more share it, it is not asked which. */
const MOST_SHARERS = 80;
/** For how long one that moves is tried, ms. */
const PATIENCE_MS = 100;

/** The document with the owners of such locks, as far as they can be told. `process`: of which it is, still open. */
export async function withSharedLocks(snapshot: Snapshot, process: Process): Promise<Snapshot> {
  const open = snapshot.resources.filter(isUnanswered);
  if (open.length === 0 || !process.sampler) return snapshot;
  const holders = new Map<Resource, Holder[]>();
  for (const resource of open) holders.set(resource, await holdersOf(resource));
  // Who has run since may have it by now, or wait for another one.
  const still = new Set(unmoved(snapshot, process.sampler));
  const resources = snapshot.resources.map((resource): Resource => {
    const found = holders.get(resource);
    if (!found) return resource;
    const isSure = resource.waiters.every((tid) => still.has(tid));
    // That nobody has it is nothing then.
    if (!isSure && found.some(({ gone, pid }) => gone && pid === null)) return { ...resource, holders: [] };
    return { ...resource, holders: isSure ? found : found.map((one) => ({ ...one, evidence: 'probable' })) };
  });
  const { pid, threads, tasks, loops, capture } = snapshot;
  const facts = {
    pid,
    threadCount: snapshot.process?.threadCount ?? null,
    threads,
    resources,
    tasks: tasks ?? [],
    loops,
    capture,
  };
  return { ...snapshot, resources, findings: findingsOf({ ...facts, zombies: process.zombieChildren() }) };
}

function isUnanswered({ kind, shared, waiters, holders }: Resource): boolean {
  return (
    kind === 'process-lock' && shared !== null && waiters.length > 0 && holders.some(({ how }) => how === 'mapped')
  );
}

/** Threads that have not run since they were copied. */
function unmoved({ threads }: Snapshot, { native }: NonNullable<Process['sampler']>): number[] {
  const { tids, runs } = native.look();
  const now = new Map([...tids].map((tid, i) => [tid, runs[i]]));
  return threads.flatMap(({ tid, os }) => (tid !== null && os?.runs != null && now.get(tid) === os.runs ? [tid] : []));
}

/** What was found of a lock a moment ago: of a pool of workers, each waits for the same. */
interface Remembered {
  readonly found: Holder[];
  /** Who has it, and how often that thread had run; null: nobody for certain. */
  readonly owner: { readonly pid: number; readonly tid: number; readonly runs: number } | null;
  readonly at: number;
}

const remembered = new Map<string, Remembered>();
/** Older than this nothing is remembered, ms. */
const FRESH_MS = 2000;
/** Locks that are remembered. */
const MOST_REMEMBERED = 1000;

async function holdersOf(resource: Resource): Promise<Holder[]> {
  if (resource.holders.length > MOST_SHARERS) return resource.holders;
  const key = resource.shared ?? '';
  const before = remembered.get(key);
  if (before && performance.now() - before.at < FRESH_MS) {
    // Who has not run since has it still.
    if (before.owner && runsOf(before.owner) === before.owner.runs) return before.found;
    if (!before.owner) return before.found.map((holder) => ({ ...holder, evidence: 'probable' }));
  }
  const found = await askAll(resource);
  const [only] = found;
  const isOwned = only?.evidence === 'exact' && only.pid !== null && only.tid !== null;
  const owner = isOwned ? { pid: only.pid ?? 0, tid: only.tid ?? 0 } : null;
  const runs = owner && runsOf(owner);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  if (!owner || runs !== null) {
    remembered.set(key, { found, owner: owner && { ...owner, runs: runs ?? 0 }, at: performance.now() });
  }
  return found;
}

/** How often a thread has been given a CPU; null: it runs, or it is not known. */
function runsOf({ pid, tid }: { readonly pid: number; readonly tid: number }): number | null {
  try {
    const process = openLiveProcess(pid);
    try {
      const { tids, states, runs } = process.sampler.native.look();
      const at = tids.indexOf(tid);
      return states[at] === LOOK.blocked ? (runs[at] ?? null) : null;
    } finally {
      process.close();
    }
  } catch (error) {
    if (error instanceof PystackError) return null;
    throw error;
  }
}

async function askAll({ shared, holders, allHolders }: Resource): Promise<Holder[]> {
  const claims: Holder[] = [];
  const unread: Holder[] = [];
  let isPlain = true;
  for (const holder of holders) {
    const answers = holder.pid === null ? null : await askedOf(holder.pid, shared ?? '');
    if (answers === null) {
      unread.push(holder);
      continue;
    }
    // A release by another process than took it: what the objects say is not the whole.
    if (answers.some(({ count }) => count < 0)) isPlain = false;
    claims.push(...answers.flatMap(({ claim }) => claim ?? []).map((claim) => ({ ...holder, ...claim })));
  }
  const [only] = claims;
  const isSure = isPlain && unread.length === 0;
  if (only)
    return claims.map((claim) => ({ ...claim, evidence: isSure && claims.length === 1 ? 'exact' : 'probable' }));
  if (!isSure) return unread;
  // One that may not be looked at may have it.
  return [{ ...NOBODY, evidence: allHolders ? 'exact' : 'probable' }];
}

const NOBODY: Holder = {
  tid: null,
  task: null,
  pid: null,
  process: null,
  gone: true,
  evidence: 'exact',
  how: 'owner',
  name: null,
  function: null,
  file: null,
  line: null,
  takenAt: null,
};

interface Told {
  readonly count: number;
  /** Which thread, and where, if it has it. */
  readonly claim: Pick<Holder, 'tid' | 'gone' | 'how' | 'name' | 'function' | 'file' | 'line' | 'takenAt'> | null;
}

/** What the objects of a process for this lock say; null: they could not be found, or not be read. */
async function askedOf(pid: number, shared: string): Promise<Told[] | null> {
  try {
    return await withProcess(
      () => openLiveProcess(pid),
      (process, watch) => askOpen(process, shared, (words) => examineFor(process, words, watch)),
    );
  } catch (error) {
    // It may not be looked at, is no Python, or has ended.
    if (error instanceof PystackError) return null;
    throw error;
  }
}

type Opened = ReturnType<typeof openLiveProcess>;
type Asked = Awaited<ReturnType<typeof examineFor>>;

async function askOpen(
  process: Opened,
  shared: string,
  ask: (words: readonly number[]) => Promise<Asked>,
): Promise<Told[] | null> {
  const mappings = process.mappings();
  const handles = mappings.filter(({ device, inode }) => `process-lock ${device}:${inode}` === shared);
  const places = handles.map(({ start }) => placesOfWord(process.procId, process.memory, mappings, start));
  const words = places.flatMap(({ at }) => at);
  if (words.length === 0) return null;
  const { answers, snapshot } = await ask(words);
  if (answers === null || answers.length === 0 || places.some(({ complete }) => !complete)) return null;
  return answers.map(({ count, holder }) => ({ count, claim: holder && claimOf(holder, snapshot) }));
}

async function examineFor(process: Opened, words: readonly number[], watch: Parameters<typeof examine>[2]) {
  const question = sharedLocksQuestion(words);
  const options = { mode: 'non-blocking', timeBudgetMs: PATIENCE_MS, tasks: false } as const;
  const settings = { ...settleInspectOptions(options), registers: false };
  const { snapshot, captured } = await examine(process, settings, watch, [question]);
  return { answers: known(captured.answers.get(question)), snapshot };
}

function claimOf(
  { tid, gone, how, name, frame, takenAt }: NonNullable<SharedLockAnswer['holder']>,
  { threads }: Snapshot,
): Told['claim'] {
  const frames = threads.find((thread) => thread.tid === tid)?.frames.filter(({ kind }) => kind === 'python') ?? [];
  const place = frame === null ? undefined : frames.at(-1 - frame);
  const at = place?.kind === 'python' ? place : null;
  return {
    tid,
    gone,
    how,
    name,
    function: at?.qualname ?? at?.function ?? null,
    file: at?.file ?? null,
    line: at?.line ?? null,
    takenAt: at === null ? null : takenAt,
  };
}
