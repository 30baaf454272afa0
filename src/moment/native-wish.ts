/** Where native stacks are wanted: of whom beside Python's threads, what does a copy of them lack, and what has been had? */
import type { Address } from '../memory/address.js';
import { EVIDENCE } from '../process/native.js';
import type { CapturedNativeThread, NativeWish } from './captured.js';
import { evidenceName, standingOf } from './frozen-threads.js';
import type { Pass } from './pass.js';
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
export function askForStacks(native: NativeWish | null, pass: Pass, plan: PagePlan): boolean {
  if (!native) return false;
  let asked = false;
  pass.tids.forEach((tid, index) => {
    if (pass.frozen.evidence[index] === EVIDENCE.none) return;
    const state = pass.nativeAt(index);
    const need = state && native.needOf(state);
    if (need && plan.ask(tid, need)) asked = true;
  });
  return asked;
}

/** Those of `otherTids` that are still there. */
export function nativeThreadsOf(pass: Pass): CapturedNativeThread[] {
  const { tids, frozen } = pass;
  const python = new Set(pass.threads.map(({ index }) => index));
  return tids.flatMap((tid, index): CapturedNativeThread[] => {
    const code = frozen.evidence[index] ?? EVIDENCE.none;
    if (!pass.others.has(tid) || python.has(index) || code === EVIDENCE.gone) return [];
    const native = code === EVIDENCE.none ? null : pass.nativeAt(index);
    return [{ look: standingOf(frozen, index), evidence: evidenceName(code), native }];
  });
}
