/**
 * How was a snapshot's copy had? A core's threads are dead; those of a snapshot were proven still, or stopped, or were
 * on the move, when the copy was taken, and its note says which.
 */

import type { CopyNote, OsLook } from '../process/process.js';
import type { ThreadMetadata } from '../process/saved/metadata.js';
import type { CapturedProcess, CapturedThread } from './captured.js';

/**
 * `captured`, with what the note says in place of what would hold for any core. `lookAt` is asked anew for a thread that
 * the note alone knows by its state: what else told its id was the process's own memory, and may have changed since.
 */
export function asNoted(
  captured: CapturedProcess,
  copyNote: CopyNote | null,
  lookAt: (tid: number) => OsLook | null,
): CapturedProcess {
  if (!copyNote) return captured;
  const notes = new Map(copyNote.threads.map((thread) => [thread.tid, thread]));
  const byState = new Map<number, ThreadMetadata>();
  for (const thread of copyNote.threads) for (const state of thread.threadStates) byState.set(state, thread);
  return {
    ...captured,
    threads: captured.threads.map((thread): CapturedThread => {
      const note = byState.get(thread.walk.state.address);
      // Without an OS thread there is nothing that could have been stopped or proven.
      if (!note) return { ...thread, tid: null, look: null, evidence: 'none' };
      const { tid, terminated, evidence, consistent, movingFrames } = note;
      return { ...thread, tid, terminated, evidence, movingFrames, settled: consistent, look: lookAt(tid) };
    }),
    nativeThreads: captured.nativeThreads
      .filter(({ look }) => notes.get(look.tid)?.threadStates.length === 0)
      .map((thread) => ({ ...thread, evidence: notes.get(thread.look.tid)?.evidence ?? 'none' })),
    capture: copyNote.capture,
    warnings: [...copyNote.warnings, ...captured.warnings],
  };
}
