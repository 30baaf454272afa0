/**
 * What does a test give the unwinder? Of a thread that is blocked: stack pointer and pc as the kernel tells them to
 * anybody, and the bytes of the stack above; nothing is stopped. Of one whose registers are needed: those, too.
 */
import { readFileSync } from 'node:fs';
import { toAddress } from '../../src/memory/address.js';
import { bytesOf, MemoryFault } from '../../src/memory/reader.js';
import type { NativeStack, NativeStacks, ThreadCopy } from '../../src/native-stack/native-stacks.js';
import { copyOfThread } from '../../src/native-stack/native-stacks.js';
import type { LiveProcess } from '../../src/process/live/live-process.js';
import type { Process } from '../../src/process/process.js';

/** Largest stack that is copied whole. */
const MAX_STACK_BYTES = 8 * 1024 * 1024;
const PAGE_BYTES = 4096;

/** Positions in struct user_regs_struct. */
const RIP = 16;
const RSP = 19;

/** Null: the thread is running. */
export function copyStanding(target: Process, tid: number): ThreadCopy | null {
  const words = readFileSync(`/proc/${target.pid}/task/${tid}/syscall`, 'utf8').trim().split(' ');
  if (words[0] === 'running') return null;
  const [sp = 0, pc = 0] = words.slice(-2).map(Number);
  return copyOfThread({ registers: null, sp, pc, stack: stackFrom(target, sp) });
}

/** With all registers. Of a thread that sleeps on: what of its stack is not copied while it stands is copied after. */
export function copyStopped(target: LiveProcess, tid: number): ThreadCopy {
  const { registers } = target.native.freeze({
    mode: 'prove',
    tids: Int32Array.from([tid]),
    mustStop: Uint8Array.of(1),
    pages: new Float64Array(0),
    ownedStart: new Uint32Array(2),
    ownedPages: new Uint32Array(0),
    sharedPages: new Uint32Array(0),
    stackBytes: 0,
    maxRounds: 4,
    maxPauseMs: 1000,
  });
  const words = registers[0];
  if (!words) throw new Error(`thread ${tid} was not stopped`);
  const sp = Number(words[RSP]);
  return copyOfThread({ registers: words, sp, pc: Number(words[RIP]), stack: stackFrom(target, sp) });
}

/** The stack of a blocked thread, and whether it had to be stopped for it; null: the thread is running. */
export function stackOfBlocked(
  target: LiveProcess,
  stacks: NativeStacks,
  tid: number,
): { stack: NativeStack; neededRegisters: boolean } | null {
  const copy = copyStanding(target, tid);
  if (!copy) return null;
  const stack = stacks.stack(copy);
  if (stack.stop.kind !== 'needs-register') return { stack, neededRegisters: false };
  return { stack: stacks.stack(copyStopped(target, tid)), neededRegisters: true };
}

/** Up to the first page that cannot be read: newer C libraries guard their stacks within one mapping. */
function stackFrom(target: Process, sp: number): Uint8Array {
  const mapping = target.mappings().find(({ start, end }) => sp >= start && sp < end);
  const end = mapping ? Math.min(mapping.end, sp + MAX_STACK_BYTES) : sp;
  const parts: Uint8Array[] = [];
  let step = 64 * PAGE_BYTES;
  for (let at = sp; at < end; ) {
    const next = Math.min(end, at - (at % PAGE_BYTES) + step);
    try {
      parts.push(bytesOf(target.memory.read(toAddress(at), next - at)));
      at = next;
    } catch (error) {
      if (!(error instanceof MemoryFault)) throw error;
      if (step === PAGE_BYTES) break;
      step = PAGE_BYTES;
    }
  }
  return Buffer.concat(parts);
}
