/**
 * Under which number does /proc show the memory and files of a process? Under its own, unless its main thread has ended
 * before the others (pthread_exit in main): then /proc/<pid> is a zombie without any, and /proc/<tid> of a thread that
 * lives shows them. https://man7.org/linux/man-pages/man5/proc_tid.5.html
 */
import { readdirSync } from 'node:fs';
import { errnoOf, readStat } from './proc-files.js';

/** `pid` itself, the id of its first living thread when the main one has ended, or null when all have. */
export function livingThread(pid: number): number | null {
  if (lives(pid)) return pid;
  let names: string[];
  try {
    names = readdirSync(`/proc/${pid}/task`);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
  return names.map(Number).find((tid) => lives(tid)) ?? null;
}

/** Z: ended, not waited for; X: on its way out of the list. */
function lives(tid: number): boolean {
  const state = readStat(tid)?.state;
  return state !== undefined && state !== 'Z' && state !== 'X';
}
