/** Where does the time go? Laps of a stopwatch, in order. */
import { hrtime } from 'node:process';
import type { Timing } from './snapshot.js';

export class Stopwatch {
  readonly laps: Timing[] = [];
  #since = nowMs();

  /** Ends the phase that began with the last lap, and names it. Milliseconds. */
  lap(phase: string): void {
    const now = nowMs();
    this.laps.push({ phase, ms: Math.round((now - this.#since) * 1000) / 1000 });
    this.#since = now;
  }
}

/** Milliseconds since some moment. `performance` says the same, and takes one to load. */
function nowMs(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
