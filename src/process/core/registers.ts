/**
 * What are the general registers of a machine called, in the order in which the kernel writes them?
 */
import type { Architecture } from '../arch.js';

/** struct user_regs_struct: https://elixir.bootlin.com/linux/v6.6/source/arch/x86/include/asm/user_64.h#L69 */
const X86_64 = (
  'r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss ' +
  'fs_base gs_base ds es fs gs'
).split(' ');

/** struct user_pt_regs: https://elixir.bootlin.com/linux/v6.6/source/arch/arm64/include/uapi/asm/ptrace.h#L88 */
const AARCH64 = [...Array.from({ length: 31 }, (_, i) => `x${i}`), 'sp', 'pc', 'pstate'];

export function registerNames(machine: Architecture): readonly string[] {
  switch (machine) {
    case 'x86-64':
      return X86_64;
    case 'aarch64':
      return AARCH64;
  }
}

/** Which place each has among them. */
export function registerPlaces(machine: Architecture): ReadonlyMap<string, number> {
  return PLACES[machine];
}

const placesOf = (names: readonly string[]) => new Map(names.map((name, i) => [name, i]));
const PLACES: Readonly<Record<Architecture, ReadonlyMap<string, number>>> = {
  'x86-64': placesOf(X86_64),
  aarch64: placesOf(AARCH64),
};

/** The names of the stack pointer and of the program counter. */
export function pointerNames(machine: Architecture): { readonly sp: string; readonly pc: string } {
  switch (machine) {
    case 'x86-64':
      return { sp: 'rsp', pc: 'rip' };
    case 'aarch64':
      return { sp: 'sp', pc: 'pc' };
  }
}
