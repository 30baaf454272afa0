/**
 * The only importer of `pystack_native.node`. What the addon offers, typed; what it does is told in native/README.md.
 * Every call is synchronous: ptrace belongs to one thread, and nothing of ours runs while a thread stands still.
 */
import { loadAddon } from './addon-file.js';

/** How a thread was found by the last look. */
export const LOOK = { running: 0, blocked: 1, gone: 2, unknown: 3 } as const;

/** How a thread's pages were had. */
export const EVIDENCE = { none: 0, still: 1, stopped: 2, gone: 3 } as const;

export interface NativeAddon {
  /**
   * A live process: keeps /proc files open between calls. Throws an Error with `code` (errno name: ESRCH, EPERM, EACCES)
   * and `syscall` when it cannot be had (ESRCH also for a zombie and for a kernel thread: neither has memory), with
   * `code` ERR_NOT_MAIN_THREAD on a worker thread. Here and below a wrong argument is a TypeError.
   */
  LiveProcess: new (
    pid: number,
  ) => NativeProcess;
  /** Nanoseconds of CLOCK_MONOTONIC, as a double. */
  monotonicNs(): number;
  /**
   * Inode of the socket that the Unix socket with this inode is connected to, both in our own network namespace; 0: it is
   * not connected, there is none, or the kernel has no unix_diag. Throws errno errors where it refuses.
   */
  unixSocketPeer(inode: number): number;
}

export interface NativeProcess {
  /** `process_vm_readv`, or `mem` (pread of /proc/<pid>/mem) once the former was refused. */
  readonly readMethod: 'process_vm_readv' | 'mem';
  /** Reads into `into` from `address`; returns the bytes read, short at the first byte that cannot be. Throws errno errors only when the process is gone or may not be read at all. */
  read(address: number, into: Uint8Array): number;
  /**
   * Reads the pages at `addresses` (each page-aligned) into `into` one after the other, 1,024 a system call; `ok[i]` is
   * 1 where page i was read. Returns how many were.
   */
  readPages(addresses: Float64Array, into: Uint8Array, ok: Uint8Array): number;
  /** Lists the threads and looks at each: run counter first, then system call. */
  look(): LookResult;
  /**
   * Whether its threads are the same as in an earlier look, each blocked in it, and none has run for one instruction since.
   * Reads the counters only: a fraction of another look. An entry a thread in each of the columns of that look.
   */
  stoodSince(tids: Int32Array, states: Uint8Array, runs: Float64Array): boolean;
  /** Lists the threads with what the kernel calls them, a small file each. Empty when the process is gone. */
  labels(): ThreadLabels;
  /**
   * For how long each of these threads has not run, ms, at least: its note `se.exec_start` of when it last did, beside that
   * of a thread of ours that runs on the same CPU, as each CPU keeps that clock for itself, without the time that
   * interrupts and other virtual machines took. NaN: the kernel does not tell (before Linux 6.15 it needs
   * CONFIG_SCHED_DEBUG), we may not run on that CPU, or the thread is gone.
   * https://docs.kernel.org/scheduler/sched-debug.html
   */
  stillMs(tids: Int32Array): Float64Array;
  /**
   * The copy. See {@link FreezePlan}; native/README.md tells the algorithm. What happens to the target is in the result;
   * throws errno errors only for our own lack of a thread (EAGAIN) or of descriptors (EMFILE), nothing being stopped.
   */
  freeze(plan: FreezePlan): FreezeResult;
  /**
   * Stops the given threads and keeps them stopped until `release`, a garbage collection, or our death. Those that have
   * not come to their stop after `maxMs` (whole, at most 500, the default) are left running. Release before the event loop
   * goes on if the target is a child of this process: Node waits for its children's reports too.
   */
  stop(tids: Int32Array, maxMs?: number): NativeStop;
  close(): void;
}

export interface NativeStop {
  /** Which of them stand now (index into tids): 1 stopped, 0 not. */
  readonly stopped: Uint8Array;
  /** Of each that stands its general registers, as in {@link FreezeResult}; else null. */
  readonly registers: readonly (BigUint64Array | null)[];
  /** Where these say it is, and in which system call; `unknown` where they do not tell. One entry for each of tids. */
  readonly look: LookResult;
  /** Lets them go; returns for how long they stood, ms. A second call does nothing and returns 0. */
  release(): number;
}

/** Column-wise, one entry a thread, in the kernel's order. */
export interface ThreadLabels {
  readonly tids: Int32Array;
  /** `comm`; bytes that are no UTF-8 are U+FFFD. */
  readonly names: readonly string[];
  /** The scheduler's letter of each: R, S, D, T, t, Z, X, I … */
  readonly letters: string;
}

/** Column-wise, one entry a thread. */
export interface LookResult {
  tids: Int32Array;
  /** LOOK.* */
  states: Uint8Array;
  /** Times the thread got a CPU. */
  runs: Float64Array;
  /** System call number, -1: blocked outside one (a page fault), -2: running or unknown. */
  syscalls: Int32Array;
  /** Six arguments a thread. */
  args: Float64Array;
  sp: Float64Array;
  pc: Float64Array;
  /** Which proof this kernel offers: `schedstat+syscall`, `switches+syscall`, or `none`. */
  method: 'schedstat+syscall' | 'switches+syscall' | 'none';
}

export interface FreezePlan {
  /** `prove`: stop only what runs; `no-stop`: prove what stands, stop nothing. */
  mode: 'prove' | 'no-stop';
  tids: Int32Array;
  /** Page addresses, each once. What is in neither list below is copied once, before all else. */
  pages: Float64Array;
  /** Thread i owns pages[ownedPages[j]] for ownedStart[i] <= j < ownedStart[i + 1]. */
  ownedStart: Uint32Array;
  ownedPages: Uint32Array;
  /** Indices into pages of those copied while the running threads stand. */
  sharedPages: Uint32Array;
  /** 1 for each of tids that `prove` stops even where it stands still, because its registers are needed. Absent: none. */
  mustStop?: Uint8Array;
  /** Bytes copied from each thread's stack pointer upward (0: none). */
  stackBytes: number;
  /** Not counted: tries after which all threads were let go at once, because some had no CPU to come to their stop. */
  maxRounds: number;
  /** Give up stopping (threads left out are EVIDENCE.none) once threads would stand longer than this, ms. */
  maxPauseMs: number;
}

/** What has to be copied of a thread beside the first bytes of its stack, so that its native stack can be followed. */
export type StackNeed =
  /** All its registers: it has to be stopped. */
  | { readonly kind: 'registers' }
  /** These addresses. */
  | { readonly kind: 'memory'; readonly start: number; readonly end: number };

export interface FreezeResult {
  /** PAGE_BYTES bytes for each of plan.pages. */
  bytes: Uint8Array;
  ok: Uint8Array;
  /** EVIDENCE.* for each of plan.tids. */
  evidence: Uint8Array;
  /** LOOK data of each of plan.tids as of the copy (same order as plan.tids). */
  look: LookResult;
  /** For each of plan.tids: the general registers of a stopped thread (struct user_regs_struct: 27 on x86-64, 34 on AArch64), else null. */
  registers: (BigUint64Array | null)[];
  /** For each of plan.tids: stack bytes from its sp upward, or null. */
  stacks: (Uint8Array | null)[];
  /** Longest time of a round in which some thread stood because of us: until the last PTRACE_DETACH, ms. */
  pauseMs: number;
  /** Distinct tids that were stopped in any round. */
  stoppedTids: Int32Array;
  rounds: number;
  /** Whether everything is of one instant: all of plan.tids still, stopped or gone in the last round. */
  simultaneous: boolean;
  /** Whether maxPauseMs cut it short. */
  overPause: boolean;
  /** tids that would not stop (uninterruptible) or must not be (another tracer), with the errno name. */
  refused: { tid: number; why: string }[];
}

let addon: NativeAddon | undefined;

/** Loads the addon on first use. Throws PystackError `addon-missing`. */
export function native(): NativeAddon {
  addon ??= loadAddon('pystack_native') as NativeAddon;
  return addon;
}
