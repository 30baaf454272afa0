/**
 * What is the result of looking at processes again and again, and of comparing two looks? Plain data, like a Snapshot: what
 * went on, what stands, what has changed. Renderers read nothing else.
 */
import type { Finding } from '../snapshot.js';

/** Raised when a field changes its meaning or goes away; new fields do not raise it. */
export const WATCH_VERSION = 1;

/** A call that a thread stands in. */
export interface Place {
  /** Qualified where the version has it; of native code the symbol. */
  function: string;
  /** As the target has it; of native code the library. */
  file: string;
  /** 1-based; null: not known. */
  line: number | null;
}

/**
 * What a thread did from one look to the next. `new`: it was not there before. `stands`: it has not run for one instruction.
 * `returns`: it has run, and is found in the same place again. `busy`: it is in the same place, and had a CPU or was ready
 * for one when it was looked at. `goes-on`: it is somewhere else. `unknown`: its stack is not known to be of one moment.
 */
export type Step = 'new' | 'stands' | 'returns' | 'busy' | 'goes-on' | 'unknown';

/** A thread, or a task of an event loop or hub. */
export interface WatchedThread {
  /** Kernel id of the thread as seen from here; null: it is a task, or that is not known. */
  tid: number | null;
  /** Id of the task, as in the document of one process; null: it is a thread. */
  task: string | null;
  /** `threading.Thread.name`, else the kernel's name for it; null: it has none. */
  name: string | null;
  /** Whether it is the main thread of the process. */
  isMain: boolean;
  /** What it did between the last two looks. */
  step: Step;
  /** Since when it is found in this place (ISO 8601, UTC): the first such look, or earlier, where the kernel tells. */
  since: string;
  /** Looks on end at which it was found in this place. */
  looks: number;
  /** How often it was found to have gone on in this watch. */
  wentOn: number;
  /** At how many looks it had a CPU or was ready for one. */
  seenRunning: number;
  /** Looks at which it was seen. */
  seen: number;
  /** The innermost call. null: it has no frame. */
  at: Place | null;
  /** The deepest call that was there at every look; null: there is none. */
  constant: Place | null;
  /** What it waits for, in words: "lock self._lock"; null: for nothing that is known. */
  waitsFor: string | null;
  /** Whether it has stood too long for what is known of it; docs/watch.md has the rule. */
  isStuck: boolean;
}

/**
 * `going-on`: a thread of it has gone on in the last looks. `busy`: none has, but one of them computes. `still`: none has, and
 * that says nothing: it is idle, or it was stuck before the first look. `stuck`: none has, and one that ought to does not
 * any more; or a deadlock is certain. `unknown`: too few looks.
 */
export type Verdict = 'going-on' | 'busy' | 'still' | 'stuck' | 'unknown';

export interface WatchedFinding {
  /** What was found. */
  finding: Finding;
  /** Looks on end at which it held. */
  looks: number;
  /** The first of these looks (ISO 8601, UTC). */
  since: string;
}

export interface WatchedProcess {
  /** Process id as seen from here. */
  pid: number;
  /** argv[0] and what is run, without arguments: they may hold secrets. */
  command: string | null;
  /** Version of Python; null: it could not be looked at. */
  python: string | null;
  /** Whether it goes on, as far as the last looks tell. */
  verdict: Verdict;
  /** Since when that is so (ISO 8601, UTC); null: there was no look. */
  since: string | null;
  /** Looks that gave something. */
  looks: number;
  /** Looks that read nothing of its memory, as no thread had run. */
  unmoved: number;
  /** Threads that were stopped for a look, all looks added; 0: none ever. */
  stoppedThreads: number;
  /** Longest time for which one was, ms. */
  longestPauseMs: number;
  /** When it was found to have ended (ISO 8601, UTC); null: it has not. */
  endedAt: string | null;
  /** Why the last look at it gave nothing, in a line; null: it gave something. */
  error: string | null;
  /** As of the last look, those that are stuck first. */
  threads: WatchedThread[];
  /** Its tasks, likewise; at most 1,000 are compared. */
  tasks: WatchedThread[];
  /** Findings that held for as many looks as are asked for, as of the last look. */
  findings: WatchedFinding[];
}

export interface Watch {
  /** Version of the meaning of these fields. New fields do not raise it. */
  schemaVersion: typeof WATCH_VERSION;
  /** Tells this document from others. */
  kind: 'watch';
  /** The first look (ISO 8601, UTC). */
  from: string;
  /** The last one. */
  to: string;
  /** Time from look to look that was asked for, ms. */
  everyMs: number;
  /** Looks for which something has to hold before it is said. */
  patience: number;
  /** Rounds of looks. */
  looks: number;
  /** CPU time that this program used to start, and for the first round, ms. */
  firstLookMs: number;
  /** CPU time that it used since, as a share of one CPU: 0.01 is 1 %. */
  cost: number;
  /** The condition that ended it; null: it ended by itself, or was ended. */
  until: string | null;
  /** In the order in which they were named. */
  processes: WatchedProcess[];
}

/**
 * `started`, `ended`: a thread or process came or went. `stuck`: a thread has stood too long. `went-on`: one that had been
 * told as stuck went on. `verdict`: the process as a whole does something else now. `finding`, `finding-gone`: it has held for
 * as many looks as are asked for; it holds no more. `error`, `again`: it cannot be looked at; it can again. `saved`: a snapshot was written.
 */
export type EventKind =
  | 'started'
  | 'ended'
  | 'stuck'
  | 'went-on'
  | 'verdict'
  | 'finding'
  | 'finding-gone'
  | 'error'
  | 'again'
  | 'saved';

/** Something that happened from one look to the next: a line of `--jsonl`. */
export interface WatchEvent {
  /** Version of the meaning of these fields. New fields do not raise it. */
  schemaVersion: typeof WATCH_VERSION;
  /** Tells this document from others. */
  kind: 'watch-event';
  /** When it was seen (ISO 8601, UTC). */
  at: string;
  /** Number of the round of looks, from 1. */
  look: number;
  /** The process. */
  pid: number;
  /** What happened. */
  event: EventKind;
  /** The thread it happened to; null: it is about a task or the process. */
  tid: number | null;
  /** Id of the task it happened to; null: it is about a thread or the process. */
  task: string | null;
  /** The same in words. */
  message: string;
  /** Only of `verdict`. */
  verdict: Verdict | null;
}
