/**
 * What must a snapshot say that is in no memory? Who the process was, how the copy was had, and the source lines: the
 * machine that reads it has neither its /proc nor its files.
 */
import { PystackError } from '../errors.js';
import type { Located } from '../locate/locate.js';
import type { NotedInterpreter } from '../process/noted-interpreter.js';
import type { NotedLine, SavedMetadata, ThreadMetadata } from '../process/saved/metadata.js';
import type { NotedLoop, NotedTask, NotedWaits } from '../process/saved/noted-waits.js';
import type { EventLoop, ExceptionInfo, Frame, Snapshot, Task, Thread, Warning } from '../snapshot.js';

/** Of what is shown in `snapshot`. Labels and known registers are filled in by who writes the file. */
export function metadataOf(
  snapshot: Snapshot,
  located: Located,
  warnings: readonly Warning[],
  { variables, nativeStacks }: Pick<SavedMetadata, 'variables' | 'nativeStacks'>,
): SavedMetadata {
  return {
    origin: null,
    capturedAt: snapshot.capturedAt,
    executable: snapshot.executable,
    commandLine: snapshot.commandLine,
    process: snapshot.process,
    threads: snapshot.threads.flatMap((thread) => (thread.tid === null ? [] : notedThread(thread.tid, thread))),
    labels: [],
    python: notedInterpreter(located),
    capture: snapshot.capture,
    variables,
    nativeStacks,
    waits: notedWaits(snapshot),
    warnings,
    sources: shownLines(snapshot),
  };
}

/** A thread that has a thread state in each of several interpreters has as many records: each is known in its own way. */
function notedThread(tid: number, thread: Thread): ThreadMetadata {
  return {
    tid,
    innerTid: thread.innerTid ?? tid,
    name: thread.osName,
    state: thread.os?.state ?? null,
    threadStates: thread.threadState === null ? [] : [Number.parseInt(thread.threadState, 16)],
    terminated: thread.status === 'terminated',
    evidence: thread.evidence,
    consistent: thread.consistent,
    movingFrames: thread.movingFrames,
    waitingOn: thread.os?.waitingOn ?? null,
    knownRegisters: null,
  };
}

/** Those that are known otherwise than most, or wait for what memory does not tell: a descriptor, a time. */
function notedTasks(tasks: readonly Task[]): NotedTask[] {
  return tasks
    .filter(
      ({ evidence, waits }) =>
        evidence !== 'still' ||
        waits.some(({ resource, timeoutMs }) => timeoutMs !== null || resource?.startsWith('fd ')),
    )
    .map(({ id, evidence, waits }) => ({ id, evidence, waits }));
}

function notedLoop({ id, evidence, nextTimerMs }: EventLoop): NotedLoop {
  return { id, evidence, nextTimerMs };
}

function notedWaits({ threads, tasks, loops, resources, findings }: Snapshot): NotedWaits {
  const waiting = threads.flatMap(({ tid, stillMs, os, waits }) => {
    const runs = os?.runs ?? null;
    return tid === null || (stillMs === null && runs === null && waits.length === 0)
      ? []
      : [{ tid, stillMs, runs, waits }];
  });
  return { threads: waiting, tasks: notedTasks(tasks ?? []), loops: loops.map(notedLoop), resources, findings };
}

export function notedInterpreter(located: Located): NotedInterpreter {
  const { address, library, version, freeThreaded, debugBuild, globals, asyncioTable } = located;
  if (address === null) {
    throw new PystackError('not-initialized', 'there is no interpreter whose place a snapshot could note', {
      cause: 'only threads of it were found, by what they point to themselves by',
      nextStep: 'look at it with pystack remote, or keep a core: gcore',
    });
  }
  return { address, library, version, freeThreaded, debugBuild, ...(globals && { globals }), asyncioTable };
}

function shownLines({ threads, tasks }: Snapshot): NotedLine[] {
  const lines = new Map<string, NotedLine>();
  const raised = threads.flatMap(({ exceptions }) =>
    (exceptions ?? []).flatMap(({ exception }) => framesOf(exception)),
  );
  for (const frames of [
    ...threads.map((thread) => thread.frames),
    ...(tasks ?? []).map((task) => task.frames),
    raised,
  ]) {
    for (const frame of frames) {
      if (frame.kind !== 'python' || frame.line === null || !frame.source) continue;
      const { file, line, source } = frame;
      // It is in the memory that is kept.
      if (source.status === 'linecache') continue;
      lines.set(`${line} ${file}`, { file, line, text: source.text, modified: source.status === 'modified' });
    }
  }
  return [...lines.values()];
}

/** Of an exception and all that it leads to. */
function framesOf({ traceback, cause, context, exceptions }: ExceptionInfo): Frame[] {
  const others = [cause, context, ...(exceptions ?? [])];
  return [...traceback, ...others.flatMap((each) => (each === null ? [] : framesOf(each)))];
}
