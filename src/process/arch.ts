/** For which processors are registers, system calls and structures known? One spelling of their names, that of the ABI's documents. */
import { arch } from 'node:process';
import { ELF_MACHINE } from '../elf/header.js';

export type Architecture = 'x86-64' | 'aarch64';

/** By Node's names, https://nodejs.org/api/process.html#processarch */
const OF_NODE: Readonly<Record<string, Architecture>> = { x64: 'x86-64', arm64: 'aarch64' };

/** By Node's name; null: one that is not known here. */
export function architectureOfNode(name: string): Architecture | null {
  return OF_NODE[name] ?? null;
}

/** This machine's, which live processes are of. */
export const HERE: Architecture = architectureOfNode(arch) ?? 'x86-64';

/** `e_machine` of its ELF files. */
export const ELF_MACHINE_OF: Readonly<Record<Architecture, number>> = {
  'x86-64': ELF_MACHINE.X86_64,
  aarch64: ELF_MACHINE.AARCH64,
};

/** By `e_machine`. */
export function architectureOf(elfMachine: number): Architecture {
  return elfMachine === ELF_MACHINE.AARCH64 ? 'aarch64' : 'x86-64';
}
