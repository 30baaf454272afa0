/**
 * Which process has the lock of a file that a thread waits for? The kernel's own table of locks tells, and names those who
 * wait as well. https://man7.org/linux/man-pages/man5/proc_locks.5.html
 */
import { statSync } from 'node:fs';
import type { OutsideOwner, OutsideOwners } from '../process.js';
import { nearbyProcesses, openDescriptors, processName } from './other-processes.js';
import { errnoOf, readProcText } from './proc-files.js';

export interface FileLock {
  /** Behind "->": it is waited for, by the process `pid`. */
  readonly waits: boolean;
  readonly kind: 'FLOCK' | 'POSIX' | 'OFDLCK';
  readonly writes: boolean;
  /** Who locked it; null: the lock belongs to an open file and names no process. */
  readonly pid: number | null;
  /** "fe:00:4711": device and inode. */
  readonly file: string;
  readonly start: number;
  /** Infinity: to the end of the file. */
  readonly end: number;
}

const LINE =
  /^\s*(?:lock:\s*)?\d+:( *->)? *(FLOCK|POSIX|OFDLCK) +\S+ +(READ|WRITE) +(-?\d+) ([0-9a-f]+:[0-9a-f]+:\d+) (\d+) (\d+|EOF)\s*$/;

/** Lines of /proc/locks, or of fdinfo, those of leases and the like left out. */
export function decodeLocks(text: string): FileLock[] {
  return text.split('\n').flatMap((line): FileLock[] => {
    const [, arrow, kind, mode, pid, file = '', start, end] = LINE.exec(line) ?? [];
    if (kind !== 'FLOCK' && kind !== 'POSIX' && kind !== 'OFDLCK') return [];
    return [
      {
        waits: arrow !== undefined,
        kind,
        writes: mode === 'WRITE',
        pid: Number(pid) > 0 ? Number(pid) : null,
        file,
        start: Number(start),
        end: end === 'EOF' ? Number.POSITIVE_INFINITY : Number(end),
      },
    ];
  });
}

/** Locks that are in the way of what process `pid` waits for at `file`. Empty: it does not wait there. */
export function locksInTheWay(locks: readonly FileLock[], pid: number, file: string): FileLock[] {
  const here = locks.filter((lock) => lock.file === file);
  const wanted = here.filter((lock) => lock.waits && (lock.pid === pid || lock.pid === null));
  return here.filter((lock) => !lock.waits && wanted.some((want) => isInTheWay(lock, want)));
}

function isInTheWay(lock: FileLock, want: FileLock): boolean {
  // flock() and fcntl() do not know of each other; the two kinds of fcntl() do.
  if ((lock.kind === 'FLOCK') !== (want.kind === 'FLOCK')) return false;
  return (lock.writes || want.writes) && lock.start <= want.end && want.start <= lock.end;
}

/**
 * By device and inode as the table has them. `procId`: the number of a thread that lives, where the main one has ended.
 * null: what it is open on cannot be told.
 */
export function readLockedFile(pid: number, procId: number, fd: number): OutsideOwners | null {
  const file = fileOf(procId, fd);
  if (file === null) return null;
  const inTheWay = locksInTheWay(decodeLocks(readProcText('/proc/locks') ?? ''), pid, file);
  const owners = new Map<number, OutsideOwner>();
  const add = (owner: number, evidence: OutsideOwner['evidence']) => {
    if (owners.get(owner)?.evidence !== 'exact') owners.set(owner, { pid: owner, name: processName(owner), evidence });
  };
  for (const lock of inTheWay) {
    // One of fcntl() belongs to the process and ends with it.
    if (lock.kind === 'POSIX' && lock.pid !== null) add(lock.pid, 'exact');
    else for (const { pid: owner, evidence } of ownersOfOpenFile(lock, pid)) add(owner, evidence);
  }
  // It is not asked what no lock is in the way of.
  return { id: file, owners: [...owners.values()], complete: false };
}

/** Processes looked at for an open file that its first owner does not have any more. */
const MOST_PROCESSES = 2000;

/**
 * A lock that belongs to an open file is had by all who have it open, children of a fork among them; who locked it may
 * have closed it, or have ended and left its number to another.
 */
function ownersOfOpenFile(lock: FileLock, waiter: number): Pick<OutsideOwner, 'pid' | 'evidence'>[] {
  if (lock.pid !== null && hasOpen(lock, lock.pid)) return [{ pid: lock.pid, evidence: 'exact' }];
  const found = nearbyProcesses(waiter)
    .slice(0, MOST_PROCESSES)
    .filter((pid) => hasOpen(lock, pid));
  if (found.length > 0) return found.map((pid) => ({ pid, evidence: 'exact' }));
  // It may be one that we may not look into.
  return lock.pid !== null && processName(lock.pid) !== null ? [{ pid: lock.pid, evidence: 'probable' }] : [];
}

/** Whether a descriptor of the process stands for the open file that has this lock: fdinfo tells, and only for those. */
function hasOpen(lock: FileLock, pid: number): boolean {
  return openDescriptors(pid).some((fd) => {
    const info = readProcText(`/proc/${pid}/fdinfo/${fd}`);
    if (!info?.includes('lock:')) return false;
    return decodeLocks(info).some(
      (own) =>
        own.kind === lock.kind &&
        own.file === lock.file &&
        own.pid === lock.pid &&
        own.start === lock.start &&
        own.end === lock.end,
    );
  });
}

/** Device and inode as /proc/locks writes them. The device is that of the file system, which `stat` may call otherwise. */
function fileOf(pid: number, fd: number): string | null {
  const info = readProcText(`/proc/${pid}/fdinfo/${fd}`);
  const mount = /^mnt_id:\s*(\d+)/m.exec(info ?? '')?.[1];
  if (mount === undefined) return null;
  const mounts = readProcText(`/proc/${pid}/mountinfo`) ?? '';
  const device = new RegExp(`^${mount} \\d+ (\\d+):(\\d+) `, 'm').exec(mounts);
  // Since Linux 5.14.
  const inode = /^ino:\s*(\d+)/m.exec(info ?? '')?.[1] ?? inodeOf(pid, fd);
  if (!device || inode === null) return null;
  const hex = (text = '') => Number(text).toString(16).padStart(2, '0');
  return `${hex(device[1])}:${hex(device[2])}:${inode}`;
}

function inodeOf(pid: number, fd: number): string | null {
  try {
    return String(statSync(`/proc/${pid}/fd/${fd}`, { bigint: true }).ino);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}
