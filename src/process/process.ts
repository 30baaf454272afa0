/**
 * What is looked at? A process that runs, a core file, a snapshot: they differ only here. Five things: who it is, its memory, its mappings,
 * its threads, and the files it mapped. How a consistent copy is had of a live one is moment/'s business.
 */
import type { ByteSource } from '../elf/byte-source.js';
import type { Address } from '../memory/address.js';
import type { Mapping } from '../memory/mapping.js';
import type { MemoryReader } from '../memory/reader.js';

export interface Process {
  readonly kind: 'live' | 'core';
  readonly pid: number | null;
  /** Memory as it is now, without stopping anything. */
  readonly memory: MemoryReader;
  /** In address order, as of the last call of refresh (live) or for ever (core). */
  mappings(): readonly Mapping[];
  threads(): readonly OsThread[];
  /**
   * Opens the file behind a mapping, the very one that is mapped or nothing: through map_files, the target's root, or
   * (core) the search paths with the build id compared. The caller closes it. null: not to be had.
   */
  openMapped(mapping: Mapping): ByteSource | null;
  /** The whole of a file as the target would see it under `path` (sources). null: not there, or not a file. */
  readFile(path: string): TargetFile | null;
  /** Where the interpreter is, if whoever made this copy noted it. A claim like any other: it has to be proven. */
  readonly noted?: NotedInterpreter | null;
  close(): void;
}

export interface NotedInterpreter {
  /** Of `_PyRuntime`; before 3.7 of `interp_head`. */
  readonly address: Address;
  /** Before 3.7: of the global variables that were found, by name. */
  readonly globals?: Readonly<Record<string, number>>;
  /** Path of the file that holds it. */
  readonly library: string | null;
  readonly version: {
    readonly major: number;
    readonly minor: number;
    readonly patch: number | null;
    readonly releaseLevel: 'alpha' | 'beta' | 'candidate' | 'final' | null;
    readonly serial: number | null;
  };
  readonly freeThreaded: boolean;
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
