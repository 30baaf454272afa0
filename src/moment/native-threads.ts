/**
 * How are native stacks had of a process in which no Python is known? No structure has to be walked: every thread is
 * copied as it stands, or stopped, and once more where its stack leads out of what was copied.
 */
import type { NativeProcess } from '../process/native.js';
import type { Process } from '../process/process.js';
import { Answers } from '../questions/answers.js';
import type { Capture } from '../snapshot.js';
import { type CapturedNativeThread, type NativeWish, notLookedAt } from './captured.js';
import { Cost } from './cost.js';
import { PageCopy } from './frozen-memory.js';
import { type FrozenThread, frozenThreads } from './frozen-threads.js';
import type { MomentOptions } from './moment.js';
import { askForStacks } from './native-wish.js';
import { PagePlan } from './plan.js';
import { CORE_CAPTURE } from './static.js';

export interface NativeThreads {
  readonly threads: readonly CapturedNativeThread[];
  readonly capture: Capture;
}

export type NativeThreadsOptions = Pick<MomentOptions, 'mode' | 'maxPauseMs'> & {
  readonly native: Omit<NativeWish, 'allThreads'>;
};

/** Deep stacks are copied piece by piece; of 512 MiB no more is. */
const MAX_PASSES = 16;
/** Looks within one freeze at who moves. */
const ROUNDS_PER_FREEZE = 8;

/** All threads of `process`. Throws what reading throws when it is gone. */
export function nativeThreadsOnly(process: Process, options: NativeThreadsOptions): NativeThreads {
  const { sampler } = process;
  return sampler ? ofMoving(sampler.native, () => [...sampler.tids().values()], options) : ofStill(process);
}

function ofStill(process: Process): NativeThreads {
  const recorded = process.postMortem();
  const threads = process.threads().map(({ tid }): CapturedNativeThread => {
    const look = recorded?.lookAt(tid) ?? notLookedAt(tid);
    return { look, answers: new Answers(), evidence: 'stopped', native: null };
  });
  return { threads, capture: CORE_CAPTURE };
}

function ofMoving(
  process: NativeProcess,
  listTids: () => readonly number[],
  { mode, native, maxPauseMs }: NativeThreadsOptions,
): NativeThreads {
  const plan = new PagePlan();
  const cost = new Cost();
  const best = new Map<number, FrozenThread>();
  let simultaneous = false;
  for (let n = 1; n <= MAX_PASSES; n++) {
    const tids = listTids();
    const freezePlan = plan.freezePlan(tids, {
      mode: mode === 'blocking' ? 'prove' : 'no-stop',
      stackBytes: native.stackBytes,
      maxRounds: ROUNDS_PER_FREEZE,
      maxPauseMs,
    });
    const frozen = process.freeze(freezePlan);
    const copy = new PageCopy(freezePlan.indexOf, frozen.bytes, frozen.ok);
    const frozenNow = frozenThreads(frozen, tids, plan, copy);
    cost.add({ frozen });
    simultaneous = frozen.simultaneous;
    const there = new Set<number>();
    for (const [tid, thread] of frozenNow) {
      if (thread.gone) continue;
      there.add(tid);
      // What was copied while it stood is worth more than that it moves now.
      if (thread.evidence !== 'none' || !best.has(tid)) best.set(tid, thread);
    }
    for (const tid of best.keys()) if (!there.has(tid)) best.delete(tid);
    if (frozen.overPause || !askForStacks(native, { frozenThreads: frozenNow }, plan)) break;
  }
  const threads = [...best.values()].map(({ look, evidence, native }) => ({
    look,
    answers: new Answers(),
    evidence,
    native,
  }));
  const capture = cost.capture(process);
  return { threads, capture: { ...capture, mode, simultaneous } };
}
