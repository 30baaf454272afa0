/** Which processes are there, who started whom, whose are they, and in which control group? As /proc shows them now. */
import { readdirSync, statSync } from 'node:fs';
import { errnoOf, readProcText, readStat } from './proc-files.js';

export interface ListedProcess {
  readonly pid: number;
  readonly ppid: number;
}

/** All user processes that /proc shows, by ascending id. */
export function listProcesses(): ListedProcess[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
  return pids.flatMap((pid) => {
    const stat = readStat(pid);
    return stat === null || stat.kernelThread ? [] : [{ pid, ppid: stat.ppid }];
  });
}

/** `roots` and all that they and those below them started, nearest first; each once. */
export function withDescendants(roots: readonly number[], processes: readonly ListedProcess[]): number[] {
  const children = new Map<number, number[]>();
  for (const { pid, ppid } of processes) {
    const siblings = children.get(ppid);
    if (siblings) siblings.push(pid);
    else children.set(ppid, [pid]);
  }
  const found = new Set(roots);
  // A set is walked in the order in which it grows: a queue that takes each only once.
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child);
  return [...found];
}

/** The words of its command line as one text; '' where it has none or it may not be read. */
export function commandText(pid: number): string {
  return (readProcText(`/proc/${pid}/cmdline`) ?? '').replace(/\0+$/, '').replaceAll('\0', ' ');
}

/** Its control groups, a path each; one process is in several where there are hierarchies of version 1. */
export function cgroupsOf(pid: number): string[] {
  const text = readProcText(`/proc/${pid}/cgroup`) ?? '';
  return text.split('\n').flatMap((line) => {
    const path = line.split(':').slice(2).join(':');
    return path === '' ? [] : [path];
  });
}

/** The user whose it is (its effective id; root for one that may not be dumped); null: it has ended. */
export function ownerOf(pid: number): number | null {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

/** The environment it was started with, as `NAME=value`; null where it may not be read. Later changes are not in it. */
export function environmentOf(pid: number): string[] | null {
  const text = readProcText(`/proc/${pid}/environ`);
  return text === null ? null : text.split('\0').filter(Boolean);
}
