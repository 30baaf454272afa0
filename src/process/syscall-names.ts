/** What is system call number 202? By the kernel's own tables (syscall-numbers.ts, which is generated). */
import type { Architecture } from './arch.js';
import { AARCH64, type Run, X86_64 } from './syscall-numbers.js';

const TABLES: Readonly<Record<Architecture, ReadonlyMap<number, string>>> = {
  'x86-64': table(X86_64),
  aarch64: table(AARCH64),
};

function table(runs: readonly Run[]): ReadonlyMap<number, string> {
  return new Map(
    runs.flatMap(({ first, names }) =>
      names
        .trim()
        .split(/\s+/)
        .map((name, index): [number, string] => [first + index, name]),
    ),
  );
}

/** The name of a system call; null for a number newer than the tables. */
export function syscallName(architecture: Architecture, number: number): string | null {
  return TABLES[architecture].get(number) ?? null;
}
