/** What did a freeze find of each thread? Its columns, decoded: how it is known, where it stood, what unwinding starts from. */

import { EVIDENCE, type FreezeResult, LOOK, type LookResult } from '../process/native.js';
import type { OsLook } from '../process/process.js';
import type { Evidence } from '../snapshot.js';
import type { NativeState } from './captured.js';
import { copiedRanges, type PageCopy } from './frozen-memory.js';
import type { PagePlan } from './plan.js';

/** A number of EVIDENCE, in a word. What is gone is not known of any moment. */
export function evidenceName(code: number): Evidence {
  switch (code) {
    case EVIDENCE.still:
      return 'still';
    case EVIDENCE.stopped:
      return 'stopped';
    default:
      return 'none';
  }
}

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
export function standingOf({ look, registers }: FreezeResult, index: number): OsLook {
  const standing = osLookAt(look, index);
  return registers[index] ? { ...standing, syscall: syscallAt(look, index) } : standing;
}

function syscallAt(look: LookResult, index: number): OsLook['syscall'] {
  const number = look.syscalls[index] ?? -1;
  return number >= 0 ? { number, args: [...look.args.subarray(index * 6, index * 6 + 6)] } : null;
}

/**
 * Registers and stack bytes of thread `index` of `tids`, as {@link Pass.nativeAt} gives them: always the same object for the
 * same thread, made when first asked for.
 */
export function nativeStates(
  frozen: FreezeResult,
  tids: readonly number[],
  plan: PagePlan,
  copy: PageCopy,
): (index: number) => NativeState | null {
  const states = new Map<number, NativeState | null>();
  return (index) => {
    let state = states.get(index);
    if (state === undefined) {
      const tid = tids[index];
      state = nativeStateAt(frozen, index, tid === undefined ? [] : copiedRanges(copy, plan.rangesOf(tid)));
      states.set(index, state);
    }
    return state;
  };
}

function nativeStateAt(frozen: FreezeResult, index: number, more: NativeState['more']): NativeState | null {
  const stack = frozen.stacks[index] ?? null;
  const sp = frozen.look.sp[index] ?? 0;
  const pc = frozen.look.pc[index] ?? 0;
  if (!stack || sp === 0 || pc === 0) return null;
  return { registers: frozen.registers[index] ?? null, sp, pc, stack, more };
}
