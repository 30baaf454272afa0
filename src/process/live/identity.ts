/**
 * Who is the target? Facts that stay the same while it lives, each read when first asked for.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { decodeBytes } from '../../memory/byte-text.js';
import { errnoOf, readProcText, readStat, readStatus } from './proc-files.js';

/** Clock ticks a second in /proc/<pid>/stat: USER_HZ, 100 on x86-64 and AArch64. */
const USER_HZ = 100;

export class ProcessIdentity {
  #nsPids: readonly number[] | undefined;
  #startTimeMs: number | null | undefined;

  /** `procId`: see LiveProcess. */
  constructor(
    readonly pid: number,
    readonly procId = pid,
  ) {}

  /** Path of the executable as the target sees it, ` (deleted)` removed; null when it may not be read. */
  get executable(): string | null {
    try {
      return decodeBytes(readlinkSync(`/proc/${this.procId}/exe`, 'buffer')).replace(/ \(deleted\)$/, '');
    } catch (error) {
      if (errnoOf(error) === null) throw error;
      return null;
    }
  }

  /** Arguments, the program's name first; empty when it has overwritten them, null when they cannot be read. */
  get commandLine(): string[] | null {
    try {
      const text = decodeBytes(readFileSync(`/proc/${this.procId}/cmdline`));
      return text === '' ? [] : text.replace(/\0$/, '').split('\0');
    } catch (error) {
      if (errnoOf(error) === null) throw error;
      return null;
    }
  }

  /** When it started, ms since the epoch, right to about 10 ms; null when not known. */
  get startTimeMs(): number | null {
    if (this.#startTimeMs === undefined) {
      const ticks = readStat(this.pid)?.startTicks;
      // Both count from boot, sleep included. `btime` of /proc/stat would be right to a second only.
      const uptime = Number(readProcText('/proc/uptime')?.split(' ')[0] ?? Number.NaN);
      const ms = Date.now() - (uptime - (ticks ?? Number.NaN) / USER_HZ) * 1000;
      this.#startTimeMs = Number.isFinite(ms) ? ms : null;
    }
    return this.#startTimeMs;
  }

  /** Ids from the namespace /proc shows inward; one entry: no namespace below ours. */
  get nsPids(): readonly number[] {
    this.#nsPids ??= readStatus(this.pid)?.nsPids ?? [];
    return this.#nsPids;
  }

  /** The process that traces it now, or null. No obstacle to reading it, only to stopping it. */
  get tracerPid(): number | null {
    return readStatus(this.pid)?.tracerPid || null;
  }
}
