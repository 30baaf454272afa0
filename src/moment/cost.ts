/** What did all freezes of a capture together cost the target? The longest pause, everybody who was ever stopped, all rounds. */

import type { NativeProcess } from '../process/native.js';
import type { Capture } from '../snapshot.js';
import { proofOf } from './frozen-threads.js';
import type { Pass } from './pass-result.js';

export class Cost {
  readonly stopped = new Set<number>();
  readonly methods = new Set<string>();
  pauseMs = 0;
  rounds = 0;

  add({ frozen }: Pick<Pass, 'frozen'>): void {
    for (const tid of frozen.stoppedTids) this.stopped.add(tid);
    this.pauseMs = Math.max(this.pauseMs, frozen.pauseMs);
    this.rounds += frozen.rounds;
    this.methods.add(proofOf(frozen));
  }

  /** That threads were stopped in vain. */
  addStop({ pauseMs, methods }: Capture): void {
    this.pauseMs = Math.max(this.pauseMs, pauseMs);
    for (const method of methods) this.methods.add(method);
  }

  /** This and what a last resort cost. */
  with(last: Capture, { readMethod }: NativeProcess): Capture {
    return {
      ...last,
      pauseMs: Math.max(this.pauseMs, last.pauseMs),
      stoppedThreads: Math.max(this.stopped.size, last.stoppedThreads),
      rounds: this.rounds + last.rounds,
      methods: [...new Set([...this.methods, ...last.methods, readMethod])],
    };
  }

  /** What it cost, when all threads were had as of one instant. */
  capture(process: NativeProcess): Capture {
    return {
      mode: 'blocking',
      pauseMs: this.pauseMs,
      stoppedThreads: this.stopped.size,
      rounds: this.rounds,
      simultaneous: true,
      methods: [...this.methods, process.readMethod],
    };
  }
}
