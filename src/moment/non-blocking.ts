/**
 * How is it done without stopping anything? The same freeze without the stop proves the threads that stand still; those
 * on the move are tried again within a time budget, since sooner or later they wait for the GIL or for I/O. A thread
 * that never does is shown as far as two consecutive copies of it agree, and says so.
 */

import { CorruptData } from '../memory/reader.js';
import type { NativeProcess } from '../process/native.js';
import type { PythonRuntime } from '../python/python.js';
import type { RuntimeWalk } from '../python/runtime.js';
import { Answers } from '../questions/answers.js';
import type { CopiedQuestion } from '../questions/question.js';
import { sleep } from '../sleep.js';
import type { Warning } from '../snapshot.js';
import type { CapturedNativeThread, CapturedProcess, CapturedThread, CopiedMemory, NativeWish } from './captured.js';
import { proofOf } from './frozen-threads.js';
import type { KnownStacks } from './known-stacks.js';
import { captured, follow, type Moving } from './moving.js';
import { askForStacks, nativeThreadsOf, otherTids } from './native-wish.js';
import { freezeAndReplay } from './pass.js';
import type { Pass, PassThread } from './pass-result.js';
import { PagePlan } from './plan.js';
import { type Rehearsal, rehearse, type TidMap } from './rehearse.js';
import { isSettled, keyOf } from './same-stack.js';
import { orNull } from './unreadable.js';
import type { ThreadWalk } from './walker.js';

export interface NonBlockingOptions {
  /** null: no native stacks are wanted. */
  readonly native: NativeWish | null;
  /** How long threads on the move are tried again, ms. */
  readonly timeBudgetMs: number;
  /** What is asked of each thread beside its stack. */
  readonly questions: readonly CopiedQuestion<unknown>[];
  /** What is known of an earlier look. */
  readonly known: KnownStacks;
  readonly log: (message: string) => void;
}

/** Between two tries: long enough for a thread to come to its next wait, short enough for hundreds of tries. */
const PAUSE_BETWEEN_TRIES_MS = 0.5;
/** Looks within one pass at those that are on the move: far cheaper than another pass. */
const ROUNDS_PER_PASS = 3;
/** On a machine that lets us run only now and then, these are made beyond the budget, ... */
const USUAL_PASSES = 16;
/** ... and a list of threads that does not end early is tried for, but for no longer than this, ms. */
const MOST_MS_BEYOND_BUDGET = 1000;
/** Passes that are made whatever the budget: agreement needs two copies. */
const LEAST_PASSES = 3;

export function captureNonBlocking(
  process: NativeProcess,
  python: PythonRuntime,
  listTids: () => TidMap,
  options: NonBlockingOptions,
): CapturedProcess {
  const deadline = performance.now() + options.timeBudgetMs;
  const lastDeadline = deadline + MOST_MS_BEYOND_BUDGET;
  const plan = new PagePlan();
  const proven = new Map<string, CapturedThread>();
  const others = new Map<number, CapturedNativeThread>();
  let moving = new Map<string, Moving>();
  let last: Pass | null = null;
  let best: Picture | null = null;
  let partial: Picture | null = null;
  let passes = 0;
  let rounds = 0;
  let simultaneous = false;
  const methods = new Set<string>();
  const triesAreLeft = () => {
    const now = performance.now();
    if (passes < LEAST_PASSES || now < deadline) return true;
    return now < lastDeadline && (!best || passes < USUAL_PASSES);
  };
  while (triesAreLeft()) {
    passes++;
    const tids = listTids();
    const rehearsal = orNull(() => rehearse(process, python, tids, plan, options));
    if (!rehearsal) {
      sleep(PAUSE_BETWEEN_TRIES_MS);
      continue;
    }
    const before = last;
    last = freezeAndReplay(plan, {
      process,
      python,
      listTids,
      rehearsal,
      mode: 'no-stop',
      otherTids: otherTids(options.native, tids, rehearsal.tidOf),
      stackBytes: options.native?.stackBytes ?? 0,
      maxRounds: ROUNDS_PER_PASS,
      maxPauseMs: 1, // nothing is stopped
      questions: options.questions,
    });
    rounds += last.frozen.rounds;
    methods.add(proofOf(last.frozen));
    const { runtime } = last;
    if (!runtime) continue;
    const rehearsed = walksByKey(rehearsal, last);
    const now = new Map<string, Moving>();
    let provenNow = 0;
    for (const thread of last.threads) {
      const key = keyOf(thread.walk.state);
      if (isProven(thread, before)) {
        provenNow++;
        proven.set(key, captured(thread, runtime, last, { evidence: thread.evidence, movingFrames: 0, settled: true }));
      } else {
        now.set(key, follow(moving.get(key), rehearsed.get(key), thread, runtime, last));
      }
    }
    moving = now;
    for (const thread of nativeThreadsOf(last)) {
      const { tid } = thread.look;
      // What was copied while it stood is worth more than that it moves now.
      if (thread.evidence !== 'none' || !others.has(tid)) others.set(tid, thread);
    }
    simultaneous = provenNow === last.threads.length && !last.missing && last.frozen.simultaneous;
    const picture = pictureOf(last, runtime, proven, moving);
    // A list that ends early was changed while it was read; if it always does, the longest such has to do.
    if (runtime.problems.length > 0) {
      if (!partial || picture.threads.length > partial.threads.length) partial = picture;
      continue;
    }
    if (!best || picture.inDoubt <= best.inDoubt) best = picture;
    // Deep stacks are copied whole by another pass.
    if (askForStacks(options.native, last, plan)) continue;
    if (last.lackedValues && passes < LEAST_PASSES) continue;
    if ([...last.others].some((tid) => others.get(tid)?.evidence === 'none')) {
      sleep(PAUSE_BETWEEN_TRIES_MS);
      continue;
    }
    if (simultaneous) break;
    // A list of which nothing was missing is right; those in it that were proven earlier stay proven.
    if (picture.inDoubt === 0) break;
    sleep(PAUSE_BETWEEN_TRIES_MS);
  }
  const found = best ?? partial;
  if (!last || !found) {
    throw new CorruptData('the interpreter changed its structures faster than they could be read');
  }
  options.log(`${passes} passes without a stop: ${found.threads.length} threads, ${found.inDoubt} not proven`);
  return {
    memory: found.memory,
    beside: [],
    answers: new Answers(),
    runtime: found.runtime,
    threads: found.threads,
    nativeThreads: [...others.values()].filter(({ look }) => last.others.has(look.tid)),
    capture: {
      mode: 'non-blocking',
      pauseMs: 0,
      stoppedThreads: 0,
      rounds,
      simultaneous,
      methods: [...methods, 'without-stopping', process.readMethod],
    },
    warnings: last.readObjects ? warningsOfValues(last, simultaneous) : [],
  };
}

/** What was rehearsed of each thread; of one whose stack was known from an earlier look and is not, nothing was. */
function walksByKey({ threads }: Rehearsal, { outdated }: Pass): Map<string, ThreadWalk> {
  const walks = new Map(threads.map((walk) => [keyOf(walk.state), walk]));
  for (const key of outdated) walks.delete(key);
  return walks;
}

/** The threads listed at one time, each as well as it is known by then. */
interface Picture {
  readonly runtime: RuntimeWalk;
  readonly memory: CopiedMemory;
  readonly threads: readonly CapturedThread[];
  /** Threads that are not proven; infinite where the list itself is in doubt. */
  readonly inDoubt: number;
}

function pictureOf(
  pass: Pass,
  runtime: RuntimeWalk,
  proven: ReadonlyMap<string, CapturedThread>,
  moving: ReadonlyMap<string, Moving>,
): Picture {
  const threads: CapturedThread[] = [];
  let unproven = 0;
  for (const state of runtime.threadStates) {
    const known = proven.get(keyOf(state));
    const thread = known ?? moving.get(keyOf(state))?.best();
    if (thread) threads.push(thread);
    if (!known) unproven++;
  }
  const listInDoubt = pass.missingShared || runtime.problems.length > 0;
  return { runtime, memory: pass.memory, threads, inDoubt: listInDoubt ? Number.POSITIVE_INFINITY : unproven };
}

/** Objects belong to all threads: one that runs may change what another one's variables hold. */
function warningsOfValues({ lackedValues }: Pass, simultaneous: boolean): Warning[] {
  if (!simultaneous) {
    return [{ code: 'not-simultaneous', message: 'values of variables may have changed while they were copied' }];
  }
  if (!lackedValues) return [];
  return [{ code: 'value-unreadable', message: 'some values changed faster than they could be copied' }];
}

/** Not run while copied, nothing missing. What no thread runs cannot change: two copies that agree are proof enough. */
function isProven(thread: PassThread, before: Pass | null): boolean {
  if (thread.missing) return false;
  return (thread.tid === null || thread.gone || thread.evidence !== 'none') && isSettled(thread, before);
}
