/**
 * In which system call did a thread stand when the core was written? The kernel keeps its number beside the registers:
 * `orig_rax` is that number on the way through a call, and -1 where the thread was interrupted in its own code.
 * https://github.com/torvalds/linux/blob/v6.10/arch/x86/entry/entry_64.S#L72-L107
 */
import type { OsLook } from '../process.js';
import type { CoreProcess } from './core-process.js';
import { pointerNames } from './registers.js';

/** The arguments of a system call, in order. */
export const SYSCALL_REGISTERS = ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'] as const;
/** Highest number the x86-64 table may reach; `orig_rax` is -1 outside a call. */
const MOST_CALLS = 1024n;

/** null: the core has no such thread, or it is of a machine that keeps no such number (AArch64 has it in x8, always). */
export function lookAt(target: CoreProcess, tid: number): OsLook | null {
  const thread = target.thread(tid);
  if (!thread || target.machine !== 'x86-64') return null;
  const names = pointerNames(target.machine);
  const register = (name: string) => (target.knowsRegister(tid, name) ? thread.register(name) : null);
  const [number, sp, pc] = [register('orig_rax'), register(names.sp), register(names.pc)];
  const inCall = number !== null && number < MOST_CALLS;
  return {
    tid,
    running: number === null ? null : !inCall,
    syscall: inCall
      ? { number: Number(number), args: SYSCALL_REGISTERS.map((name) => Number(register(name) ?? 0n)) }
      : null,
    sp: sp === null ? null : Number(sp),
    pc: pc === null ? null : Number(pc),
    runs: null,
  };
}
