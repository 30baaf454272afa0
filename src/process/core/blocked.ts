/**
 * In which system call did a thread stand when the core was written?
 *
 * x86-64: the kernel keeps its number beside the registers. `orig_rax` is that number on the way through a call, and -1 where
 * the thread was interrupted in its own code.
 * https://github.com/torvalds/linux/blob/v6.10/arch/x86/entry/entry_64.S#L72-L107
 *
 * AArch64: the number is in x8, always, and a note of its own says whether there is a call. But before a signal is delivered,
 * the one that makes the core among them, the kernel forgets it, and sets the thread back to before the instruction so
 * that the call is made anew, with its arguments as they were. So a thread that stands at that instruction is in its call.
 * https://github.com/torvalds/linux/blob/v6.10/arch/arm64/kernel/signal.c#L1237-L1273
 */
import { toAddress } from '../../memory/address.js';
import { MemoryFault } from '../../memory/reader.js';
import type { Architecture } from '../arch.js';
import type { OsLook } from '../process.js';
import type { CoreThread } from './core-notes.js';
import type { CoreProcess } from './core-process.js';
import { pointerNames } from './registers.js';

/** Where a system call has its number and its arguments, in order. */
export const SYSCALL_REGISTERS = {
  'x86-64': { number: 'orig_rax', args: ['rdi', 'rsi', 'rdx', 'r10', 'r8', 'r9'] },
  aarch64: { number: 'x8', args: ['x0', 'x1', 'x2', 'x3', 'x4', 'x5'] },
} as const satisfies Record<Architecture, { readonly number: string; readonly args: readonly string[] }>;

/** Highest number that a table may reach; `orig_rax` is -1 outside a call. */
const MOST_CALLS = 1024n;
/** `svc #0` */
const SVC = 0xd4000001;

/** null: the core has no such thread. */
export function lookAt(target: CoreProcess, tid: number): OsLook | null {
  const thread = target.thread(tid);
  if (!thread) return null;
  const names = pointerNames(target.machine);
  const register = (name: string) => (target.knowsRegister(tid, name) ? thread.register(name) : null);
  const [sp, pc] = [register(names.sp), register(names.pc)];
  const { number, running } = target.machine === 'aarch64' ? armCall(target, thread, register) : x86Call(register);
  const { args } = SYSCALL_REGISTERS[target.machine];
  return {
    tid,
    running,
    syscall: number === null ? null : { number, args: args.map((name) => Number(register(name) ?? 0n)) },
    sp: sp === null ? null : Number(sp),
    pc: pc === null ? null : Number(pc),
    runs: null,
  };
}

type Register = (name: string) => bigint | null;

/** The call's number; null: none, or none known. */
interface Call {
  readonly number: number | null;
  /** null: not known. */
  readonly running: boolean | null;
}

const UNKNOWN: Call = { number: null, running: null };

function x86Call(register: Register): Call {
  const number = register(SYSCALL_REGISTERS['x86-64'].number);
  if (number === null) return UNKNOWN;
  return number < MOST_CALLS ? { number: Number(number), running: false } : { number: null, running: true };
}

function armCall(target: CoreProcess, { systemCall }: CoreThread, register: Register): Call {
  // The kernel always tells, be it that it forgot; who does not (qemu) sets nobody back either.
  if (systemCall === null) return UNKNOWN;
  if (systemCall >= 0) return { number: systemCall, running: false };
  // Of a thread that was looked at as it was, nothing was forgotten.
  if (target.writtenBy === 'pystack') return { number: null, running: true };
  const [number, pc] = [register(SYSCALL_REGISTERS.aarch64.number), register('pc')];
  if (number === null || pc === null || number >= MOST_CALLS || !isSystemCall(target, Number(pc))) return UNKNOWN;
  return { number: Number(number), running: false };
}

/** Whether the instruction there is one. */
function isSystemCall(target: CoreProcess, pc: number): boolean {
  if (pc % 4 !== 0 || !Number.isSafeInteger(pc)) return false;
  try {
    return target.memory.read(toAddress(pc), 4).getUint32(0, true) === SVC;
  } catch (error) {
    if (error instanceof MemoryFault) return false;
    throw error;
  }
}
