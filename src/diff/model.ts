/** What is the result of comparing two looks? Plain data. Renderers read nothing else. */
import type { Group } from '../many/groups/model.js';
import type { Place } from '../watch/model.js';

/** Raised when a field changes its meaning or goes away; new fields do not raise it. */
export const DIFF_VERSION = 1;

export interface Diff {
  /** Version of the meaning of these fields. New fields do not raise it. */
  schemaVersion: typeof DIFF_VERSION;
  /** Tells this document from others. */
  kind: 'diff';
  /** The earlier of both, or what is compared with. */
  before: DiffSide;
  /** The later. */
  after: DiffSide;
  /** Whether both are looks at one process, which then is compared thread by thread. */
  sameProcess: boolean;
  /** Thread by thread, what has changed first. Empty where both are not of one process. */
  threads: ThreadDifference[];
  /** Stacks that more or fewer threads have, the new ones first. Empty where both are of one process. */
  stacks: StackDifference[];
  /** Stacks that as many threads have as before. Of one process: threads that are where they were. */
  unchanged: number;
  /** Findings that were not there before: a sentence each. */
  newFindings: string[];
  /** Findings that are not there any more. */
  goneFindings: string[];
}

export interface DiffSide {
  /** The file, or `process 1234`. */
  source: string;
  /** When the (first) look was (ISO 8601, UTC); null: not known. */
  at: string | null;
  /** How many processes it tells of. */
  processes: number;
  /** How many threads. */
  threads: number;
  /** Whether all that was asked for could be read. */
  complete: boolean;
}

/**
 * `new`, `gone`: it is in one of both only. `moved`: it is somewhere else. `line`: in the same calls, at another line or
 * column. `same`: in the same place. `stood`: that, and by the kernel's account it has not run in between.
 */
export type ThreadChange = 'new' | 'gone' | 'moved' | 'line' | 'same' | 'stood';

export interface ThreadDifference {
  /** What has become of it. */
  change: ThreadChange;
  /** Kernel id; null: it is a task, or that is not known. */
  tid: number | null;
  /** Id of the task; null: it is a thread. */
  task: string | null;
  /** Its name, as of the later look that it is in. */
  name: string | null;
  /** The innermost call before; null: it was not there, or has no frame. */
  before: Place | null;
  /** The innermost call after. */
  after: Place | null;
  /** The deepest call that it was in both times; null: none, or it is in one of both only. */
  constant: Place | null;
  /** What it waited for before, in words; null: for nothing known. */
  waitedFor: string | null;
  /** What it waits for after. */
  waitsFor: string | null;
}

export interface StackDifference {
  /** `new`, `gone`: no thread had it before, or has it after. */
  change: 'new' | 'gone' | 'more' | 'fewer';
  /** Threads with it before. */
  before: number;
  /** Threads with it after. */
  after: number;
  /** The stack with who has it: after, or where nobody has it any more, before. */
  group: Group;
}
