/**
 * Are the stacks of threads zeros in a core that a debugger wrote? Then it could not read them: gdb's gcore writes zeros for
 * what it cannot read, and of processes with glibc 2.43 it cannot read the stacks of threads.
 */
import { isUserSpace, toAddress } from '../../memory/address.js';
import { bytesOf, MemoryFault, type MemoryReader } from '../../memory/reader.js';
import type { Warning } from '../../snapshot.js';
import type { Architecture } from '../arch.js';
import type { CoreNotes } from './core-notes.js';
import { pointerNames } from './registers.js';

/** So much of a stack is never zero: whoever runs, or waits in a system call, returns to somewhere. Bytes. */
const LEAST_STACK = 4096;
/** Nearly every stack shows with so much of it that it is none of these. Bytes. */
const FIRST_WORDS = 64;

/** The warning, if there are such threads; `dumped` is what the core itself holds. */
export function zeroedStacks(
  path: string,
  { threads }: CoreNotes,
  machine: Architecture,
  dumped: MemoryReader,
): Warning[] {
  const { sp } = pointerNames(machine);
  const zeroed = threads.filter((thread) => isZeroed(dumped, Number(thread.register(sp) ?? 0n)));
  if (zeroed.length === 0) return [];
  const whose =
    zeroed.length === 1 ? `the stack of thread ${zeroed[0]?.tid}` : `the stacks of ${zeroed.length} threads`;
  const message = `the core file ${path} holds zeros for ${whose}: the debugger that wrote it could not read them (gcore of a process with glibc 2.43)`;
  return [{ code: 'core-damaged', message }];
}

function isZeroed(dumped: MemoryReader, sp: number): boolean {
  if (!isUserSpace(sp)) return false;
  try {
    const stack = toAddress(sp);
    return [FIRST_WORDS, LEAST_STACK].every((size) => bytesOf(dumped.read(stack, size)).every((byte) => byte === 0));
  } catch (error) {
    if (error instanceof MemoryFault) return false;
    throw error;
  }
}
