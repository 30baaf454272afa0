/**
 * Who has which pipe and which socket open, on the whole machine? One table of all descriptors that may be looked at: it
 * takes a look at every process, and one run asks for many of them.
 */
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { nearbyProcesses } from './other-processes.js';
import { errnoOf } from './proc-files.js';

/** Descriptors looked at, of all processes together. */
const MOST_DESCRIPTORS = 50_000;
/** Older than this, a table is made anew, ms. */
const FRESH_MS = 1000;

/** A process that has it open, and for what. */
export interface OpenEnd {
  readonly pid: number;
  /** Of a pipe, whether it may be read there. Of a socket, true. */
  reads: boolean;
  /** As {@link reads}. */
  writes: boolean;
}

export interface OpenEnds {
  readonly ends: readonly Readonly<OpenEnd>[];
  /** Whether all processes of the machine could be looked at for it: from inside a pid namespace not all are seen. */
  readonly complete: boolean;
}

interface Table {
  readonly byLink: ReadonlyMap<string, readonly OpenEnd[]>;
  readonly complete: boolean;
  /** Not all descriptors fitted: only those of processes near this one are in it. null: all did. */
  readonly near: number | null;
  readonly madeAt: number;
}

let table: Table | null = null;

/**
 * Who has open what `/proc/<pid>/fd` of `pid` calls `link`, "pipe:[4711]" or "socket:[4711]": as of at most a second ago,
 * not of before {@link forgetOpenEnds}, nor of before `pid` had it open. Where there are too many descriptors, those of
 * processes near `pid` are looked at.
 */
export function openEndsOf(link: string, pid: number): OpenEnds {
  const isFresh = table !== null && performance.now() - table.madeAt < FRESH_MS;
  const isYounger = table?.byLink.get(link)?.some((end) => end.pid === pid) ?? false;
  if (!table || !isFresh || !isYounger || (table.near !== null && table.near !== pid)) table = readTable(pid);
  return { ends: table.byLink.get(link) ?? [], complete: table.complete };
}

/** What is asked from now on is looked up anew. */
export function forgetOpenEnds(): void {
  table = null;
}

function readTable(center: number): Table {
  const madeAt = performance.now();
  const byLink = new Map<string, OpenEnd[]>();
  let complete = seesAllProcesses();
  let left = MOST_DESCRIPTORS;
  for (const pid of nearbyProcesses(center)) {
    const descriptors = entriesOf(`/proc/${pid}/fd`);
    complete &&= descriptors !== null;
    for (const fd of (descriptors ?? []).slice(0, left)) note(byLink, pid, `/proc/${pid}/fd/${fd}`);
    left -= descriptors?.length ?? 0;
    if (left < 0) return { byLink, complete: false, near: center, madeAt };
  }
  return { byLink, complete, near: null, madeAt };
}

function note(byLink: Map<string, OpenEnd[]>, pid: number, path: string): void {
  const link = linkOf(path);
  if (link === null) return;
  const isPipe = link.startsWith('pipe:[');
  if (!isPipe && !link.startsWith('socket:[')) return;
  const mode = isPipe ? modeOf(path) : READS | WRITES;
  if (mode === null) return;
  const ends = byLink.get(link) ?? [];
  let own = ends.find((end) => end.pid === pid);
  if (!own) {
    own = { pid, reads: false, writes: false };
    ends.push(own);
    byLink.set(link, ends);
  }
  own.reads ||= (mode & READS) !== 0;
  own.writes ||= (mode & WRITES) !== 0;
}

/** What a descriptor is open for: its link says so by the owner's permissions, "l-wx------". */
const READS = 0o400;
const WRITES = 0o200;

/** What descriptor `fd` of process `pid` is open on, and for what; null: it is closed, or may not be looked at. */
export function readOpenEnd(pid: number, fd: number): { link: string; reads: boolean; writes: boolean } | null {
  const path = `/proc/${pid}/fd/${fd}`;
  const [link, mode] = [linkOf(path), modeOf(path)];
  return link === null || mode === null ? null : { link, reads: (mode & READS) !== 0, writes: (mode & WRITES) !== 0 };
}

/** Of the pid namespace that the kernel starts with. https://github.com/torvalds/linux/blob/v6.10/include/linux/proc_ns.h#L46 */
const PROC_PID_INIT_INO = 0xeffffffc;

/** Whether there are no processes but those that are seen from here. */
export function seesAllProcesses(): boolean {
  return linkOf('/proc/self/ns/pid') === `pid:[${PROC_PID_INIT_INO}]`;
}

function linkOf(path: string): string | null {
  return attempt(() => readlinkSync(path));
}

function modeOf(path: string): number | null {
  return attempt(() => lstatSync(path).mode);
}

/** null: they may not be looked at. Of a process that has ended there are none. */
function entriesOf(folder: string): string[] | null {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = errnoOf(error);
    if (code === null) throw error;
    return code === 'ENOENT' || code === 'ESRCH' ? [] : null;
  }
}

/** null: the kernel refuses, or it is not there any more. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}
