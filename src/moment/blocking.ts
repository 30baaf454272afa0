/**
 * How is a picture of one instant had? Rehearse, freeze, replay; again with what was missing; and if the target moves on
 * faster than that, walk it while its running threads stand. Threads that stand still are never touched; what must not be
 * stopped, or not for so long, is read as it is without.
 */

import { EVIDENCE, type NativeProcess } from '../process/native.js';
import type { PythonRuntime } from '../python/python.js';
import type { RuntimeWalk } from '../python/runtime.js';
import { Answers } from '../questions/answers.js';
import type { CopiedQuestion } from '../questions/question.js';
import { sleep } from '../sleep.js';
import type { Warning } from '../snapshot.js';
import type { CapturedProcess, CapturedThread, NativeWish } from './captured.js';
import { Cost } from './cost.js';
import type { PageCopy } from './frozen-memory.js';
import type { FrozenThread } from './frozen-threads.js';
import { hindranceOf, isRefused, notStoppable } from './hindrance.js';
import type { KnownStacks } from './known-stacks.js';
import { askForStacks, nativeThreadsOf, otherTids } from './native-wish.js';
import { captureNonBlocking } from './non-blocking.js';
import { freezeAndReplay } from './pass.js';
import type { Pass, PassThread } from './pass-result.js';
import { PagePlan } from './plan.js';
import { type Rehearsal, rehearse, type TidMap } from './rehearse.js';
import { isCertain, isSettled } from './same-stack.js';
import { walkStanding } from './standing.js';
import { orNull } from './unreadable.js';

export interface BlockingOptions {
  /** null: no native stacks are wanted. */
  readonly native: NativeWish | null;
  /** Longest time threads may be made to stand at a time, ms. */
  readonly maxPauseMs: number;
  /** How long threads that cannot be stopped are tried again, ms. */
  readonly timeBudgetMs: number;
  /** What is asked of each thread beside its stack. */
  readonly questions: readonly CopiedQuestion<unknown>[];
  /** What is known of an earlier look. */
  readonly known: KnownStacks;
  /** Says what is being done. */
  readonly log: (message: string) => void;
}

/** Freezes before the walk is done on standing threads. Four busy threads need two or three. */
const MAX_PASSES = 6;
/** ... and before values that never stand still are left out: no stack is worth less for them. */
const VALUE_PASSES = 4;
/** For a thread to come to run, ms; longer each time. */
const RUN_ON_MS = 2;
/** Rounds within one freeze: threads that woke while the others stood are looked at again. */
const ROUNDS_PER_FREEZE = 8;

/** `listTids` lists the target's threads as they are now: inner id -> id as seen from here. */
export function captureBlocking(
  process: NativeProcess,
  python: PythonRuntime,
  listTids: () => TidMap,
  options: BlockingOptions,
): CapturedProcess {
  const plan = new PagePlan();
  const cost = new Cost();
  let pass: Pass | null = null;
  let whole: WholePass | null = null;
  for (let n = 1; n <= MAX_PASSES; n++) {
    const tids = listTids();
    const rehearsal = orNull(() => rehearse(process, python, tids, plan, options));
    if (!rehearsal) continue;
    const before = pass;
    pass = freezeAndReplay(plan, {
      process,
      python,
      listTids,
      rehearsal,
      mode: 'prove',
      otherTids: otherTids(options.native, tids, rehearsal.tidOf),
      stackBytes: options.native?.stackBytes ?? 0,
      maxRounds: ROUNDS_PER_FREEZE,
      maxPauseMs: options.maxPauseMs,
      questions: options.questions,
    });
    cost.add(pass);
    options.log(describePass(n, rehearsal, pass));
    if (isWhole(pass, before)) {
      whole = pass;
      const lacksStacks = askForStacks(options.native, pass, plan);
      const isCaught = n < MAX_PASSES && pass.threads.some(isCaughtInChange);
      if (!lacksStacks && !isCaught && (!pass.lackedValues || n >= VALUE_PASSES)) break;
      if (isCaught) sleep(n * RUN_ON_MS);
      if (lacksStacks) options.log('native stacks need more than was copied');
    }
    if (pass.frozen.overPause || (n > 1 && pass.threads.some(isRefused(pass)))) break;
  }
  if (whole) return finish(process, whole, cost);
  let hindrance = pass && hindranceOf(pass, options.maxPauseMs);
  if (!hindrance) {
    options.log('the target moves faster than it is copied: walking it while its running threads stand');
    const standing = walkStanding(process, python, listTids, options);
    if (standing) cost.addStop(standing.capture);
    hindrance = standing?.warnings[0] ?? null;
    if (standing && !hindrance) return { ...standing, capture: cost.with(standing.capture, process) };
  }
  options.log(`${hindrance?.message ?? 'its threads could not be stopped'}: reading it without a stop`);
  // Whatever is left out then says so itself.
  const found = captureNonBlocking(process, python, listTids, options);
  const warnings = hindrance ? [hindrance, ...found.warnings] : found.warnings;
  return { ...found, capture: cost.with({ ...found.capture, mode: 'blocking' }, process), warnings };
}

/**
 * Whether a thread that runs stands where its chain of frames is being changed. It was stopped there twice alike: it got no CPU
 * in between, and will have come past it once it gets one.
 */
function isCaughtInChange(thread: PassThread): boolean {
  return thread.evidence === 'stopped' && !isCertain(thread);
}

type WholePass = Pass & { readonly runtime: RuntimeWalk };

function hasRuntime(pass: Pass): pass is WholePass {
  return pass.runtime !== null;
}

/** Nothing was missing and every thread is known to be of the one instant. */
function isWhole(pass: Pass, before: Pass | null): pass is WholePass {
  return (
    !pass.missing &&
    hasRuntime(pass) &&
    pass.runtime.problems.length === 0 &&
    isOfOneInstant(pass) &&
    pass.threads.every(
      (thread) => (thread.frozen === null || thread.gone || thread.evidence !== 'none') && isSettled(thread, before),
    )
  );
}

/** Threads that the interpreter does not know and nobody may stop (the kernel's own workers) do not spoil the rest. */
function isOfOneInstant({ frozen, frozenThreads, others }: Pass): boolean {
  if (frozen.simultaneous) return true;
  const refused = new Set(frozen.refused.map(({ tid }) => tid));
  const excused = (tid: number) => others.has(tid) && refused.has(tid);
  const isKnown = ({ tid, evidence, gone }: FrozenThread) => evidence !== 'none' || gone || excused(tid);
  return !frozen.overPause && [...frozenThreads.values()].every(isKnown);
}

function describePass(n: number, rehearsal: Rehearsal, pass: Pass): string {
  const { frozen } = pass;
  const count = (code: number) => frozen.evidence.filter((evidence) => evidence === code).length;
  return (
    `freeze ${n}: ${rehearsal.threads.length} Python threads, ${frozen.ok.length} pages, ` +
    `${count(EVIDENCE.still)} proven still, ${count(EVIDENCE.stopped)} stopped for ${frozen.pauseMs.toFixed(3)} ms, ` +
    `${frozen.rounds} round(s)${frozen.simultaneous ? '' : ', not of one instant'}` +
    `${pass.missing ? ', replay lacked pages' : ''}${pass.lackedValues ? ', values lacked pages' : ''}`
  );
}

function finish(process: NativeProcess, pass: WholePass, cost: Cost): CapturedProcess {
  const { runtime } = pass;
  const threads = pass.threads.map(
    (thread): CapturedThread => ({
      walk: thread.walk,
      answers: new Answers(),
      memory: pass.memory,
      runtime,
      tid: thread.tid,
      terminated: thread.gone,
      settled: true,
      evidence: thread.missing ? 'none' : thread.evidence,
      movingFrames: 0,
      look: thread.frozen?.look ?? null,
      native: thread.frozen?.native ?? null,
    }),
  );
  const refusal = notStoppable(pass);
  const warnings: Warning[] = refusal ? [refusal] : [];
  if (pass.lackedValues) {
    warnings.push({ code: 'value-unreadable', message: 'some values changed faster than they could be copied' });
  }
  const { memory } = pass;
  const capture = cost.capture(process);
  const nativeThreads = nativeThreadsOf(pass);
  const answers = new Answers();
  return {
    memory,
    wholeCopy: wholeCopyOf(pass),
    beside: [],
    answers,
    runtime,
    threads,
    nativeThreads,
    capture,
    warnings,
  };
}

/**
 * In one round all threads are looked at, then all is copied, then it is checked that none has run: where all are proven so,
 * each page was copied while everybody stood. (In another round a page of one is copied before another is looked at again.)
 */
function wholeCopyOf({ frozen, copy }: Pass): PageCopy | null {
  return frozen.rounds === 1 && frozen.evidence.every((evidence) => evidence === EVIDENCE.still) ? copy : null;
}
