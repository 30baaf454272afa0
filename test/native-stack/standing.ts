/**
 * What does a test give the unwinder? Of a thread that is blocked: stack pointer and pc as the kernel tells them to
 * anybody, and the bytes of the stack above; nothing is stopped.
 */
import { readFileSync } from 'node:fs';
import { toAddress } from '../../src/memory/address.js';
import { bytesOf } from '../../src/memory/reader.js';
import type { ThreadCopy } from '../../src/native-stack/native-stacks.js';
import { copyOfThread } from '../../src/native-stack/native-stacks.js';
import type { Target } from '../../src/target/target.js';

/** Largest stack that is copied whole. */
const MAX_STACK_BYTES = 8 * 1024 * 1024;

/** Null: the thread is running. */
export function copyStanding(target: Target, tid: number): ThreadCopy | null {
  const words = readFileSync(`/proc/${target.pid}/task/${tid}/syscall`, 'utf8').trim().split(' ');
  if (words[0] === 'running') return null;
  const [sp = 0, pc = 0] = words.slice(-2).map(Number);
  const mapping = target.mappings().find(({ start, end }) => sp >= start && sp < end);
  const size = mapping ? Math.min(mapping.end - sp, MAX_STACK_BYTES) : 0;
  const stack = bytesOf(target.memory.read(toAddress(sp), size));
  return copyOfThread({ registers: null, sp, pc, stack });
}
