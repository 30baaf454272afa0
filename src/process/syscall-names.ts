/** What is system call number 202? By the kernel's own tables (syscall-numbers.ts, which is generated). */
import type { Architecture } from './arch.js';
import { AARCH64, type Run, X86_64 } from './syscall-numbers.js';

const RUNS: Readonly<Record<Architecture, readonly Run[]>> = { 'x86-64': X86_64, aarch64: AARCH64 };

/** Made of the runs when first asked: most looks are at one of the two. */
const tables = new Map<Architecture, ReadonlyMap<number, string>>();

function tableFor(architecture: Architecture): ReadonlyMap<number, string> {
  let made = tables.get(architecture);
  if (made === undefined) {
    made = table(RUNS[architecture]);
    tables.set(architecture, made);
  }
  return made;
}

function table(runs: readonly Run[]): ReadonlyMap<number, string> {
  const made = new Map<number, string>();
  for (const { first, names } of runs) {
    let number = first;
    for (const name of names.trim().split(/\s+/)) made.set(number++, name);
  }
  return made;
}

/** The name of a system call; null for a number newer than the tables. */
export function syscallName(architecture: Architecture, number: number): string | null {
  return tableFor(architecture).get(number) ?? null;
}
