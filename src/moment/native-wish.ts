/** Where native stacks are wanted: of whom beside Python's threads, what does a copy of them lack, and what has been had? */
import type { Address } from '../memory/address.js';
import { Answers } from '../questions/answers.js';
import type { CapturedNativeThread, NativeWish } from './captured.js';
import type { Pass } from './pass-result.js';
import type { PagePlan } from './plan.js';
import type { TidMap } from './rehearse.js';

/** The threads that no thread state is of, where native stacks of all are wanted. */
export function otherTids(
  native: NativeWish | null,
  tids: TidMap,
  tidOf: ReadonlyMap<Address, number | null>,
): readonly number[] {
  if (!native?.allThreads) return [];
  const known = new Set(tidOf.values());
  return [...tids.values()].filter((tid) => !known.has(tid));
}

/**
 * Plans for what the native stacks of a freeze lack: of those threads of which the copy is right. Whether there is
 * anything to be had by another freeze.
 */
export function askForStacks(
  native: Pick<NativeWish, 'needOf'> | null,
  pass: Pick<Pass, 'frozenThreads'>,
  plan: PagePlan,
): boolean {
  if (!native) return false;
  let asked = false;
  for (const { tid, native: state } of pass.frozenThreads.values()) {
    const need = state && native.needOf(state);
    if (need && plan.ask(tid, need)) asked = true;
  }
  return asked;
}

/** Those of `otherTids` that are still there. */
export function nativeThreadsOf(pass: Pass): CapturedNativeThread[] {
  if (pass.others.size === 0) return [];
  const python = new Set(pass.threads.map(({ frozen }) => frozen));
  return [...pass.others].flatMap((tid): CapturedNativeThread[] => {
    const thread = pass.frozenThreads.get(tid);
    if (thread === undefined || python.has(thread) || thread.gone) return [];
    return [{ look: thread.look, answers: new Answers(), evidence: thread.evidence, native: thread.native }];
  });
}
