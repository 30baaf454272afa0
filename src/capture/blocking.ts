/**
 * How is a picture of one instant had? Rehearse, freeze, replay; again with what was missing; and if the target moves on
 * faster than that, walk it while its running threads stand. Threads that stand still are never touched.
 */
import type { PythonRuntime, RuntimeWalk } from '../cpython/runtime.js';
import type { ValueSettings } from '../cpython/values/index.js';
import { CorruptData } from '../memory/reader.js';
import type { Capture, Warning } from '../snapshot.js';
import { EVIDENCE, type NativeProcess } from '../target/native.js';
import type { CapturedProcess, CapturedThread, NativeWish } from './captured.js';
import {
  askForStacks,
  freezeAndReplay,
  isSettled,
  nativeThreadsOf,
  orNull,
  otherTids,
  type Pass,
  standingOf,
} from './pass.js';
import { PagePlan } from './plan.js';
import { type Rehearsal, rehearse, type TidMap } from './rehearse.js';
import { walkStanding } from './standing.js';

export interface BlockingOptions {
  /** null: no native stacks are wanted. */
  readonly native: NativeWish | null;
  /** Longest time threads may be made to stand at a time, ms. */
  readonly maxPauseMs: number;
  /** Whether variables are read, and how; null: not. */
  readonly locals: ValueSettings | null;
  /** Says what is being done. */
  readonly log: (message: string) => void;
}

/** Freezes before the walk is done on standing threads. Four busy threads need two or three. */
const MAX_PASSES = 6;
/** ... and before values that never stand still are left out: no stack is worth less for them. */
const VALUE_PASSES = 4;
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
  const sum = new Sum();
  let pass: Pass | null = null;
  let whole: WholePass | null = null;
  for (let n = 1; n <= MAX_PASSES; n++) {
    const tids = listTids();
    const rehearsal = orNull(() => rehearse(process, python, tids, plan, options.locals));
    if (!rehearsal) continue;
    const before = pass;
    pass = freezeAndReplay(plan, {
      process,
      python,
      listTids,
      tidOf: rehearsal.tidOf,
      mode: 'prove',
      otherTids: otherTids(options.native, tids, rehearsal.tidOf),
      stackBytes: options.native?.stackBytes ?? 0,
      maxRounds: ROUNDS_PER_FREEZE,
      maxPauseMs: options.maxPauseMs,
      locals: options.locals,
    });
    sum.add(pass);
    options.log(describePass(n, rehearsal, pass));
    if (isWhole(pass, before)) {
      whole = pass;
      const lacksStacks = askForStacks(options.native, pass, plan);
      if (!lacksStacks && (!pass.lackedValues || n >= VALUE_PASSES)) break;
      if (lacksStacks) options.log('native stacks need more than was copied');
    }
    if (pass.frozen.overPause) break;
  }
  if (whole) return finish(process, whole, sum, true);
  options.log('the target moves faster than it is copied: walking it while its running threads stand');
  const standing = pass?.frozen.overPause ? null : walkStanding(process, python, listTids, options);
  if (standing) return { ...standing, capture: sum.withStop(standing.capture) };
  if (pass && hasRuntime(pass)) return finish(process, pass, sum, false);
  throw new CorruptData('the interpreter changed its structures faster than they could be read');
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
      (thread) => (thread.index === null || thread.gone || thread.evidence !== 'none') && isSettled(thread, before),
    )
  );
}

/** Threads that the interpreter does not know and nobody may stop (the kernel's own workers) do not spoil the rest. */
function isOfOneInstant({ frozen, tids, others }: Pass): boolean {
  if (frozen.simultaneous) return true;
  const refused = new Set(frozen.refused.map(({ tid }) => tid));
  const excused = (tid: number) => others.has(tid) && refused.has(tid);
  return !frozen.overPause && tids.every((tid, i) => frozen.evidence[i] !== EVIDENCE.none || excused(tid));
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

/** What all freezes together cost the target. */
class Sum {
  readonly stopped = new Set<number>();
  readonly methods = new Set<string>();
  pauseMs = 0;
  rounds = 0;

  add({ frozen }: Pass): void {
    for (const tid of frozen.stoppedTids) this.stopped.add(tid);
    this.pauseMs = Math.max(this.pauseMs, frozen.pauseMs);
    this.rounds += frozen.rounds;
    this.methods.add(frozen.look.method);
  }

  /** This sum and what the walk over standing threads cost. */
  withStop(stop: Capture): Capture {
    return {
      ...stop,
      pauseMs: Math.max(this.pauseMs, stop.pauseMs),
      stoppedThreads: Math.max(this.stopped.size, stop.stoppedThreads),
      rounds: this.rounds + stop.rounds,
    };
  }

  capture(process: NativeProcess, simultaneous: boolean): Capture {
    return {
      mode: 'blocking',
      pauseMs: this.pauseMs,
      stoppedThreads: this.stopped.size,
      rounds: this.rounds,
      simultaneous,
      methods: [...this.methods, process.readMethod],
    };
  }
}

function finish(process: NativeProcess, pass: WholePass, sum: Sum, whole: boolean): CapturedProcess {
  const { frozen, runtime } = pass;
  const threads = pass.threads.map(
    (thread): CapturedThread => ({
      walk: thread.walk,
      memory: pass.memory,
      runtime,
      tid: thread.tid,
      terminated: thread.gone,
      settled: whole || !(thread.unowned || thread.gone),
      evidence: thread.missing ? 'none' : thread.evidence,
      movingFrames: 0,
      look: thread.index === null ? null : standingOf(frozen, thread.index),
      native: thread.index === null || thread.evidence === 'none' ? null : pass.nativeAt(thread.index),
    }),
  );
  const warnings: Warning[] = frozen.refused.map(({ tid, why }) => ({
    code: 'not-stoppable',
    tid,
    message: `thread ${tid} could not be stopped (${why})`,
  }));
  if (pass.lackedValues) {
    warnings.push({ code: 'value-unreadable', message: 'some values changed faster than they could be copied' });
  }
  if (frozen.overPause) {
    warnings.push({ code: 'max-pause-exceeded', message: 'copying was cut short by --max-pause' });
  }
  const { memory } = pass;
  const capture = sum.capture(process, whole);
  return { memory, runtime, threads, nativeThreads: nativeThreadsOf(pass), capture, warnings };
}
