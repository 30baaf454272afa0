/** Which other processes have the same semaphore of `multiprocessing`? Those that have its file mapped, by device and inode. */
import { decodeMappings } from '../mappings.js';
import type { OutsideOwner, OutsideOwners } from '../process.js';
import { nearbyProcesses, processName } from './other-processes.js';
import { readProcText } from './proc-files.js';

/** Processes looked at, and named. */
const MOST_PROCESSES = 1000;
const MOST_OWNERS = 64;

/** `at`: an address within it in process `pid`. null: there is no such semaphore there. */
export function readSemaphoreSharers(pid: number, at: number): OutsideOwners | null {
  const own = mappingsOf(pid).find(({ start, end }) => start <= at && at < end);
  if (!own?.path?.startsWith('/dev/shm/sem.') || own.inode === 0) return null;
  const owners: OutsideOwner[] = [];
  for (const other of nearbyProcesses(pid).slice(0, MOST_PROCESSES)) {
    if (owners.length >= MOST_OWNERS) break;
    if (other === pid) continue;
    if (!mappingsOf(other).some(({ inode, device }) => inode === own.inode && device === own.device)) continue;
    owners.push({ pid: other, name: processName(other), evidence: 'probable' });
  }
  return { id: `${own.device}:${own.inode}`, owners, complete: false };
}

function mappingsOf(pid: number) {
  return decodeMappings(readProcText(`/proc/${pid}/maps`) ?? '');
}
