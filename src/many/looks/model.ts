/**
 * What is kept of a look at one process, so that thousands of them can be put together? Who it was, and of each thread
 * its name and its stack. Plain data: it is what a file of `pystack collect` holds (docs/collect-format.md).
 */

/** The process and the circumstances. Fields of a newer version that are not known here are kept as they are. */
export interface LookInfo {
  /** Name of the machine (or pod) on which it was looked at. */
  readonly host: string;
  /** As seen there; null: not known, of a core. */
  readonly pid: number | null;
  /** When the process started, in clock ticks since that machine did; with the id it means one process. null: not known. */
  readonly start: number | null;
  /** When it was looked at, by the clock of that machine (ISO 8601, UTC). */
  readonly at: string;
  readonly ppid: number | null;
  /** What it runs, without arguments: they may hold secrets. */
  readonly command: string | null;
  /** Version of Python; null: it could not be made out. */
  readonly python: string | null;
  /** What its environment says of its place in a job; only variables of {@link IDENTITY_VARIABLES}. */
  readonly env: Readonly<Record<string, string>>;
  /** The core file; null: it was running. */
  readonly core: string | null;
  /** What ended it; null: nothing, as far as is known. */
  readonly crash: CrashInfo | null;
  /** Whether all that was asked for could be read. */
  readonly complete: boolean;
  /** Codes of its warnings, each once. */
  readonly warnings: readonly string[];
  /** What is wrong in it, as far as one process can tell. */
  readonly findings: readonly FindingInfo[];
  /** Why nothing could be read; null: something was. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface FindingInfo {
  /** One word of an open list: a newer version may know more of them. */
  readonly code: string;
  /** Whether it is proven. */
  readonly certain: boolean;
  /** One sentence. */
  readonly message: string;
}

export interface CrashInfo {
  /** `SIGSEGV`; null: not known. */
  readonly signal: string | null;
  /** Type of the exception that the faulting thread had in hand, where it was read; else null. */
  readonly exception: string | null;
}

/** A call that threads stand in. Of native code neither addresses nor offsets: they differ from process to process. */
export interface FrameInfo {
  readonly kind: 'python' | 'native';
  /** Qualified where the version has it; of native code the symbol, or null. */
  readonly name: string | null;
  /** As the target has it; of native code the library. */
  readonly file: string | null;
  readonly line: number | null;
  /** The source line without its indentation, where it is known to be what ran. */
  readonly source: string | null;
}

/** A stretch of a stack: frames that stand there so many times in a row. */
export interface FrameRun<F = FrameInfo> {
  readonly times: number;
  readonly frames: readonly F[];
}

export interface ThreadLook {
  /** As Python calls it, else the system. */
  readonly name: string | null;
  readonly tid: number | null;
  /** In a word or two what it does besides: `waits for lock self._lock`, `holds the GIL`. */
  readonly state: string | null;
  /** For how long it has not run, ms; null: it runs, or that is not known. */
  readonly stillMs: number | null;
  /** Whether a finding is about it. */
  readonly inFinding: boolean;
  readonly isMain: boolean;
  /** Of a core: it took the fatal signal. */
  readonly faulting: boolean;
  /** Whether its frames may be of different instants. */
  readonly inconsistent: boolean;
  /** Whether outer frames are missing. */
  readonly truncated: boolean;
  /** Outermost first. */
  readonly stack: readonly FrameRun[];
}

export interface ProcessLook {
  readonly info: LookInfo;
  readonly threads: readonly ThreadLook[];
}
