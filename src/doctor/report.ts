/** What does `pystack doctor` find out? The plain value that its text and its JSON are made of. */

/** `limited`: it works, with less; `unknown`: it could not be tried here; `remark`: looking does not need it. */
export type Answer = 'yes' | 'limited' | 'no' | 'unknown' | 'remark';

export interface Check {
  /** Stable, for programs. */
  readonly id: string;
  readonly subject: 'machine' | 'process';
  readonly question: string;
  readonly answer: Answer;
  /** What was seen that led to the answer. */
  readonly found: string;
  /** What to do about it; null where nothing has to be done. */
  readonly remedy: string | null;
  /** What trying it took, ms; null where nothing was tried. */
  readonly ms: number | null;
}

/** One way of looking at the process, tried. */
export interface Cost {
  readonly what: string;
  /** Wall time of all of it, ms. */
  readonly ms: number;
  /** Longest time any thread was stopped, ms. */
  readonly pauseMs: number;
  readonly stoppedThreads: number;
  readonly phases: readonly { readonly phase: string; readonly ms: number }[];
}

export interface DoctorReport {
  /** Changes when a field changes its meaning or goes away. */
  readonly doctorVersion: 1;
  readonly version: string;
  /** E.g. `linux-x64-glibc`. */
  readonly target: string;
  readonly pid: number | null;
  readonly checks: readonly Check[];
  /** Empty without a process. */
  readonly costs: readonly Cost[];
}

/** The worst of all answers; what is unknown is not bad, and a remark neither. */
export function verdict(checks: readonly Check[]): 'yes' | 'limited' | 'no' {
  const answers = new Set(checks.map(({ answer }) => answer));
  return answers.has('no') ? 'no' : answers.has('limited') ? 'limited' : 'yes';
}
