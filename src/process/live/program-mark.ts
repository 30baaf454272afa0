/** Is it still the process, and the program, that was opened? A number may be another process's by now, and exec keeps it. */
import { livingThread } from './living-thread.js';
import { readStat } from './proc-files.js';
import { readAuxv } from './process-record.js';

export class ProgramMark {
  readonly #startTicks: number | null;
  /** Where the kernel put the program, its loader and its random bytes: anew at each exec. */
  readonly #auxv: Uint8Array;

  /** As of now. `procId`: see LiveProcess. */
  constructor(
    readonly pid: number,
    readonly procId: number,
  ) {
    this.#startTicks = readStat(pid)?.startTicks ?? null;
    this.#auxv = readAuxv(procId);
  }

  now(): 'same' | 'replaced' | 'ended' {
    const stat = readStat(this.pid);
    if (!stat || stat.startTicks !== this.#startTicks) return 'ended';
    // Without a living thread it has no memory either, and no vector.
    if (/[ZX]/.test(stat.state) && livingThread(this.pid) === null) return 'ended';
    return Buffer.compare(readAuxv(this.procId), this.#auxv) === 0 ? 'same' : 'replaced';
  }
}
