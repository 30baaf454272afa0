/**
 * The pipeline of `pystack snapshot`: inspect a running process, then keep what was read as a small core file, from which
 * `inspectCore` says the same later and elsewhere.
 */

import { outputFile, saveCore } from './corefile-writer/save-core.js';
import { buildCore, type ImageThread } from './corefile-writer/write-core.js';
import { PystackError } from './errors.js';
import type { CapturedProcess, CapturedThread } from './moment/captured.js';
import { withSharedLocks } from './neighbours/shared-locks.js';
import { type SnapshotOptions, settleInspectOptions } from './options.js';
import { type Examined, examine, type Settings, withProcess } from './pipeline.js';
import type { Architecture } from './process/arch.js';
import { decodeAuxv } from './process/core/note-records.js';
import { openLiveProcess } from './process/live/live-process.js';
import type { OsThread, Process } from './process/process.js';
import type { Question } from './questions/question.js';
import { withoutSecrets } from './secrets/command-line.js';
import { secretNames } from './secrets/names.js';
import type { Snapshot } from './snapshot.js';
import { asKept } from './snapshot-file/as-kept.js';
import { keepMemory } from './snapshot-file/kept-memory.js';
import { metadataOf, notedInterpreter } from './snapshot-file/metadata.js';
import { registersOf, systemCallOf } from './snapshot-file/registers.js';
import type { Stopwatch } from './timings.js';

export interface SavedSnapshot {
  readonly path: string;
  /** Of the file. */
  readonly bytes: number;
  /** What the file says: the document of `inspectProcess`. */
  readonly snapshot: Snapshot;
}

/**
 * Looks at a running process as `inspectProcess` does and writes what it saw to the file `path` (gzipped if it is called
 * `….gz`), whole or not at all. Rejects with PystackError, or with the reason of `options.signal`.
 */
export async function snapshotProcess(
  pid: number,
  path: string,
  options: SnapshotOptions = {},
): Promise<SavedSnapshot> {
  return (await saveWith(pid, path, options)).saved;
}

/** The same, with what it was made from. `more` is asked beside the usual questions, and kept as they are. */
export async function saveWith(
  pid: number,
  path: string,
  options: SnapshotOptions,
  more: readonly Question<unknown>[] = [],
): Promise<{ readonly saved: SavedSnapshot; readonly examined: Examined }> {
  const settings = { ...settleInspectOptions(options), registers: false };
  // Before anything is done to the process: a wrong name should not cost it a pause.
  outputFile(path);
  return withProcess(
    () => openLiveProcess(pid),
    async (target, watch) => {
      const seen = await examine(target, settings, watch, more);
      const examined = { ...seen, snapshot: await withSharedLocks(seen.snapshot, target) };
      const { pieces, snapshot } = fileOf(target, examined, settings, watch);
      const bytes = await saveCore(path, pieces, options.signal);
      watch.lap('write');
      return { saved: { path, bytes, snapshot: { ...snapshot, timings: watch.laps } }, examined };
    },
  );
}

/** The file's content, and the snapshot with what could not be kept of it. */
function fileOf(
  target: Process,
  { snapshot: seen, located, captured, questions }: Examined,
  settings: Settings,
  watch: Stopwatch,
): { pieces: Uint8Array[]; snapshot: Snapshot } {
  const notes = target.coreNotes();
  if (!notes) throw new PystackError('process-exited', `${target.name} ended while it was looked at`);
  const { auxv } = notes;
  target.refresh();
  const memory = keepMemory(target, {
    located,
    noted: notedInterpreter(located),
    captured,
    questions: questions.list,
    secrets: questions.secrets,
    osThreads: osThreadsOf(seen, captured),
    auxv: decodeAuxv(new DataView(auxv.buffer, auxv.byteOffset, auxv.byteLength)),
    native: settings.native !== 'off',
  });
  const snapshot = asKept(withheld(seen, settings), memory);
  const process = { ...notes.process, psargs: snapshot.commandLine?.join(' ') ?? '' };
  // Of several interpreters the file has one; whoever reads it could not know of the others.
  const ofOthers = seen.warnings.filter(({ code }) => code === 'other-interpreter');
  const pieces = buildCore({
    machine: target.architecture,
    process,
    threads: imageThreads(target.architecture, process.pid, captured),
    auxv,
    mappings: target.mappings(),
    pages: memory.kept.pages(),
    keep: memory.kept.ranges(),
    metadata: metadataOf(snapshot, located, [...captured.warnings, ...ofOthers], {
      variables: settings.locals !== null,
      nativeStacks: settings.native !== 'off',
    }),
  });
  watch.lap('keep');
  return { pieces, snapshot };
}

/** What is secret on the command line is not written. */
function withheld(seen: Snapshot, { locals }: Settings): Snapshot {
  const isSecret = secretNames(locals ?? { redact: [], redactDefaults: true });
  return { ...seen, commandLine: seen.commandLine && withoutSecrets(seen.commandLine, isSecret) };
}

/** Threads that stand behind a captured thread state, or were asked for besides. */
function osThreadsOf({ threads }: Snapshot, captured: CapturedProcess): OsThread[] {
  const tids = new Set(eachThread(captured).map(({ tid }) => tid));
  return threads.flatMap(({ tid, innerTid, osName, os }) =>
    tid !== null && tids.delete(tid)
      ? [{ tid, innerTid: innerTid ?? tid, name: osName, state: os?.state ?? null }]
      : [],
  );
}

/** The main thread first: debuggers begin with it. */
function imageThreads(machine: Architecture, pid: number, captured: CapturedProcess): ImageThread[] {
  const threads = eachThread(captured).map(({ tid, look, native }) => ({
    tid,
    registers: registersOf(machine, look, native),
    systemCall: systemCallOf(machine, look),
  }));
  return [...threads.filter(({ tid }) => tid === pid), ...threads.filter(({ tid }) => tid !== pid)];
}

type FileThread = Pick<CapturedThread, 'look' | 'native'> & { readonly tid: number };

/** Each OS thread once: it may have a thread state in several interpreters. */
function eachThread({ threads, nativeThreads }: CapturedProcess): FileThread[] {
  const byTid = new Map<number, FileThread>();
  for (const { tid, terminated, look, native } of threads) {
    if (tid !== null && !terminated && !byTid.has(tid)) byTid.set(tid, { tid, look, native });
  }
  for (const { look, native } of nativeThreads) {
    if (!byTid.has(look.tid)) byTid.set(look.tid, { tid: look.tid, look, native });
  }
  return [...byTid.values()];
}
