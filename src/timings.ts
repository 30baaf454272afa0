/** Where does the time go? Laps of a stopwatch, in order. */
import type { Timing } from './snapshot.js';

export class Stopwatch {
  readonly laps: Timing[] = [];
  #since = performance.now();

  /** Ends the phase that began with the last lap, and names it. Milliseconds. */
  lap(phase: string): void {
    const now = performance.now();
    this.laps.push({ phase, ms: Math.round((now - this.#since) * 1000) / 1000 });
    this.#since = now;
  }
}
