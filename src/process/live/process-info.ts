/**
 * Whose is the process, where and since when does it run, and what keeps it from running? Facts of the process as a whole
 * for the head of a report: a few small files, none of which has to be readable.
 */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { ChildProcess, ProcessCondition, ProcessInfo } from '../../snapshot.js';
import type { ProcessIdentity } from './identity.js';
import { errnoOf, readProcText, readStat } from './proc-files.js';

/** What is asked of the process that is open; the live target has it. */
interface Opened {
  readonly pid: number;
  /** The number below /proc under which its files are found. */
  readonly procId: number;
  readonly identity: Pick<ProcessIdentity, 'startTimeMs'>;
}

/** Never throws for what cannot be read: that is null. */
export function readProcessInfo({ pid, procId, identity }: Opened): ProcessInfo {
  const status = readProcText(`/proc/${pid}/status`) ?? '';
  const uid = numberOf(/^Uid:\s+\d+\s+(\d+)/m.exec(status));
  const cgroup = readProcText(`/proc/${procId}/cgroup`) ?? '';
  const container = containerOf(cgroup);
  const elsewhere = container !== null && container !== containerOf(readProcText('/proc/self/cgroup') ?? '');
  const { startTimeMs } = identity;
  return {
    host: readProcText('/proc/sys/kernel/hostname')?.trim() ?? null,
    startedAt: startTimeMs === null ? null : new Date(startTimeMs).toISOString(),
    uid,
    user: uid === null || elsewhere ? null : userName(uid),
    container: elsewhere ? container : null,
    sameFiles: hasOurFiles(procId),
    conditions: conditionsOf(status, cgroup, pid !== procId),
    pythonChildren: pythonChildren(pid),
    threadCount: numberOf(/^Threads:\s+(\d+)/m.exec(status)),
  };
}

/**
 * The container's id as its engine shows it (12 digits), or its name, from the path of the control group:
 * `…/docker-<64 hex digits>.scope`, `/kubepods/…/<64>`, `/lxc.payload.<name>`, `…/machine-<name>.scope` (systemd-nspawn).
 */
export function containerOf(cgroup: string): string | null {
  const id = /[/-]([0-9a-f]{64})(?:\.scope)?(?:\/|$)/m.exec(cgroup)?.[1];
  if (id !== undefined) return id.slice(0, 12);
  return /\/lxc(?:\.payload\.|\/)([^/\n]+)/.exec(cgroup)?.[1] ?? /\/machine-([^/\n]+)\.scope/.exec(cgroup)?.[1] ?? null;
}

/** Part of memory on disk that is worth a word, KiB. */
const WORTH_TELLING_KIB = 1024;

function conditionsOf(status: string, cgroup: string, mainThreadEnded: boolean): ProcessCondition[] {
  const conditions: ProcessCondition[] = [];
  const state = /^State:\s+(\S)/m.exec(status)?.[1];
  if (state === 'T') conditions.push({ kind: 'stopped', detail: null });
  const tracer = numberOf(/^TracerPid:\s+(\d+)/m.exec(status));
  if (tracer !== null && tracer !== 0) {
    const name = readStat(tracer)?.comm;
    conditions.push({ kind: 'traced', detail: `by process ${tracer}${name === undefined ? '' : ` (${name})`}` });
  }
  if (isFrozen(cgroup)) conditions.push({ kind: 'frozen', detail: null });
  const swapped = numberOf(/^VmSwap:\s+(\d+) kB/m.exec(status)) ?? 0;
  if (swapped >= WORTH_TELLING_KIB) conditions.push({ kind: 'swapped', detail: sizeText(swapped) });
  if (mainThreadEnded) conditions.push({ kind: 'main-thread-ended', detail: null });
  return conditions;
}

/** https://docs.kernel.org/admin-guide/cgroup-v2.html (cgroup.events), cgroup-v1/freezer-subsystem.html */
function isFrozen(cgroup: string): boolean {
  return cgroup.split('\n').some((line) => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    // `/../…`: outside of the namespace that we see.
    if (path === '' || path.includes('/..')) return false;
    if (controllers === '') {
      return ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].some((root) =>
        /^frozen 1$/m.test(readProcText(`${root}${path}/cgroup.events`) ?? ''),
      );
    }
    if (!controllers.split(',').includes('freezer')) return false;
    return readProcText(`/sys/fs/cgroup/freezer${path}/freezer.state`)?.trim() === 'FROZEN';
  });
}

/** Children looked at, and threads asked for theirs; past that it is not known. */
const MOST_CHILDREN = 200;
const MOST_THREADS = 200;
/** Of those whose program is not called Python, so many have their mappings read. */
const MOST_MAPS = 10;

/** Those that run the same program as their parent, a program called Python, or have a file called like Python mapped. */
function pythonChildren(pid: number): ChildProcess[] | null {
  const tids = namesIn(`/proc/${pid}/task`);
  if (tids === null || tids.length > MOST_THREADS) return null;
  const lists = tids.map((tid) => readProcText(`/proc/${pid}/task/${tid}/children`));
  // A kernel without CONFIG_PROC_CHILDREN has no such file.
  if (lists.every((list) => list === null)) return null;
  const pids = lists.flatMap((list) => (list ?? '').split(' ').filter(Boolean).map(Number));
  if (pids.length > MOST_CHILDREN) return null;
  const program = linkOf(`/proc/${pid}/exe`);
  let maps = MOST_MAPS;
  const runsPython = (child: number): boolean => {
    const exe = linkOf(`/proc/${child}/exe`);
    if (exe !== null && (exe === program || /(^|\/)python[\d.]*[^/]*$/.test(exe))) return true;
    if (exe === null || maps-- <= 0) return false;
    return /^\S+ r-xp .*\/libpython\d[^/\n]*$/m.test(readProcText(`/proc/${child}/maps`) ?? '');
  };
  return pids
    .sort((a, b) => a - b)
    .filter(runsPython)
    .map((child) => ({ pid: child, name: readStat(child)?.comm ?? '' }));
}

/** A root of its own is one even within the same mount namespace (chroot). */
function hasOurFiles(procId: number): boolean | null {
  const [theirs, ours] = [linkOf(`/proc/${procId}/ns/mnt`), linkOf('/proc/self/ns/mnt')];
  if (theirs === null || ours === null) return null;
  if (theirs !== ours) return false;
  try {
    const [root, own] = [statSync(`/proc/${procId}/root`), statSync('/proc/self/root')];
    return root.ino === own.ino && root.dev === own.dev;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

function userName(uid: number): string | null {
  try {
    return new RegExp(`^([^:\n]*):[^:\n]*:${uid}:`, 'm').exec(readFileSync('/etc/passwd', 'utf8'))?.[1] ?? null;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

function sizeText(kib: number): string {
  return kib < 1024 * 1024 ? `${Math.round(kib / 1024)} MiB` : `${(kib / (1024 * 1024)).toFixed(1)} GiB`;
}

function namesIn(folder: string): string[] | null {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

function numberOf(match: RegExpExecArray | null): number | null {
  return match?.[1] === undefined ? null : Number(match[1]);
}
