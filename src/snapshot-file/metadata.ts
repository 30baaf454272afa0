/**
 * What must a snapshot say that is in no memory? Who the process was, how the copy was had, and the source lines: the
 * machine that reads it has neither its /proc nor its files.
 */
import type { Located } from '../locate/locate.js';
import type { CoreMetadata, NotedLine } from '../process/core/index.js';
import type { NotedInterpreter } from '../process/process.js';
import type { Snapshot, Warning } from '../snapshot.js';

/** Of what is shown in `snapshot`. Labels and known registers are filled in by who writes the file. */
export function metadataOf(
  snapshot: Snapshot,
  located: Located,
  warnings: readonly Warning[],
  variables: boolean,
): CoreMetadata {
  const threads = new Map(snapshot.threads.flatMap((thread) => (thread.tid === null ? [] : [[thread.tid, thread]])));
  // One thread may have a thread state in each of several interpreters.
  const statesOf = new Map<number, number[]>();
  for (const { tid, threadState } of snapshot.threads) {
    if (tid === null || threadState === null) continue;
    statesOf.set(tid, [...(statesOf.get(tid) ?? []), Number.parseInt(threadState, 16)]);
  }
  return {
    origin: null,
    capturedAt: snapshot.capturedAt,
    executable: snapshot.executable,
    commandLine: snapshot.commandLine,
    threads: [...threads].map(([tid, thread]) => ({
      tid,
      innerTid: thread.innerTid ?? tid,
      name: thread.osName,
      state: thread.os?.state ?? null,
      threadStates: statesOf.get(tid) ?? [],
      terminated: thread.status === 'terminated',
      evidence: thread.evidence,
      movingFrames: thread.movingFrames,
      waitingOn: thread.os?.waitingOn ?? null,
      knownRegisters: null,
    })),
    labels: [],
    python: notedInterpreter(located),
    capture: snapshot.capture,
    variables,
    warnings,
    sources: shownLines(snapshot),
  };
}

export function notedInterpreter({ address, library, version, freeThreaded, globals }: Located): NotedInterpreter {
  return { address, library, version, freeThreaded, ...(globals && { globals }) };
}

function shownLines({ threads }: Snapshot): NotedLine[] {
  const lines = new Map<string, NotedLine>();
  for (const { frames } of threads) {
    for (const frame of frames) {
      if (frame.kind !== 'python' || frame.line === null || !frame.source) continue;
      const { file, line, source } = frame;
      lines.set(`${line} ${file}`, { file, line, text: source.text, modified: source.status === 'modified' });
    }
  }
  return [...lines.values()];
}
