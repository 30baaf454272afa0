/**
 * What is the result? Plain data: JSON-serialisable, versioned, the same for live processes and core files. Everything
 * that is shown anywhere is first here; renderers read nothing else.
 *
 * Rules: missing is `null` (or an absent optional array), never -1 or "???"; lists are complete or say that they are not
 * (`ending`); text from the target is exact here and made harmless by whoever prints it. Lone surrogates stay lone
 * surrogates (well-formed JSON escapes them).
 */

import type { ThreadException } from './snapshot-exceptions.js';
import type { Frame, PythonFrame, Value } from './snapshot-frames.js';
import type { EventLoop, Task } from './snapshot-tasks.js';
import type { Finding, Resource, Wait } from './snapshot-waits.js';

export type * from './snapshot-exceptions.js';
export type * from './snapshot-frames.js';
export type * from './snapshot-tasks.js';
export type * from './snapshot-waits.js';

/** Raised when a field changes its meaning or goes away; new fields do not raise it. */
export const SCHEMA_VERSION = 1;

export interface Snapshot {
  /** Version of the meaning of these fields. New fields do not raise it. */
  schemaVersion: typeof SCHEMA_VERSION;
  /** What was looked at. */
  source: 'live' | 'core' | 'snapshot';
  /** Process id as seen from here; of a core, the one recorded in it (null when it holds none). */
  pid: number | null;
  /** The same process's id in its own, innermost pid namespace, where that differs; else null. */
  innerPid: number | null;
  /** When the capture was taken (ISO 8601, UTC). For a core: when the file was written, if known. */
  capturedAt: string | null;
  /** Path of the program, in the target's own file system. */
  executable: string | null;
  /** argv of the target, as it stands in its memory now; what the command writes has `<redacted>` for the secrets in it; with `--no-redact` only for what is one by its shape, as a password in an address. */
  commandLine: string[] | null;
  /** Whose it is, where and since when it runs, and what keeps it from running; null: not recorded (most cores). */
  process: ProcessInfo | null;
  /** The interpreter; null when none could be made out. */
  python: PythonInfo | null;
  /** Longest time any thread was stopped by us, ms; 0 when none was stopped. Same as `capture.pauseMs`. */
  pauseMs: number;
  /** How the copy of memory was had. */
  capture: Capture;
  /**
   * In the text's order: newest Python thread first and the main thread last, then threads unknown to Python. Of a
   * crash, the faulting thread comes before all others.
   */
  threads: Thread[];
  /**
   * Only of a core whose thread states are lost, with `--exhaustive`: calls that were found in its memory. Absent: there are
   * none, or they were not looked for.
   */
  looseStacks?: LooseStack[];
  /** What event loops and hubs resume: tasks, greenlets. Empty: there are none. null: they were not asked for. */
  tasks: Task[] | null;
  /** How many tasks were left out for their number. */
  tasksLeftOut: number;
  /** Event loops, runs of trio, hubs. */
  loops: EventLoop[];
  /** What threads wait for or hold that others may want, each once; {@link Wait.resource} names it. */
  resources: Resource[];
  /** Why it is stuck, as far as it can be told: the certain ones first. Empty says nothing. */
  findings: Finding[];
  /** Everything that is missing or doubtful in this document. */
  warnings: Warning[];
  /** Whether all that was asked for is here. False: exit code 3. */
  complete: boolean;
  /**
   * Other interpreters that are at work in the same process, each as the document that `--library` with its address gives; they
   * were looked at one after the other. Absent: there are none, or they could not be shown, which a warning says.
   */
  others?: Snapshot[];
  /** Only of core files: the process as it was, and what ended it. */
  core: CoreInfo | null;
  /** Where the time went, ms, in order; always present, shown with -vv. */
  timings: Timing[];
}

export interface Timing {
  /** Name of the stage. */
  phase: string;
  /** How long it took. */
  ms: number;
}

/** What the kernel says of the process as a whole, at the time of the capture. */
export interface ProcessInfo {
  /** Name of the machine it was looked at on, as `uname -n` prints it. */
  host: string | null;
  /** When it started (ISO 8601, UTC), right to about 10 ms. */
  startedAt: string | null;
  /** Effective user id. */
  uid: number | null;
  /** That user's name in the machine's /etc/passwd; null: it has none there, or runs in a container. */
  user: string | null;
  /** Id or name of the container it runs in; null: none that its control group tells, or the one we run in as well. */
  container: string | null;
  /** Whether paths mean the same files to it as to us: neither a mount namespace nor a root of its own. */
  sameFiles: boolean | null;
  /** What keeps it from running as it would; empty: nothing does. */
  conditions: ProcessCondition[];
  /** Its children that run Python, in the order of their ids; null: not known. */
  pythonChildren: ChildProcess[] | null;
  /** How many threads the kernel counts, those included that Python does not know; null: not known. */
  threadCount: number | null;
}

/**
 * `stopped`: by a signal; `traced`: by another process, which may stop it; `frozen`: with its control group; `swapped`: part
 * of its memory is on disk; `main-thread-ended`: a zombie whose other threads go on; `emulated`: a program runs it that stands
 * in for a processor (qemu-user), and native frames and the executable are of that.
 */
export interface ProcessCondition {
  /** Which of these. */
  kind: 'stopped' | 'traced' | 'frozen' | 'swapped' | 'main-thread-ended' | 'emulated';
  /** By whom or how much, in words: "by process 4711 (gdb)", "1.2 GiB", "qemu-x86_64"; null: there is nothing to add. */
  detail: string | null;
}

/** A process that this one started. */
export interface ChildProcess {
  /** As seen from here. */
  pid: number;
  /** The kernel's name for it (comm). */
  name: string;
}

export interface PythonInfo {
  /** "3.12.1", "3.15.0a1" before a release, or "3.12" where the patch level cannot be known. */
  version: string;
  /** The 3 of 3.12. */
  major: number;
  /** The 12 of 3.12. */
  minor: number;
  /** Build flavour, as far as it matters to reading it. */
  implementation: 'cpython';
  /** Whether it was built with `--with-pydebug`; null: not known. */
  debugBuild: boolean | null;
  /** Whether it was built to run without a GIL. */
  freeThreaded: boolean;
  /** Path (inside the target's own file system) of the file that holds the interpreter: the executable or libpython. */
  library: string | null;
  /** Address of `_PyRuntime`, hexadecimal; before 3.7 of the variable `interp_head`. */
  runtimeAddress: string | null;
  /** Which strategy found it. */
  locatedBy: string;
  /** `initialized`: running normally. */
  state: 'starting' | 'initialized' | 'finalizing' | 'unknown';
}

/** How the copy of memory was had. */
export interface Capture {
  /** `core`: nothing had to be copied. */
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

/**
 * How we know that a thread's stack is what it was. `still`: proven not to have run while it was copied. `stopped`: it
 * was stopped by us (or by somebody else, or is dead: a core) while it was copied. `agreed`: two consecutive copies were
 * equal. `none`: best effort; it may be inconsistent.
 */
export type Evidence = 'still' | 'stopped' | 'agreed' | 'none';

export type GilState = 'holding' | 'waiting' | 'dropping' | 'none' | 'disabled' | 'unknown';

/**
 * Whether a thread may touch Python objects: what stands in the GIL's place in builds without one. `attached`: it runs
 * Python; `detached`: it is outside, in a system call or in C code; `suspended`: it is kept outside while another thread
 * needs all others still (the collector does); `shutting-down`: the interpreter ends, and it is not let in again.
 */
export type Attachment = 'attached' | 'detached' | 'suspended' | 'shutting-down';

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
  /** Whether it is the main thread of the process. */
  isMain: boolean;
  /** `PyInterpreterState.id`; 0 is the main interpreter; null: attached to none. */
  interpreterId: number | null;
  /** Address of its PyThreadState, hexadecimal. */
  threadState: string | null;
  /** What it has to do with the GIL of its interpreter. `disabled`: there is none. */
  gil: GilState;
  /** Whether it runs Python, as the interpreter has it noted (3.13+). null: before, or not known. */
  attachment: Attachment | null;
  /** Whether this thread runs the garbage collector. null: unknown. */
  gc: boolean | null;
  /** `terminated`: the OS thread is gone; `unstarted`: the thread state exists, the OS thread has not bound to it. */
  status: 'alive' | 'terminated' | 'unstarted';
  /** Kernel's state letter and, for a blocked thread, the system call it is in. */
  os: OsThreadState | null;
  /** For how long it has not run, ms, at least; null: it runs, or that is not known (cores, refused, a CPU that we may not use). */
  stillMs: number | null;
  /** What it waits for, as the program has it. Empty: for nothing, or it could not be told for certain. */
  waits: Wait[];
  /** How its stack is known to be what it was. */
  evidence: Evidence;
  /** Whether the frames are of one instant of this thread. */
  consistent: boolean;
  /** How many innermost frames were moving when the rest agreed (non-blocking), else 0. */
  movingFrames: number;
  /** Why the Python stack ends where it does. `complete`, or the reason that outer frames are missing. */
  ending: StackEnding;
  /** Of what was lost of a core: why frames may be missing inside of the innermost that is shown; absent: none are. */
  innerGap?: string;
  /** Outermost first. */
  frames: Frame[];
  /** Why the native stack ends where it does; null when native frames were not asked for. */
  nativeEnding: StackEnding | null;
  /** The exception being handled or propagated; only with locals. */
  exception: Value | null;
  /**
   * The exceptions that it deals with: the one on its way, then those handled, the innermost first. null: not known, for it
   * ran (of cores and of threads that wait it is known).
   */
  exceptions: ThreadException[] | null;
  /** Of a core: the thread that took the fatal signal. */
  faulting: boolean;
  /** Of a core, with -v, or of stopped threads: register name -> hexadecimal value. */
  registers: Record<string, string> | null;
}

/** Calls that were under way, and follow each other; which thread was in them is not known. */
export interface LooseStack {
  /** How it came to be here, instead of from a thread: its frames name code objects, which name their type. */
  foundBy: 'code-type';
  /** `complete`: its links end with the outermost frame here. */
  ending: StackEnding;
  /** Outermost first. */
  frames: PythonFrame[];
}

export interface OsThreadState {
  /** R, S, D, T, t, Z, X, I … as in /proc/<pid>/stat; of a running process as of just after the copy. */
  state: string | null;
  /** When it was copied: whether it had a CPU or was ready for one (`running`), or waited; null: not known. */
  activity: 'running' | 'waiting' | null;
  /** Name of the system call the thread is blocked in; null: none or not known. */
  syscall: string | null;
  /** What it waits on, in words, e.g. "futex 0x7f…", "fd 5 (TCP 10.0.0.5:41234->10.0.0.9:5432 (ESTABLISHED))"; what a descriptor is open on, as of just after the copy. */
  waitingOn: string | null;
  /** How often it had been given a CPU, when it was copied: the same later means that it has not run since. null: not known. */
  runs: number | null;
}

export interface StackEnding {
  /** `truncated`: outer frames are missing. */
  kind: 'complete' | 'truncated';
  /**
   * In words, when truncated: "cycle in frame links", "memory at 0x… cannot be read". Of the native stack of a greenlet that is
   * complete "end of a switched stack"; else null.
   */
  reason: string | null;
}

export interface Warning {
  /** One of the closed list of docs/warnings.md. */
  code: WarningCode;
  /** What is missing or doubtful here, in one line. */
  message: string;
  /** The thread it is about, if one. */
  tid?: number;
}

/** What is missing or doubtful, in one word. docs/warnings.md explains each of this closed list. */
export type WarningCode =
  | 'stack-truncated'
  | 'thread-inconsistent'
  | 'not-simultaneous'
  | 'interpreter-unreadable'
  | 'other-interpreter'
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
  /** The core file. */
  path: string;
  /** Path of the executable used to fill in what the core leaves out, and how it was found. */
  executable: string | null;
  /** The parent's process id. */
  ppid: number | null;
  /** Process group. */
  pgrp: number | null;
  /** Session. */
  sid: number | null;
  /** User. */
  uid: number | null;
  /** Group. */
  gid: number | null;
  /** State letter of NT_PRPSINFO. */
  state: string | null;
  /** Nice value. */
  nice: number | null;
  /** `pr_flag`, the kernel's flags of the process (PF_*). */
  flag: number | null;
  /** `pr_fname`, up to 15 characters. */
  fname: string | null;
  /** `pr_psargs`, up to 80 characters, as it is: kernels end it with a blank. */
  psargs: string | null;
  /** Whether the process was a zombie. */
  zombie: boolean | null;
  /** What ended the process; null when nothing did (written on demand) or it is not known. */
  signal: CoreSignal | null;
  /** Written on demand (gcore, snapshot), no crash. */
  onDemand: boolean;
  /** Its threads, Python's or not, as the core lists them. */
  threads: CoreThread[];
  /** The files that were mapped. */
  modules: CoreModule[];
  /** Its memory, range by range. */
  maps: CoreMap[];
}

/** A thread that the core has registers of. */
export interface CoreThread {
  /** As recorded. */
  tid: number;
  /** How many of its registers are known. */
  registers: number;
}

export interface CoreSignal {
  /** Number of the signal. */
  number: number;
  /** As in signal(7): `SIGSEGV`. */
  name: string;
  /** `si_code`. */
  code: number | null;
  /** `si_errno`; mostly 0. */
  errno: number | null;
  /** Its name, `SEGV_MAPERR`; null: it has none that is known. */
  codeName: string | null;
  /** Hexadecimal; null for signals without. */
  faultAddress: string | null;
  /** What was mapped there, or nearest, in words. */
  faultContext: string | null;
  /** Process that sent it; null: the kernel did. */
  senderPid: number | null;
  /** User who sent it. */
  senderUid: number | null;
}

export interface CoreModule {
  /** As the target saw it. */
  path: string;
  /** Where its first byte is mapped, hexadecimal. */
  loadAddress: string;
  /** Build id that the core holds, hexadecimal. */
  buildId: string | null;
  /** File used for it here; null: not found. */
  file: string | null;
  /** Build id of the file used here. */
  fileBuildId: string | null;
  /** `unverified`: found by name, but without build ids to compare. */
  status: 'found' | 'missing' | 'mismatch' | 'unverified';
}

export interface CoreMap {
  /** First address, hexadecimal. */
  start: string;
  /** One past the last, hexadecimal. */
  end: string;
  /** As in /proc/<pid>/maps: `r-xp`. */
  permissions: string;
  /** Bytes of it that the core holds. */
  dumpedBytes: number;
  /** The file mapped there; null: none. */
  file: string | null;
  /** Offset into it, bytes. */
  fileOffset: number | null;
}
