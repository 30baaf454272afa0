/**
 * What would the kernel note of a process if it wrote its core now? Who it is, and its auxiliary vector.
 */
import { readFileSync } from 'node:fs';
import type { ProcessRecord } from '../core/note-records.js';
import { errnoOf, readStat, readStatus } from './proc-files.js';

/** As in NT_PRPSINFO; ids are as seen from here. null: the process is gone. */
export function readProcessRecord(pid: number, commandLine: readonly string[] | null): ProcessRecord | null {
  const stat = readStat(pid);
  const status = readStatus(pid);
  if (!stat || !status) return null;
  const { state, nice, ppid, pgrp, sid, comm } = stat;
  return {
    state,
    zombie: state === 'Z',
    nice,
    flag: 0,
    uid: status.uids[0] ?? 0,
    gid: status.gids[0] ?? 0,
    pid,
    ppid,
    pgrp,
    sid,
    fname: comm,
    psargs: (commandLine ?? []).join(' '),
  };
}

/** /proc/<pid>/auxv word for word; empty where it may not be read. */
export function readAuxv(pid: number): Uint8Array {
  try {
    return readFileSync(`/proc/${pid}/auxv`);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return new Uint8Array(0);
  }
}
