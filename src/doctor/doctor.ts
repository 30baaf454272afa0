/** Would it work here? Everything a look leans on, tried: on this machine, and on the process that is named. */
import { targetName } from '../process/addon-file.js';
import { requireSupportedMachine } from '../process/platform.js';
import { version } from '../version.js';
import { checkMachine } from './machine.js';
import { checkTarget } from './process.js';
import type { DoctorReport } from './report.js';

/**
 * Throws PystackError `unsupported-platform`, and nothing for what is refused: that is what it is to tell. The process is
 * looked at as `pystack remote` would.
 */
export async function examineMachine(pid: number | null): Promise<DoctorReport> {
  requireSupportedMachine();
  const machine = await checkMachine();
  const { checks, costs } = pid === null ? { checks: [], costs: [] } : await checkTarget(pid);
  return { doctorVersion: 1, version: version(), target: targetName(), pid, checks: [...machine, ...checks], costs };
}
