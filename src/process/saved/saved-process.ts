/**
 * What is a snapshot file to the rest of pystack? A core whose notes tell what no core tells: who the process was, how the
 * copy was had, the lines of its sources. (A core that was cut down has such a note as well, and says of itself what wrote
 * the one that it was cut from.)
 */
import type { CoreProcess } from '../core/core-process.js';
import type { OsThread } from '../process.js';
import type { SavedMetadata } from './metadata.js';
import { notedSource } from './noted-source.js';

/** `core`, with what its note says in place of what would hold for any core. */
export function asNotedProcess(core: CoreProcess, metadata: SavedMetadata): CoreProcess {
  const threads = new Map(metadata.threads.map((thread) => [thread.tid, thread]));
  const known = new Map(
    metadata.threads.map(({ tid, knownRegisters }) => [tid, knownRegisters && new Set(knownRegisters)]),
  );
  const osThreads = core.threads().map((thread): OsThread => {
    const note = threads.get(thread.tid);
    return note ? { ...thread, innerTid: note.innerTid, name: note.name, state: note.state } : thread;
  });
  const { capture, variables, nativeStacks, warnings, commandLine } = metadata;
  return {
    ...core,
    metadata,
    capturedAt: metadata.capturedAt ?? core.capturedAt,
    writtenBy: metadata.origin ?? 'pystack',
    noted: metadata.python,
    executable: metadata.executable ?? core.executable,
    copied: capture && { capture, threads: metadata.threads, waits: metadata.waits, variables, nativeStacks, warnings },
    threads: () => osThreads,
    // What it read of a thread besides is in the note, in words; the bytes themselves are not kept.
    knowsRegister: (tid, name) => known.get(tid)?.has(name) ?? true,
    waitingOn: (tid) => threads.get(tid)?.waitingOn ?? null,
    commandLine: () => (commandLine ? [...commandLine] : core.commandLine()),
    readFile: (path) => notedSource(metadata.sources, path) ?? core.readFile(path),
  };
}
