/**
 * For how long has a thread not run? The scheduler notes when each thread last did (`se.exec_start`), on a clock of the CPU
 * that it ran on, whose time is the same field of a thread of ours that runs there. Never more than it was: that clock
 * leaves out what interrupts and other virtual machines took of the CPU.
 * https://docs.kernel.org/scheduler/sched-debug.html; before Linux 6.15 it needs CONFIG_SCHED_DEBUG.
 */
import type { NativeProcess } from '../native.js';

/** Threads of which it is asked: each costs a file. */
const MOST_THREADS = 4096;

/** By thread, ms. Those of which the kernel does not tell are left out. */
export function readStillMs(process: Pick<NativeProcess, 'stillMs'>, tids: Iterable<number>): Map<number, number> {
  const asked = Int32Array.from(tids).subarray(0, MOST_THREADS);
  const known = new Map<number, number>();
  process.stillMs(asked).forEach((ms, i) => {
    if (!Number.isNaN(ms)) known.set(asked[i] ?? 0, ms);
  });
  return known;
}
