/**
 * Which threads does the kernel know of?
 */
import { readdirSync } from 'node:fs';
import type { OsThread } from '../process.js';
import { errnoOf, readStat, readStatus } from './proc-files.js';

/**
 * The threads of `pid` in the kernel's order (oldest first, as a rule), empty when it is gone. `nested`: the process
 * is in a pid namespace below ours, so that the ids it knows its threads by must be asked for.
 */
export function listThreads(pid: number, nested: boolean): OsThread[] {
  const threads: OsThread[] = [];
  for (const name of taskNames(pid)) {
    const tid = Number(name);
    // One small file a thread: with a thousand of them it counts.
    const stat = readStat(pid, tid);
    if (!stat) continue;
    const innerTid = nested ? (readStatus(pid, tid)?.nsPids.at(-1) ?? tid) : tid;
    threads.push({ tid, innerTid, name: stat.comm, state: stat.state });
  }
  return threads;
}

/**
 * Ids of the threads as seen from inside the target's innermost pid namespace -> as seen from here, in the kernel's
 * order; empty when the process is gone. Without a namespace of its own no file of a thread has to be read.
 */
export function listTids(pid: number, nested: boolean): Map<number, number> {
  if (nested) return new Map(listThreads(pid, nested).map(({ innerTid, tid }) => [innerTid, tid]));
  return new Map(taskNames(pid).map((name) => [Number(name), Number(name)]));
}

function taskNames(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return [];
  }
}
