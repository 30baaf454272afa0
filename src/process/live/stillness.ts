/**
 * For how long has a thread not run? The scheduler notes when each thread last began to (`se.exec_start`), on a clock whose
 * time is the same field of our own thread, which runs. Right to about a second: CPUs keep that clock each for itself.
 * https://docs.kernel.org/scheduler/sched-debug.html; before Linux 6.15 it needs CONFIG_SCHED_DEBUG.
 */
import { readProcText } from './proc-files.js';

/** Threads of which it is asked: each costs a file. */
const MOST_THREADS = 4096;

/** By thread, ms. Empty where the kernel does not tell. */
export function readStillMs(pid: number, tids: Iterable<number>): Map<number, number> {
  const still = new Map<number, number>();
  const now = execStart('/proc/thread-self/sched');
  if (now === null) return still;
  for (const tid of tids) {
    if (still.size >= MOST_THREADS) break;
    const then = execStart(`/proc/${pid}/task/${tid}/sched`);
    if (then !== null) still.set(tid, Math.max(Math.round(now - then), 0));
  }
  return still;
}

function execStart(path: string): number | null {
  const text = readProcText(path);
  return text === null ? null : decodeExecStart(text);
}

/**
 * The file is lines of "name : value", ms with six decimals. null: it has no such line, or the thread was moved to another
 * CPU in its sleep, which sets it to zero.
 * https://github.com/torvalds/linux/blob/v6.10/kernel/sched/fair.c (migrate_task_rq_fair)
 */
export function decodeExecStart(text: string): number | null {
  const found = Number(/^se\.exec_start\s*:\s*(\d+\.\d+)/m.exec(text)?.[1] ?? 0);
  return found === 0 ? null : found;
}
