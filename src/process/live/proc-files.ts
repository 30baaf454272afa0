/**
 * What does /proc say of a process or thread? Reads and decodes the few files we need; nothing here judges.
 * https://man7.org/linux/man-pages/man5/proc_pid_status.5.html, proc_pid_stat.5.html
 */
import { readFileSync } from 'node:fs';
import { decodeBytes } from '../../memory/byte-text.js';

/** Process flag of kernel threads in field 9 of `stat`; include/linux/sched.h, PF_KTHREAD. */
const PF_KTHREAD = 0x200000;

/** `errno` name of a failed system call, null for other errors. */
export function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** Whether a file could not be opened only because we, or the machine, have too many open: of the file it says nothing. */
export function isOutOfDescriptors(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'EMFILE' || errno === 'ENFILE';
}

/** Text of a /proc file; null where it is not there, may not be read, or its process is gone. */
export function readProcText(path: string): string | null {
  try {
    return decodeBytes(readFileSync(path));
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

export interface ProcStat {
  readonly comm: string;
  /** R, S, D, T, t, Z, X, I … */
  readonly state: string;
  readonly ppid: number;
  readonly pgrp: number;
  readonly sid: number;
  readonly nice: number;
  readonly kernelThread: boolean;
  /** Since boot, in clock ticks (USER_HZ: 100 a second on every machine we read). */
  readonly startTicks: number;
}

/** Decodes /proc/<pid>/stat. The name is in parentheses and may hold some itself: the last one closes it. */
export function decodeStat(text: string): ProcStat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  // Fields from the third on: state is [0], flags (9) is [6], nice (19) is [16], starttime (22) is [19].
  const fields = text.slice(close + 2).split(' ');
  const flags = Number(fields[6]);
  return {
    comm: text.slice(open + 1, close),
    state: fields[0] ?? '',
    ppid: Number(fields[1]),
    pgrp: Number(fields[2]),
    sid: Number(fields[3]),
    nice: Number(fields[16]),
    kernelThread: Number.isInteger(flags) && Math.floor(flags / PF_KTHREAD) % 2 === 1,
    startTicks: Number(fields[19]),
  };
}

export interface ProcStatus {
  readonly name: string | null;
  readonly state: string | null;
  /** Process id of the thread group. */
  readonly tgid: number | null;
  /** 0: nobody traces it. */
  readonly tracerPid: number;
  /** Real, effective, saved and file system user id. */
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  /** Ids from the outermost namespace /proc shows down to the innermost. */
  readonly nsPids: readonly number[];
  readonly capPermitted: bigint;
  readonly capEffective: bigint;
  /** 0 off, 1 strict, 2 filter; null where the kernel does not say. */
  readonly seccomp: number | null;
}

/** Decodes /proc/<pid>/status. Names are escaped there, so that a line is a line. */
export function decodeStatus(text: string): ProcStatus {
  const field = (key: string): string | null => {
    const at = text.startsWith(`${key}:`) ? 0 : text.indexOf(`\n${key}:`) + 1;
    if (at === 0 && !text.startsWith(`${key}:`)) return null;
    const end = text.indexOf('\n', at);
    return text.slice(at + key.length + 1, end < 0 ? undefined : end).trim();
  };
  const numbers = (key: string): number[] => {
    const value = field(key);
    return value === null || value === '' ? [] : value.split(/\s+/).map(Number);
  };
  const mask = (key: string): bigint => {
    const hex = field(key);
    return hex !== null && /^[0-9a-f]+$/.test(hex) ? BigInt(`0x${hex}`) : 0n;
  };
  return {
    name: field('Name'),
    state: field('State')?.charAt(0) ?? null,
    tgid: numbers('Tgid')[0] ?? null,
    tracerPid: numbers('TracerPid')[0] ?? 0,
    uids: numbers('Uid'),
    gids: numbers('Gid'),
    nsPids: numbers('NSpid'),
    capPermitted: mask('CapPrm'),
    capEffective: mask('CapEff'),
    seccomp: numbers('Seccomp')[0] ?? null,
  };
}

/** Status of a process or thread, `self` included; null when it cannot be read. */
export function readStatus(pid: number | 'self', tid?: number): ProcStatus | null {
  const text = readProcText(tid === undefined ? `/proc/${pid}/status` : `/proc/${pid}/task/${tid}/status`);
  return text === null ? null : decodeStatus(text);
}

export function readStat(pid: number, tid?: number): ProcStat | null {
  const text = readProcText(tid === undefined ? `/proc/${pid}/stat` : `/proc/${pid}/task/${tid}/stat`);
  return text === null ? null : decodeStat(text);
}
