/**
 * Which children has a process, and which have ended without their parent having asked how? https://man7.org/linux/man-pages/man5/proc_tid_children.5.html
 */
import type { ChildProcess } from '../../snapshot.js';
import type { OutsideOwners } from '../process.js';
import { ownersOf } from './other-processes.js';
import { readProcText, readStat } from './proc-files.js';

/** Children looked at. */
const MOST_CHILDREN = 1000;

/** Those of the main thread, which is who starts them as a rule. */
export function zombieChildren(pid: number): ChildProcess[] {
  const children = (readProcText(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean);
  return children.slice(0, MOST_CHILDREN).flatMap((child): ChildProcess[] => {
    const stat = readStat(Number(child));
    return stat?.state === 'Z' ? [{ pid: Number(child), name: stat.comm }] : [];
  });
}

/** The child with this id, whose end is waited for; null: there is none (it may have another id inside). */
export function readChild(pid: number, child: number): OutsideOwners | null {
  if (readStat(child)?.ppid !== pid) return null;
  return { id: String(child), owners: ownersOf([child]).owners, complete: true };
}
