/** Which other processes have the same semaphore of `multiprocessing`? Those that have its file mapped, by device and inode. */
import { decodeMappings } from '../mappings.js';
import type { OutsideOwner, OutsideOwners } from '../process.js';
import { seesAllProcesses } from './open-ends.js';
import { nearbyProcesses, processName } from './other-processes.js';
import { readProcText, readStat } from './proc-files.js';

/** Processes looked at, and named. */
const MOST_PROCESSES = 1000;
const MOST_OWNERS = 64;

/** `at`: an address within it in process `pid`. null: there is no such semaphore there. */
export function readSemaphoreSharers(pid: number, at: number): OutsideOwners | null {
  const own = mappingsOf(pid).find(({ start, end }) => start <= at && at < end);
  if (!own?.path?.startsWith('/dev/shm/sem.') || own.inode === 0) return null;
  const owners: OutsideOwner[] = [];
  const others = nearbyProcesses(pid);
  let complete = seesAllProcesses() && others.length <= MOST_PROCESSES;
  for (const other of others.slice(0, MOST_PROCESSES)) {
    if (other === pid) continue;
    const text = readProcText(`/proc/${other}/maps`);
    if (text === null && mayHaveMemory(other)) complete = false;
    if (!decodeMappings(text ?? '').some(({ inode, device }) => inode === own.inode && device === own.device)) continue;
    if (owners.length >= MOST_OWNERS) {
      complete = false;
      break;
    }
    owners.push({ pid: other, name: processName(other), evidence: 'probable' });
  }
  return { id: `${own.device}:${own.inode}`, owners, complete };
}

/** Not what has ended, whether or not its parent knows. */
function mayHaveMemory(pid: number): boolean {
  const state = readStat(pid)?.state ?? 'Z';
  return state !== 'Z' && state !== 'X';
}

function mappingsOf(pid: number) {
  return decodeMappings(readProcText(`/proc/${pid}/maps`) ?? '');
}
