/**
 * What is the result? Plain data: JSON-serialisable, versioned, the same for live processes and core files. Everything
 * that is shown anywhere is first here; renderers read nothing else.
 *
 * Rules: missing is `null` (or an absent optional array), never -1 or "???"; lists are complete or say that they are not
 * (`ending`); text from the target is exact here and made harmless by whoever prints it. Lone surrogates stay lone
 * surrogates (well-formed JSON escapes them).
 */

/** Raised when a field changes its meaning or goes away; new fields do not raise it. */
export const SCHEMA_VERSION = 1;

export interface Snapshot {
  schemaVersion: typeof SCHEMA_VERSION;
  /** What was looked at. */
  source: 'live' | 'core' | 'snapshot';
  /** Process id as seen from here; of a core, the one recorded in it (null when it holds none). */
  pid: number | null;
  /** The same process's id in its own, innermost pid namespace, where that differs; else null. */
  innerPid: number | null;
  /** When the capture was taken (ISO 8601, UTC). For a core: when the file was written, if known. */
  capturedAt: string | null;
  executable: string | null;
  /** argv of the target, as it stands in its memory now. */
  commandLine: string[] | null;
  python: PythonInfo | null;
  /** Longest time any thread was stopped by us, ms; 0 when none was stopped. Same as `capture.pauseMs`. */
  pauseMs: number;
  capture: Capture;
  /** In the text's order: newest Python thread first and the main thread last, then threads unknown to Python. */
  threads: Thread[];
  /** Everything that is missing or doubtful in this document. */
  warnings: Warning[];
  /** Whether all that was asked for is here. False: exit code 3. */
  complete: boolean;
  core: CoreInfo | null;
  /** Where the time went, ms, in order; always present, shown with -vv. */
  timings: Timing[];
}

export interface Timing {
  phase: string;
  ms: number;
}

export interface PythonInfo {
  /** "3.12.1", or "3.12" where the patch level cannot be known. */
  version: string;
  major: number;
  minor: number;
  /** Build flavour, as far as it matters to reading it. */
  implementation: 'cpython';
  debugBuild: boolean | null;
  freeThreaded: boolean;
  /** Path (inside the target's own file system) of the file that holds the interpreter: the executable or libpython. */
  library: string | null;
  /** Address of `_PyRuntime`, hexadecimal. */
  runtimeAddress: string | null;
  /** Which strategy found it. */
  locatedBy: string;
  /** `initialized`: running normally. */
  state: 'starting' | 'initialized' | 'finalizing' | 'unknown';
}

/** How the copy of memory was had. */
export interface Capture {
  mode: 'blocking' | 'non-blocking' | 'core';
  /** Longest time any thread was stopped by us, ms. */
  pauseMs: number;
  /** How many distinct threads were stopped; 0 when every thread was proven to stand still. */
  stoppedThreads: number;
  /** Freezes taken until nothing was missing; 0 for a core. */
  rounds: number;
  /** Whether all threads are shown as they were at one instant. */
  simultaneous: boolean;
  /** In words, which mechanism was used, e.g. "schedstat+syscall", "process_vm_readv". */
  methods: string[];
}

/** How we know that a thread's stack is what it was. */
export type Evidence =
  /** Proven not to have run while it was copied. */
  | 'still'
  /** Stopped by us (or by somebody else, or dead: a core) while it was copied. */
  | 'stopped'
  /** Two consecutive copies were equal. */
  | 'agreed'
  /** Best effort; may be inconsistent. */
  | 'none';

export type GilState = 'holding' | 'waiting' | 'dropping' | 'none' | 'disabled' | 'unknown';

export interface Thread {
  /** Kernel thread id as seen from here; null for a Python thread state without a (known) OS thread. */
  tid: number | null;
  /** The id inside the target's own pid namespace where that differs, else null. */
  innerTid: number | null;
  /** `threading.Thread.name`; null when there is none or it is not known. */
  name: string | null;
  /** The kernel's name for the thread (comm). */
  osName: string | null;
  /** Whether Python knows this thread. */
  isPython: boolean;
  isMain: boolean;
  /** `PyInterpreterState.id`; 0 is the main interpreter; null: attached to none. */
  interpreterId: number | null;
  /** Address of its PyThreadState, hexadecimal. */
  threadState: string | null;
  gil: GilState;
  /** Whether this thread runs the garbage collector. null: unknown. */
  gc: boolean | null;
  /** `terminated`: the OS thread is gone; `unstarted`: the thread state exists, the OS thread has not bound to it. */
  status: 'alive' | 'terminated' | 'unstarted' | 'unknown';
  /** Kernel's state letter and, for a blocked thread, the system call it is in. */
  os: OsThreadState | null;
  evidence: Evidence;
  /** Whether the frames are of one instant of this thread. */
  consistent: boolean;
  /** How many innermost frames were moving when the rest agreed (non-blocking), else 0. */
  movingFrames: number;
  /** Why the Python stack ends where it does. `complete`, or the reason that outer frames are missing. */
  ending: StackEnding;
  /** Outermost first. */
  frames: Frame[];
  /** Why the native stack ends where it does; null when native frames were not asked for. */
  nativeEnding: StackEnding | null;
  /** The exception being handled or propagated; only with locals. */
  exception: Value | null;
  /** Of a core: the thread that took the fatal signal. */
  faulting: boolean;
  /** Of a core, with -v, or of stopped threads: register name -> hexadecimal value. */
  registers: Record<string, string> | null;
}

export interface OsThreadState {
  /** R, S, D, T, t, Z, X, I … as in /proc/<pid>/stat. */
  state: string | null;
  /** Name of the system call the thread is blocked in; null: none or not known. */
  syscall: string | null;
  /** What it waits on, in words, e.g. "futex 0x7f…", "fd 5 (socket:[123])". */
  waitingOn: string | null;
}

export interface StackEnding {
  kind: 'complete' | 'truncated';
  /** In words, when truncated: "cycle in frame links", "memory at 0x… cannot be read". */
  reason: string | null;
}

export type Frame = PythonFrame | NativeFrame;

export interface PythonFrame {
  kind: 'python';
  /** `co_name`. */
  function: string;
  /** `co_qualname` where the version has it (3.11+), else null. */
  qualname: string | null;
  /** `co_filename`, as the target has it. */
  file: string;
  /** 1-based; null when the code object says that this instruction has no line. */
  line: number | null;
  endLine: number | null;
  /** 0-based, in UTF-8 bytes of the source line, as CPython stores them; null where the version has none. */
  column: number | null;
  endColumn: number | null;
  /** The source line; null when it is not to be had or not known to be what ran. */
  source: SourceLine | null;
  /** Whether this frame was entered from C (it has an eval loop of its own). */
  isEntry: boolean;
  /** Why something in this frame is missing or doubtful; absent when all is well. */
  problem?: string;
  /** Present only when locals were asked for. */
  arguments?: Variable[];
  locals?: Variable[];
}

export interface SourceLine {
  /** The whole line without its line ending. */
  text: string;
  /** Where the executing part lies in `text`, as UTF-16 indices; null when unknown. */
  start: number | null;
  end: number | null;
  /** `current`: the file has not changed since the process started. `modified`: it has, so this may not be what ran. */
  status: 'current' | 'modified';
}

export interface NativeFrame {
  kind: 'native';
  /** Demangled name; null when no symbol covers the address. */
  symbol: string | null;
  /** As it stands in the symbol table. */
  rawSymbol: string | null;
  /** Path of the module, in the target's own file system. */
  library: string | null;
  /** Instruction address, hexadecimal. */
  address: string;
  /** Bytes from the start of the symbol. */
  offset: number | null;
  file: string | null;
  line: number | null;
  inlined: boolean;
}

export interface Variable {
  name: string;
  /** `cell`, `free` for closure variables. */
  kind: 'argument' | 'local' | 'cell' | 'free';
  value: Value;
}

export interface Value {
  /** Qualified name of the type; null when it cannot be read. */
  type: string | null;
  /** As `repr()` would show it, bounded. */
  repr: string;
  /** Whether something was left out for length, depth or number. */
  truncated: boolean;
  redacted: boolean;
  /** Why it could not be read, when it could not. */
  problem?: string;
}

export interface Warning {
  code: WarningCode;
  message: string;
  /** The thread it is about, if one. */
  tid?: number;
}

/** Closed list; docs/warnings.md explains each. */
export type WarningCode =
  | 'stack-truncated'
  | 'thread-inconsistent'
  | 'not-simultaneous'
  | 'thread-vanished'
  | 'thread-unreadable'
  | 'interpreter-unreadable'
  | 'version-untested'
  | 'names-unreadable'
  | 'source-modified'
  | 'max-pause-exceeded'
  | 'not-stoppable'
  | 'starting'
  | 'finalizing'
  | 'build-id-mismatch'
  | 'module-not-found'
  | 'core-truncated'
  | 'core-damaged'
  | 'native-incomplete'
  | 'value-unreadable'
  | 'degraded-capture';

/** What only a core file tells. */
export interface CoreInfo {
  path: string;
  /** Path of the executable used to fill in what the core leaves out, and how it was found. */
  executable: string | null;
  ppid: number | null;
  pgrp: number | null;
  sid: number | null;
  uid: number | null;
  gid: number | null;
  /** State letter of NT_PRPSINFO. */
  state: string | null;
  nice: number | null;
  /** `pr_fname`, up to 15 characters. */
  fname: string | null;
  /** `pr_psargs`, up to 80 characters. */
  psargs: string | null;
  zombie: boolean | null;
  /** What ended the process; null when nothing did (written on demand) or it is not known. */
  signal: CoreSignal | null;
  /** Written on demand (gcore, snapshot), no crash. */
  onDemand: boolean;
  modules: CoreModule[];
  maps: CoreMap[];
}

export interface CoreSignal {
  number: number;
  name: string;
  code: number | null;
  codeName: string | null;
  /** Hexadecimal; null for signals without. */
  faultAddress: string | null;
  /** What was mapped there, or nearest, in words. */
  faultContext: string | null;
  senderPid: number | null;
  senderUid: number | null;
}

export interface CoreModule {
  path: string;
  /** Where its first byte is mapped, hexadecimal. */
  loadAddress: string;
  buildId: string | null;
  /** File used for it here; null: not found. */
  file: string | null;
  fileBuildId: string | null;
  status: 'found' | 'missing' | 'mismatch' | 'unverified';
}

export interface CoreMap {
  start: string;
  end: string;
  permissions: string;
  /** Bytes of it that the core holds. */
  dumpedBytes: number;
  file: string | null;
  fileOffset: number | null;
}
