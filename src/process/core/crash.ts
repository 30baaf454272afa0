/**
 * What ended the process, in words? The signal, why it was raised, who sent it, and what was at the address.
 */
import { formatAddress } from '../../memory/address.js';
import type { Mapping } from '../../memory/mapping.js';
import type { CoreSignal } from '../../snapshot.js';
import type { CoreThread } from './core-notes.js';
import type { CoreProcess } from './core-process.js';
import { pointerNames } from './registers.js';
import { hasFaultAddress, isFatalUnderDebugger, signalCodeName, signalName, wasSent } from './signals.js';

/**
 * The thread that took the fatal signal; null when there was none: the core was written on demand. The kernel writes
 * that thread first. A debugger may be asked at any time, and then gives each thread the signal that stopped it.
 */
export function faultingThread({ notes, writtenBy }: CoreProcess): CoreThread | null {
  if (writtenBy === 'pystack') return null;
  if (writtenBy === 'kernel') return notes.threads[0] && signalOf(notes.threads[0]) > 0 ? notes.threads[0] : null;
  return notes.threads.find((thread) => isFatalUnderDebugger(signalOf(thread))) ?? null;
}

function signalOf(thread: CoreThread): number {
  return thread.signal > 0 ? thread.signal : (thread.siginfo?.signal ?? 0);
}

/** The signal of the faulting thread, told as far as the core tells. */
export function describeSignal(target: CoreProcess, thread: CoreThread): CoreSignal {
  const number = signalOf(thread);
  // siginfo of another signal (a debugger's) would explain the wrong thing.
  const info = thread.siginfo?.signal === number ? thread.siginfo : null;
  const sent = info !== null && wasSent(info.code);
  const address = info !== null && hasFaultAddress(number, info.code) ? Number(info.address) : null;
  return {
    number,
    name: signalName(number),
    code: info?.code ?? null,
    errno: info?.errno ?? null,
    codeName: info ? signalCodeName(number, info.code) : null,
    faultAddress: info && address !== null ? `0x${info.address.toString(16)}` : null,
    faultContext: address === null ? null : describeAddress(target, address, stackPointer(target, thread)),
    senderPid: sent && info ? info.senderPid : null,
    senderUid: sent && info ? info.senderUid : null,
  };
}

function stackPointer({ machine }: CoreProcess, { registers }: CoreThread): number | null {
  const sp = registers.get(pointerNames(machine).sp);
  return sp === undefined ? null : Number(sp);
}

/** A null pointer with the offset of a field, or a small index, added to it. */
const NEAR_NULL = 64 * 1024;
/** Further away than this, "near" would mislead. */
const NEAR = 1024 * 1024;
/** How far below the stack pointer a function may reach into its frame. */
const STACK_REACH = 256 * 1024;

/** What was mapped at `address`, or near it. `sp` is the stack pointer of the thread that touched it. */
export function describeAddress(target: CoreProcess, address: number, sp: number | null): string {
  const mappings = target.mappings();
  const at = mappings.find(({ start, end }) => address >= start && address < end);
  // Growing the stack ends at a guard page, or where nothing is mapped: then it is the stack that ran out.
  const overflow = sp !== null && Math.abs(address - sp) < STACK_REACH && !(at?.writable ?? false);
  if (overflow)
    return `${at ? `in ${describeMapping(at)}` : 'not mapped'}, next to the stack pointer: a stack overflow`;
  if (at) return `in ${describeMapping(at)}`;
  if (address < NEAR_NULL)
    return address === 0 ? 'not mapped: a null pointer' : `not mapped: a null pointer plus ${address} bytes`;
  if (address >= 2 ** 47) return 'not a user-space address';
  const above = mappings.find(({ start }) => start > address);
  const below = mappings.findLast(({ end }) => end <= address);
  const toAbove = above ? above.start - address : Number.POSITIVE_INFINITY;
  const toBelow = below ? address - below.end + 1 : Number.POSITIVE_INFINITY;
  if (below && toBelow <= toAbove && toBelow <= NEAR)
    return `not mapped, ${toBelow} bytes past the end of ${describeMapping(below)}`;
  if (above && toAbove <= NEAR) return `not mapped, ${toAbove} bytes before ${describeMapping(above)}`;
  return 'not mapped, nor anything near it';
}

function describeMapping(mapping: Mapping): string {
  const what = mapping.path ?? 'anonymous memory';
  return `${what} (${permissionsText(mapping)}, ${formatAddress(mapping.start)}-${formatAddress(mapping.end)})`;
}

/** `r-x`, as in maps. */
export function permissionsText({ readable, writable, executable }: Mapping): string {
  return `${readable ? 'r' : '-'}${writable ? 'w' : '-'}${executable ? 'x' : '-'}`;
}
