/**
 * Which registers are known, by which numbers? DWARF numbers them in its own order; the kernel writes them in another.
 * An unknown register is unknown, never zero.
 */

import type { Architecture } from '../process/arch.js';

/** By DWARF number. */
export interface Registers {
  readonly values: BigUint64Array;
  /** 1: known. */
  readonly known: Uint8Array;
}

/**
 * DWARF number → name. x86-64 psABI figure 3.36; AADWARF64 section 4.1.
 * https://gitlab.com/x86-psABIs/x86-64-ABI
 */
const NAMES = {
  'x86-64': 'rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip'.split(' '),
  aarch64: [...Array.from({ length: 31 }, (_, i) => `x${i}`), 'sp', 'pc'],
} as const satisfies Record<Architecture, readonly string[]>;

const POINTERS = { 'x86-64': { sp: 'rsp', pc: 'rip' }, aarch64: { sp: 'sp', pc: 'pc' } } as const;

/**
 * struct user_regs_struct: https://elixir.bootlin.com/linux/v6.6/source/arch/x86/include/asm/user_64.h#L69
 * struct user_pt_regs: https://elixir.bootlin.com/linux/v6.6/source/arch/arm64/include/uapi/asm/ptrace.h#L88
 */
const USER_REGS = {
  'x86-64': 'r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss'.split(' '),
  aarch64: [...NAMES.aarch64, 'pstate'],
} as const satisfies Record<Architecture, readonly string[]>;

/** Name of a register by its DWARF number, e.g. `rbx`. */
export function registerName(machine: Architecture, number: number): string {
  return NAMES[machine][number] ?? `register ${number}`;
}

/** Those given by name; all others unknown. Names that DWARF does not number are left out. */
export function namedRegisters(machine: Architecture, named: ReadonlyMap<string, bigint>): Registers {
  const names: readonly string[] = NAMES[machine];
  const values = new BigUint64Array(names.length);
  const known = new Uint8Array(names.length);
  names.forEach((name, number) => {
    const value = named.get(name);
    if (value === undefined) return;
    values[number] = value;
    known[number] = 1;
  });
  return { values, known };
}

/** All the kernel tells of a stopped thread: the words of struct user_regs_struct. */
export function stoppedRegisters(machine: Architecture, words: BigUint64Array): Registers {
  const named = new Map<string, bigint>();
  USER_REGS[machine].forEach((name, i) => {
    const value = words[i];
    if (value !== undefined) named.set(name, value);
  });
  return namedRegisters(machine, named);
}

/** All that is known of a thread that was not stopped: where its stack and its instruction pointer stand. */
export function blockedRegisters(machine: Architecture, sp: number, pc: number): Registers {
  const { sp: spName, pc: pcName } = POINTERS[machine];
  return namedRegisters(
    machine,
    new Map([
      [spName, BigInt(sp)],
      [pcName, BigInt(pc)],
    ]),
  );
}
