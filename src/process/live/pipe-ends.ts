/** Which processes have the other end of a pipe open? Those who write it, of a thread that reads, and the other way round. */
import { lstatSync, readlinkSync } from 'node:fs';
import type { OutsideOwner } from '../process.js';
import { nearbyProcesses, openDescriptors, processName } from './other-processes.js';
import { errnoOf } from './proc-files.js';

/** Descriptors looked at, of all processes together. */
const MOST_DESCRIPTORS = 50_000;
/** Processes that are named. */
const MOST_OWNERS = 64;

export interface PipeEnds {
  /** "pipe:[4711] writers": of one pipe there are two. */
  readonly ends: string;
  /** Empty: nobody, or none that may be looked at. */
  readonly owners: readonly OutsideOwner[];
}

/** null: it is no pipe, or it is closed. */
export function readPipeEnds(pid: number, fd: number): PipeEnds | null {
  const pipe = linkOf(pid, fd);
  const own = endOf(pid, fd);
  if (!pipe?.startsWith('pipe:[') || !own) return null;
  const owners: OutsideOwner[] = [];
  let left = MOST_DESCRIPTORS;
  for (const other of nearbyProcesses(pid)) {
    if (left <= 0 || owners.length >= MOST_OWNERS) break;
    const descriptors = openDescriptors(other).slice(0, left);
    left -= descriptors.length;
    const hasOther = descriptors.some((each) => {
      if (linkOf(other, each) !== pipe) return false;
      const end = endOf(other, each);
      return end !== null && ((own.reads && end.writes) || (own.writes && end.reads));
    });
    if (hasOther) owners.push({ pid: other, name: processName(other), evidence: 'exact' });
  }
  return { ends: `${pipe} ${own.reads ? 'writers' : 'readers'}`, owners };
}

function linkOf(pid: number, fd: number | string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

/** What the descriptor is open for: its link says so by the owner's permissions, "l-wx------". */
function endOf(pid: number, fd: number | string): { readonly reads: boolean; readonly writes: boolean } | null {
  try {
    const { mode } = lstatSync(`/proc/${pid}/fd/${fd}`);
    return { reads: (mode & 0o400) !== 0, writes: (mode & 0o200) !== 0 };
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}
