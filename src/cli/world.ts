/** What of the world outside does a run of the command touch? */
import type { Sink } from './output.js';

/** The world outside, as far as a run touches it. */
export interface World {
  readonly stdout: Sink;
  readonly stderr: Sink;
  stdoutIsTerminal(): Promise<boolean>;
  stderrIsTerminal(): Promise<boolean>;
  /** Width of the terminal that stdout is; null where it is none. */
  columns(): number | null;
  /** Lines of the terminal that stdout is; null: it is none. */
  rows(): number | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the program was started. */
  now(): number;
  /** CPU time that this program has used, ms. */
  cpuMs(): number;
  /** Peak resident memory so far, MiB. */
  peakMemoryMiB(): number;
  /** Node, system and machine, in words. */
  platform(): string;
  /** Our own process id. */
  readonly pid: number;
  /** From now on a signal to end aborts this one, with an {@link Interrupted} as its reason, instead of ending at once. */
  interruption(): AbortSignal;
}

/** Somebody wants this program to end; what it was about to leave behind is removed. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
