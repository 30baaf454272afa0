/**
 * What do signal numbers and si_code values mean? Linux on x86-64 and AArch64 (the same numbers).
 * https://elixir.bootlin.com/linux/v6.6/source/include/uapi/asm-generic/siginfo.h#L175
 */

const SIGNALS = (
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG ' +
  'XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'
).split(' ');

const SIGRTMIN = 32;
const SIGRTMAX = 64;

/** `SIGSEGV`; a real-time signal relative to the kernel's first: `SIGRTMIN+2`; else `signal 99`. */
export function signalName(number: number): string {
  const name = SIGNALS[number - 1];
  if (name !== undefined) return `SIG${name}`;
  if (number >= SIGRTMIN && number <= SIGRTMAX) {
    // glibc keeps the first two for itself; everybody counts from its SIGRTMIN, 34.
    const above = number - 34;
    return above === 0 ? 'SIGRTMIN' : `SIGRTMIN${above > 0 ? '+' : ''}${above}`;
  }
  return `signal ${number}`;
}

/** Signals whose default action writes a core: signal(7). */
const DUMPING = new Set([3, 4, 5, 6, 7, 8, 11, 24, 25, 31]);
const SIGTRAP = 5;

/**
 * Whether a core written by a debugger with this signal pending shows a process that was about to die of it. SIGTRAP is
 * how debuggers themselves stop a process.
 */
export function isFatalUnderDebugger(signal: number): boolean {
  return DUMPING.has(signal) && signal !== SIGTRAP;
}

/** By signal number; index is si_code - 1. */
const CODES = new Map<number, readonly string[]>([
  [4, ['ILL_ILLOPC', 'ILL_ILLOPN', 'ILL_ILLADR', 'ILL_ILLTRP', 'ILL_PRVOPC', 'ILL_PRVREG', 'ILL_COPROC', 'ILL_BADSTK']],
  [8, ['FPE_INTDIV', 'FPE_INTOVF', 'FPE_FLTDIV', 'FPE_FLTOVF', 'FPE_FLTUND', 'FPE_FLTRES', 'FPE_FLTINV', 'FPE_FLTSUB']],
  [
    11,
    [
      'SEGV_MAPERR',
      'SEGV_ACCERR',
      'SEGV_BNDERR',
      'SEGV_PKUERR',
      'SEGV_ACCADI',
      'SEGV_ADIDERR',
      'SEGV_ADIPERR',
      'SEGV_MTEAERR',
      'SEGV_MTESERR',
      'SEGV_CPERR',
    ],
  ],
  [7, ['BUS_ADRALN', 'BUS_ADRERR', 'BUS_OBJERR', 'BUS_MCEERR_AR', 'BUS_MCEERR_AO']],
  [5, ['TRAP_BRKPT', 'TRAP_TRACE', 'TRAP_BRANCH', 'TRAP_HWBKPT', 'TRAP_UNK', 'TRAP_PERF']],
  [31, ['SYS_SECCOMP', 'SYS_USER_DISPATCH']],
]);

/** Codes that mean the same with every signal. */
const GENERAL = new Map([
  [0, 'SI_USER'],
  [0x80, 'SI_KERNEL'],
  [-1, 'SI_QUEUE'],
  [-2, 'SI_TIMER'],
  [-3, 'SI_MESGQ'],
  [-4, 'SI_ASYNCIO'],
  [-5, 'SI_SIGIO'],
  [-6, 'SI_TKILL'],
  [-7, 'SI_DETHREAD'],
  [-60, 'SI_ASYNCNL'],
]);

/** `SEGV_MAPERR`, `SI_USER` …; null: not known. */
export function signalCodeName(signal: number, code: number): string | null {
  return GENERAL.get(code) ?? CODES.get(signal)?.[code - 1] ?? null;
}

/** Whether somebody sent it, so that si_pid and si_uid say who. */
export function wasSent(code: number): boolean {
  return code === 0 || code === -1 || code === -6;
}

const FAULTS = new Set([4, 7, 8, 11]);

/** Whether si_addr says where: of a fault, and not of one for which the processor tells no address (SI_KERNEL). */
export function hasFaultAddress(signal: number, code: number): boolean {
  return FAULTS.has(signal) && code > 0 && code !== 0x80;
}
