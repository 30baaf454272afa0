/**
 * Which registers of a thread are known? All of one that was stopped with its native stack; of one that stood still, what
 * the kernel tells of it: where it stands, and the system call it is in with its arguments.
 */
import type { NativeState } from '../moment/captured.js';
import type { Architecture } from '../process/arch.js';
import { pointerNames, registerNames, SYSCALL_REGISTERS } from '../process/core/index.js';
import type { OsLook } from '../process/process.js';

/** A register with all bits set: `orig_rax` outside of a system call. */
const NO_CALL = 0xffff_ffff_ffff_ffffn;

/** By name; what is not known is left out. */
export function registersOf(
  machine: Architecture,
  look: OsLook | null,
  native: NativeState | null,
): Map<string, bigint> {
  const names = registerNames(machine);
  const registers = new Map<string, bigint>();
  if (native?.registers) {
    names.forEach((name, i) => {
      const value = native.registers?.[i];
      if (value !== undefined) registers.set(name, value);
    });
  }
  const set = (name: string, value: number | null) => {
    if (value !== null && !registers.has(name)) registers.set(name, unsigned(value));
  };
  const { sp, pc } = pointerNames(machine);
  set(sp, native?.sp ?? look?.sp ?? null);
  set(pc, native?.pc ?? look?.pc ?? null);
  if (!look || look.running === null) return registers;
  const inCall = SYSCALL_REGISTERS[machine];
  if (look.syscall) {
    const { number, args } = look.syscall;
    set(inCall.number, number);
    inCall.args.forEach((name, i) => {
      set(name, args[i] ?? null);
    });
  } else if (machine === 'x86-64' && !registers.has('orig_rax')) {
    registers.set('orig_rax', NO_CALL);
  }
  return registers;
}

/** Arguments such as -1 come as doubles, which have no room for the last digits of 2^64 - 1. */
function unsigned(value: number): bigint {
  const whole = BigInt(value);
  return whole > NO_CALL ? NO_CALL : BigInt.asUintN(64, whole);
}

/** What AArch64 keeps apart from the registers: the number of the call that the thread was in, -1 for none; null: not known. */
export function systemCallOf(machine: Architecture, look: OsLook | null): number | null {
  if (machine !== 'aarch64' || !look || look.running === null) return null;
  return look.syscall ? look.syscall.number : -1;
}
