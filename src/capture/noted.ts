/**
 * How was a snapshot's copy had? A core's threads are dead; those of a snapshot were proven still, or stopped, or were
 * on the move, when the copy was taken, and its note says which.
 */
import type { CoreMetadata } from '../target/core/index.js';
import type { CapturedProcess } from './captured.js';

/** `captured`, with what the note says in place of what would hold for any core. null: it is no snapshot. */
export function asNoted(captured: CapturedProcess, metadata: CoreMetadata | null): CapturedProcess {
  if (!metadata?.capture) return captured;
  const notes = new Map(metadata.threads.map((thread) => [thread.tid, thread]));
  const evidenceOf = (tid: number) => notes.get(tid)?.evidence ?? 'none';
  return {
    ...captured,
    threads: captured.threads.map((thread) => {
      const { tid } = thread;
      // Without an OS thread there is nothing that could have been stopped or proven.
      if (tid === null) return { ...thread, evidence: 'none' };
      return { ...thread, evidence: evidenceOf(tid), movingFrames: notes.get(tid)?.movingFrames ?? 0 };
    }),
    nativeThreads: captured.nativeThreads.map((thread) => ({ ...thread, evidence: evidenceOf(thread.look.tid) })),
    capture: metadata.capture,
    warnings: [...metadata.warnings, ...captured.warnings],
  };
}
