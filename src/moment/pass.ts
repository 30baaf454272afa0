/**
 * One freeze and its replay: the unit that both ways of capturing, blocking or not, repeat until nothing is missing.
 */

import type { Address } from '../memory/address.js';
import type { PageSet } from '../memory/pages.js';
import type { MemoryReader } from '../memory/reader.js';
import type { FreezePlan, NativeProcess } from '../process/native.js';
import { Python, type PythonRuntime } from '../python/python.js';
import type { RuntimeWalk, ThreadStateWalk } from '../python/runtime.js';
import type { CopiedQuestion } from '../questions/question.js';
import { attribute, ReadLog } from './attribution.js';
import { FrozenMemory, PageCopy } from './frozen-memory.js';
import { type FrozenThread, frozenThreads } from './frozen-threads.js';
import type { Pass, PassThread } from './pass-result.js';
import type { PagePlan } from './plan.js';
import { type Rehearsal, type TidMap, tidsOf } from './rehearse.js';
import { keyOf } from './same-stack.js';
import { type SharedWalk, Unchanged } from './unchanged.js';
import { orNull } from './unreadable.js';
import { Validity } from './validity.js';
import { Walk } from './walker.js';

export interface PassOptions extends Pick<FreezePlan, 'mode' | 'stackBytes' | 'maxRounds' | 'maxPauseMs'> {
  readonly process: NativeProcess;
  readonly python: PythonRuntime;
  /** The target's threads as they are now. */
  readonly listTids: () => TidMap;
  /** Which thread states' threads to prove or stop, and what was found of them, by the plan's last rehearsal. */
  readonly rehearsal: Rehearsal;
  /** What is asked of each thread beside its stack. */
  readonly questions: readonly CopiedQuestion<unknown>[];
  /** Threads that no thread state is of, to be frozen as well. */
  readonly otherTids: readonly number[];
}

/** Freezes, lets go, replays; adds what was missing to `plan` for the next time. */
export function freezeAndReplay(plan: PagePlan, options: PassOptions): Pass {
  const { process, python, rehearsal } = options;
  const planned = [...distinctTids(rehearsal.tidOf), ...options.otherTids];
  const freezePlan = plan.freezePlan(planned, options);
  const frozen = process.freeze(freezePlan);
  const copy = new PageCopy(freezePlan.indexOf, frozen.bytes, frozen.ok);
  const memory = new FrozenMemory(copy);
  // Read off the plan as it was for this freeze; what turns out to lack is added for the next one only.
  const threadsByTid = frozenThreads(frozen, planned, plan, copy);
  const valid = new Validity(plan, threadsByTid.values(), memory.missing);
  // Any thread may write to any object: only pages of the moment at which all stood tell what is in them.
  const objects = new FrozenMemory(copy, (page) => valid.has(null, page));
  const common = {
    frozen,
    copy,
    memory: { frames: memory, objects },
    frozenThreads: threadsByTid,
    others: new Set(options.otherTids),
    readObjects: (rehearsal.objects?.pages.size ?? 0) > 0,
  };
  const unchanged = new Unchanged(rehearsal, plan, (page) => copy.bytesOf(page));
  const shared = unchanged.shared ?? orNull(() => readShared(python, memory));
  if (!shared) {
    for (const page of memory.missing) plan.shared.add(page);
    return {
      ...common,
      runtime: null,
      threads: [],
      outdated: new Set(),
      missing: true,
      missingShared: true,
      lackedValues: false,
    };
  }
  const { reads } = shared;
  const wanted: { tid: number | null; page: number }[] = [];
  const tidOf = tidsNow(options, shared.runtime.threadStates);
  const runtime = withLacking(shared.runtime, rehearsal, threadsByTid);
  attribute(reads, runtime.threadStates, python.layout.PyThreadState.sizeof, tidOf, (tid, page) => {
    if (!valid.has(tid, page)) wanted.push({ tid, page });
  });
  const walk = new Walk(new Python(python, memory), options.questions, new Python(python, objects));
  const missingShared = wanted.length > 0;
  let missing = missingShared;
  const outdated = new Set<string>();
  const threads = runtime.threadStates.map((state): PassThread => {
    const tid = tidOf.get(state.address) ?? null;
    const frozenThread = tid === null ? null : (threadsByTid.get(tid) ?? null);
    // A thread that nobody planned for has been born since: what is in the copy of it is of no known time.
    const unplanned = !rehearsal.tidOf.has(state.address) || (tid !== null && frozenThread === null);
    const touched: PageSet = new Set();
    memory.recordInto(touched);
    const isOutdated = rehearsal.known.isOutdated(state, frozenThread);
    if (isOutdated) outdated.add(keyOf(state));
    const known = rehearsal.known.stackOf(state, tid);
    const before = isOutdated ? null : unchanged.walkOf(state, tid);
    const stack = known ?? before?.stack ?? null;
    const thread = before && unchanged.objects ? before : stack ? walk.askAgain(state, stack) : walk.thread(state);
    const lacks = !valid.hasAll(tid, touched);
    if (lacks) for (const page of touched) wanted.push({ tid, page });
    if (lacks || unplanned || isOutdated) missing = true;
    return {
      walk: thread,
      tid,
      frozen: frozenThread,
      evidence: frozenThread?.evidence ?? 'none',
      gone: frozenThread?.gone ?? false,
      missing: lacks || unplanned || isOutdated,
      unowned: tid === null && thread.stack.frames.length > 0,
    };
  });
  for (const { tid, page } of wanted) plan.pagesOf(tid).add(page);
  for (const page of objects.missing) plan.shared.add(page);
  return { ...common, runtime, threads, outdated, missing, missingShared, lackedValues: objects.missing.size > 0 };
}

/** One may be ending: it leaves the list a moment before it is gone. */
const MAY_LACK = 1;

/**
 * The runtime, with a problem where its list lacks threads that were in it a moment ago and are there. A link of the list lies
 * in the state of a thread, which may have ended since: then nothing proves of what moment the link is, and in memory that
 * is another's by now the list ends.
 */
export function withLacking(
  runtime: RuntimeWalk,
  { tidOf }: Pick<Rehearsal, 'tidOf'>,
  frozen: ReadonlyMap<number, Pick<FrozenThread, 'gone'>>,
): RuntimeWalk {
  const shown = new Set(runtime.threadStates.map(({ address }) => address));
  const lacking = [...tidOf].filter(([state, tid]) => {
    return tid !== null && !shown.has(state) && frozen.get(tid)?.gone === false;
  });
  if (lacking.length <= MAY_LACK) return runtime;
  const problem = `the thread states end early: ${lacking.length} threads that are there are not among them`;
  return { ...runtime, problems: [...runtime.problems, problem] };
}

function readShared(python: PythonRuntime, memory: MemoryReader): SharedWalk {
  const log = new ReadLog(memory);
  return { runtime: new Walk(new Python(python, log)).shared(), reads: log.reads };
}

export function distinctTids(tidOf: ReadonlyMap<Address, number | null>): number[] {
  return [...new Set([...tidOf.values()].filter((tid) => tid !== null))];
}

/**
 * Which thread a state belongs to, as planned. Asked again for those that had none then: one that has got its thread
 * since was not stopped, nor proven still.
 */
function tidsNow(options: PassOptions, states: readonly ThreadStateWalk[]): ReadonlyMap<Address, number | null> {
  const {
    process,
    rehearsal: { tidOf },
  } = options;
  const unbound = states.filter(({ address }) => (tidOf.get(address) ?? null) === null);
  if (unbound.length === 0) return tidOf;
  return new Map([...tidOf, ...tidsOf(process, unbound, options.listTids())]);
}
