/** Which other processes are there, and what have they open? Only as far as they may be looked at. */
import { readdirSync } from 'node:fs';
import type { OutsideOwner } from '../process.js';
import { errnoOf, readProcText } from './proc-files.js';

/** All there are, this one first, then by how near their numbers are to it: relatives mostly started about then. */
export function nearbyProcesses(pid: number): number[] {
  const pids = entriesOf('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).sort((a, b) => Math.abs(a - pid) - Math.abs(b - pid));
}

/** comm; null: there is no such process, or it may not be seen. */
export function processName(pid: number): string | null {
  return readProcText(`/proc/${pid}/comm`)?.replace(/\n$/, '') ?? null;
}

/** Processes that are named. */
const MOST_OWNERS = 64;

/** These processes as owners for certain. `all`: whether all of them are named. */
export function ownersOf(pids: readonly number[]): { readonly owners: OutsideOwner[]; readonly all: boolean } {
  const owners = pids
    .slice(0, MOST_OWNERS)
    .map((pid): OutsideOwner => ({ pid, name: processName(pid), evidence: 'exact' }));
  return { owners, all: owners.length === pids.length };
}

/** Empty: none, or they may not be looked at. */
export function openDescriptors(pid: number): string[] {
  return entriesOf(`/proc/${pid}/fd`);
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return [];
  }
}
