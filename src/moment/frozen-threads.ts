/** What did a freeze find of each thread? Its columns, decoded: how it is known, where it stood, what unwinding starts from. */

import { EVIDENCE, type FreezeResult, LOOK, type LookResult } from '../process/native.js';
import type { OsLook } from '../process/process.js';
import type { Evidence } from '../snapshot.js';
import type { NativeState } from './captured.js';
import { copiedRanges, type PageCopy } from './frozen-memory.js';
import type { PagePlan } from './plan.js';

/** How it was known which threads stand still; `no-proof`: the kernel does not tell, so all were stopped that could be. */
export function proofOf({ look }: FreezeResult): string {
  return look.method === 'none' ? 'no-proof' : look.method;
}

/** Thread `index` of a look, in words. */
export function osLookAt(look: LookResult, index: number): OsLook {
  const state = look.states[index];
  const blocked = state === LOOK.blocked;
  return {
    tid: look.tids[index] ?? 0,
    running: state === LOOK.running ? true : blocked ? false : null,
    syscall: blocked ? syscallAt(look, index) : null,
    sp: blocked ? (look.sp[index] ?? null) : null,
    pc: blocked ? (look.pc[index] ?? null) : null,
    runs: blocked ? (look.runs[index] ?? null) : null,
  };
}

/**
 * How thread `index` stood when it was copied. Of a stopped one its registers have told: a thread that waits for the GIL is
 * woken every few milliseconds, and is then running without having left its system call.
 */
function standingOf({ look, registers }: FreezeResult, index: number): OsLook {
  return registers[index] ? stoppedLookAt(look, index) : osLookAt(look, index);
}

/** Thread `index`, which stands because it was stopped, in words: it may be in a system call although it does not sleep. */
export function stoppedLookAt(look: LookResult, index: number): OsLook {
  return { ...osLookAt(look, index), syscall: syscallAt(look, index) };
}

function syscallAt(look: LookResult, index: number): OsLook['syscall'] {
  const number = look.syscalls[index] ?? -1;
  if (number < 0) return null;
  // In one piece: there may be thousands.
  const { args } = look;
  const at = index * 6;
  const argument = (n: number) => args[at + n] ?? 0;
  return { number, args: [argument(0), argument(1), argument(2), argument(3), argument(4), argument(5)] };
}

/** One thread as a freeze found it. What is dear to decode is decoded when first asked for. */
export class FrozenThread {
  readonly tid: number;
  readonly evidence: Evidence;
  /** Whether there is no such thread any more. */
  readonly gone: boolean;
  readonly #frozen: FreezeResult;
  /** Its place in the columns of the result. */
  readonly #index: number;
  readonly #copiedBeside: () => NativeState['more'];
  #look: OsLook | undefined;
  #native: NativeState | null | undefined;

  constructor(frozen: FreezeResult, index: number, tid: number, copiedBeside: () => NativeState['more']) {
    this.tid = tid;
    this.evidence = evidenceName(frozen.evidence[index] ?? EVIDENCE.none);
    this.gone = frozen.evidence[index] === EVIDENCE.gone;
    this.#frozen = frozen;
    this.#index = index;
    this.#copiedBeside = copiedBeside;
  }

  get look(): OsLook {
    this.#look ??= standingOf(this.#frozen, this.#index);
    return this.#look;
  }

  /** Null: not asked for, or not to be had of the moment at which it is shown. Always the same object. */
  get native(): NativeState | null {
    if (this.#native === undefined) this.#native = this.evidence === 'none' ? null : this.#readNative();
    return this.#native;
  }

  #readNative(): NativeState | null {
    const { stacks, registers, look } = this.#frozen;
    const stack = stacks[this.#index] ?? null;
    const sp = look.sp[this.#index] ?? 0;
    const pc = look.pc[this.#index] ?? 0;
    if (!stack || sp === 0 || pc === 0) return null;
    return { registers: registers[this.#index] ?? null, sp, pc, stack, more: this.#copiedBeside() };
  }
}

/** The threads of a freeze, by kernel id. `tids`: those that were planned, in the order of the result's columns. */
export function frozenThreads(
  frozen: FreezeResult,
  tids: readonly number[],
  plan: PagePlan,
  copy: PageCopy,
): Map<number, FrozenThread> {
  return new Map(
    tids.map((tid, index) => [tid, new FrozenThread(frozen, index, tid, () => copiedRanges(copy, plan.rangesOf(tid)))]),
  );
}

/** A number of EVIDENCE, in a word. What is gone is not known of any moment. */
function evidenceName(code: number): Evidence {
  switch (code) {
    case EVIDENCE.still:
      return 'still';
    case EVIDENCE.stopped:
      return 'stopped';
    default:
      return 'none';
  }
}
