/**
 * What can be said of a process whose memory we may not read? Its command line, its threads by name, whether they run or
 * sleep: the kernel shows these to everybody, unless /proc is mounted with hidepid.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { decodeBytes } from '../../memory/byte-text.js';
import { ProcessIdentity } from './identity.js';
import { errnoOf, readProcText, readStat, readStatus } from './proc-files.js';

/** Threads told one by one; of more than these, how many there are. */
const THREADS_TOLD = 20;
/** Characters of a command line. */
const MAX_COMMAND = 200;

/** State letters of /proc/<pid>/stat. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const STATES: Readonly<Record<string, string>> = {
  R: 'running or ready to run',
  S: 'sleeping',
  D: 'in uninterruptible sleep',
  T: 'stopped',
  t: 'stopped by a tracer',
  I: 'idle',
  Z: 'ended',
  X: 'ended',
};

/**
 * A line each: the process, then its threads. Empty when nothing of it may be seen. Nothing here fails; text of the target
 * is as it gave it, and has to be made harmless by who prints it.
 */
export function seenFromAfar(pid: number): string[] {
  const stat = readStat(pid);
  if (!stat) return [];
  const identity = new ProcessIdentity(pid);
  const command = commandOf(pid) ?? `[${stat.comm}]`;
  const uid = readStatus(pid)?.uids[1];
  const facts = [
    ...(uid === undefined ? [] : [`uid ${uid}`]),
    ...(identity.startTimeMs === null ? [] : [`started ${new Date(identity.startTimeMs).toISOString()}`]),
  ];
  const tids = tidsOf(pid);
  const told = tids.slice(0, THREADS_TOLD).flatMap((tid) => describeThread(pid, tid) ?? []);
  const rest = tids.length - told.length;
  const more = rest > 0 ? [`and ${rest} more thread${rest === 1 ? '' : 's'}`] : [];
  return [`${command} (${facts.join(', ')})`, ...told, ...more];
}

function commandOf(pid: number): string | null {
  try {
    const text = decodeBytes(readFileSync(`/proc/${pid}/cmdline`))
      .replace(/\0+$/, '')
      .replaceAll('\0', ' ');
    if (text === '') return null;
    return text.length > MAX_COMMAND ? `${text.slice(0, MAX_COMMAND)}…` : text;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

function describeThread(pid: number, tid: number): string | null {
  const stat = readStat(pid, tid);
  if (!stat) return null;
  const state = STATES[stat.state] ?? `in state ${stat.state}`;
  const innerTid = readStatus(pid, tid)?.nsPids.at(-1);
  const inside = innerTid === undefined || innerTid === tid ? '' : `, ${innerTid} inside its pid namespace`;
  // "0" is what the kernel writes for who may not know, too.
  const wchan = readProcText(`/proc/${pid}/task/${tid}/wchan`) ?? '';
  const where = /^[A-Za-z_]\w*$/.test(wchan) ? ` in the kernel's ${wchan}` : '';
  return `thread ${tid} (${stat.comm})${inside}: ${state}${where}`;
}

function tidsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return [];
  }
}
