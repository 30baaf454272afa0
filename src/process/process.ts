/**
 * What is looked at? A process that runs, a core file, a snapshot: they differ only here. Nobody above asks which it is;
 * what differs is what these members give. Two of them are parts that only some have: `sampler`, for what moves, and
 * `postMortem`, for what was recorded of what does not any more.
 */

import type { ByteSource } from '../elf/byte-source.js';
import type { Mapping } from '../memory/mapping.js';
import type { Range } from '../memory/ranges.js';
import type { MemoryReader } from '../memory/reader.js';
import type { Capture, ChildProcess, CoreInfo, ProcessInfo, Snapshot, Warning } from '../snapshot.js';
import type { Architecture } from './arch.js';
import type { ProcessRecord } from './core/note-records.js';
import type { NativeProcess } from './native.js';
import type { NotedInterpreter } from './noted-interpreter.js';
import type { ThreadMetadata } from './saved/metadata.js';
import type { NotedWaits } from './saved/noted-waits.js';

export interface Process {
  readonly pid: number | null;
  /** Of the processor that its threads run on, which is not that of an emulated program. */
  readonly architecture: Architecture;
  /** In words that can stand in a sentence: "process 4711", the path of a core. */
  readonly name: string;
  /** Memory as it is now, without stopping anything. */
  readonly memory: MemoryReader;
  /** How it is looked at while it runs; null: it does not, and all of it stands still for ever. */
  readonly sampler: Sampler | null;
  /** Where the interpreter is, if whoever made this copy noted it. A claim like any other: it has to be proven. */
  readonly noted: NotedInterpreter | null;
  /** The folder below which its files are to be found here; null: they are what they are here, or nowhere. */
  readonly root: string | null;
  /** Who it is, as of now or as recorded. */
  identify(): Identity;
  /** In address order, as of the last call of refresh. */
  mappings(): readonly Mapping[];
  /** Reads the mappings anew, where they can change. Throws PystackError `process-exited` or `permission`. */
  refresh(): void;
  threads(): readonly OsThread[];
  /** What each thread points to itself by (`pthread_self()`), by its inner id; empty where no registers tell. */
  threadPointers(): ReadonlyMap<number, number>;
  /** What of its memory is there, in address order; null: it runs, and all that is mapped is. */
  readonly written: readonly Range[] | null;
  /** Whether part of its memory is known to be lost: what is not found may have been there. */
  readonly isDamaged: boolean;
  /** For how long threads have not run, ms; those that are not in it run, or it is not known. */
  stillMs(tids: Iterable<number>): ReadonlyMap<number, number>;
  /** Children that have ended and were not waited for, as far as they can be known. */
  zombieChildren(): readonly ChildProcess[];
  /**
   * Which processes have what a thread waits for, or may have it; null: not known. `at`: the descriptor; of a lock of
   * `multiprocessing` the address of its semaphore; of a child its id.
   */
  outsideOwners(kind: OutsideKind, at: number): OutsideOwners | null;
  /** What a descriptor is open on, in words; null: not known. */
  describeFd(fd: number): string | null;
  /**
   * Opens the file behind a mapping, the very one that is mapped or nothing: through map_files, the target's root, or
   * (core) the search paths with the build id compared. The caller closes it. null: not to be had.
   */
  openMapped(mapping: Mapping): ByteSource | null;
  /** The whole of a file as the target would see it under `path` (sources). null: not there, or not a file. */
  readFile(path: string): TargetFile | null;
  /** What a core file of it would say, or says; null: nothing is known any more. */
  coreNotes(): CoreFileNotes | null;
  /** What was recorded of a process that is not there any more; null: it is. */
  postMortem(): PostMortem | null;
  /** What to throw instead of `error`, which came up while it was looked at: mostly itself. */
  explain(error: unknown): unknown;
  close(): void;
}

/** What is shared with other processes, and who has it. */
export interface OutsideOwners {
  /** The same for all who wait for it, in whichever process: "fe:00:4711", device and inode; "pipe:[4711] writers". */
  readonly id: string;
  /** The process itself may be among them. */
  readonly owners: readonly OutsideOwner[];
  /** Whether there are no others for certain: neither is there any that may not be looked at, nor one that is not seen from here. */
  readonly complete: boolean;
}

/** What may be had by other processes. `process-lock`: of `multiprocessing`. */
export type OutsideKind = 'file-lock' | 'pipe' | 'socket' | 'process-lock' | 'child';

export interface OutsideOwner {
  readonly pid: number;
  /** comm; null: not known. */
  readonly name: string | null;
  readonly evidence: 'exact' | 'probable';
}

/** As much of one as a search for the interpreter needs. */
export type Locatable = Pick<
  Process,
  | 'pid'
  | 'architecture'
  | 'memory'
  | 'sampler'
  | 'noted'
  | 'mappings'
  | 'openMapped'
  | 'threads'
  | 'threadPointers'
  | 'written'
  | 'isDamaged'
>;

/** Who a process is. */
export interface Identity {
  readonly source: Snapshot['source'];
  /** As seen from here; of a core, as recorded. */
  readonly pid: number | null;
  /** Its id inside its own pid namespace, where that is another; else null. */
  readonly innerPid: number | null;
  /** What is read of it is as of then: ISO 8601. */
  readonly capturedAt: string | null;
  readonly executable: string | null;
  readonly commandLine: string[] | null;
  /** Where and as whom it runs; null: not known. */
  readonly process: ProcessInfo | null;
  readonly architecture: Architecture;
  /** Source files changed after this moment (ms since the epoch) may not be what ran; null: not known. */
  readonly sourcesAsOfMs: number | null;
}

/** The side of a running process that looks, copies and stops. */
export interface Sampler {
  readonly native: NativeProcess;
  /** Thread ids inside the target's pid namespace -> as seen from here, as of now; cheaper than threads(). */
  tids(): Map<number, number>;
  /** Whether it still runs the program that it ran when it was opened: not after exec. `ended`: it does not run at all. */
  program(): 'same' | 'replaced' | 'ended';
  /** CLOCK_MONOTONIC, ms: what the kernel and the target count by. `hrtime` may begin anywhere, and does on Bun. */
  monotonicMs(): number;
}

export interface CoreFileNotes {
  readonly process: ProcessRecord;
  /** NT_AUXV word for word. */
  readonly auxv: Uint8Array;
}

/** What was written down of a process when it died, or was copied. */
export interface PostMortem {
  /** How the copy was had, if that was noted: then its threads were not all dead. null: of a core. */
  readonly copied: CopyNote | null;
  /** Whether all of each page is there that is: false of a core that was cut down to what was needed. */
  readonly hasWholePages: boolean;
  /** The thread that took the fatal signal; null: there was none, or it is not known. */
  readonly faultingTid: number | null;
  describe(): CoreInfo;
  /** Registers of a thread by name, those that are known; null: it has no such thread. */
  registers(tid: number): ReadonlyMap<string, bigint> | null;
  /** How its registers show a thread; null: not known. */
  lookAt(tid: number): OsLook | null;
  /** What a thread waited for, in words, where that was noted. */
  waitingOn(tid: number): string | null;
  /** What is missing or doubtful, as known so far: more is known once more was asked for. */
  warnings(): Warning[];
}

/** How a copy of a running process was had. */
export interface CopyNote {
  readonly capture: Capture;
  readonly threads: readonly ThreadMetadata[];
  /** What they waited for, and why; null: that was not noted. */
  readonly waits: NotedWaits | null;
  /** Whether variables were asked for; false: none are in it. */
  readonly variables: boolean;
  /** Whether native stacks were asked for; false: they are not in it. */
  readonly nativeStacks: boolean;
  /** What was missing or doubtful when the copy was taken. */
  readonly warnings: readonly Warning[];
}
export interface TargetFile {
  readonly bytes: Uint8Array;
  /** Last change, ms since the epoch. */
  readonly mtimeMs: number;
}

export interface OsThread {
  /** Kernel id as seen from here. */
  readonly tid: number;
  /** Id inside the target's innermost pid namespace; equal to tid without one. */
  readonly innerTid: number;
  /** comm; null when not known. */
  readonly name: string | null;
  /** State letter as in /proc/<pid>/stat, null when not known. */
  readonly state: string | null;
}

/** How the kernel (or a core's registers) shows a thread that nobody stopped. */
export interface OsLook {
  readonly tid: number;
  /** Null when it is not known, or the thread is gone. */
  readonly running: boolean | null;
  /** System call and its six arguments when blocked in one; null: in none, as when blocked in a page fault. */
  readonly syscall: { readonly number: number; readonly args: readonly number[] } | null;
  readonly sp: number | null;
  readonly pc: number | null;
  /** How often it had been given a CPU; null: not known. The same later means that it has not run in between. */
  readonly runs: number | null;
}
