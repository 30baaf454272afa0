/**
 * What is the result, as far as it tells of what event loops and hubs resume? Tasks of asyncio and trio, greenlets: things
 * that do something or wait, as threads do, but that no thread of the system stands for. Part of the one document of
 * snapshot.ts, by the same rules.
 */
import type { Frame } from './snapshot-frames.js';
import type { Wait } from './snapshot-waits.js';

/** Whose loop it is. `greenlet`: a hub of gevent or eventlet, or none but the greenlets of a thread. */
export type TaskKind = 'asyncio' | 'trio' | 'greenlet';

/** As the evidence of a thread: `still`: the thread of its loop has not run while it was read; `none`: it may be of several instants. */
export type TaskEvidence = 'still' | 'stopped' | 'agreed' | 'none';

/**
 * `running`: it is what its thread runs now; `ready`: it goes on when its turn comes; `waiting`; `cancelling`: it has been
 * asked to end and waits; `unstarted`: it has not begun; `done`: it is over.
 */
export type TaskState = 'running' | 'ready' | 'waiting' | 'cancelling' | 'unstarted' | 'done';

/** What resumes tasks: an event loop of asyncio, a run of trio, a hub. */
export interface EventLoop {
  /** Unique in the document. */
  id: string;
  /** Whose it is. */
  kind: TaskKind;
  /** The type's name: "_UnixSelectorEventLoop", "uvloop.Loop", "gevent.hub.Hub". */
  type: string;
  /** Of the object, hexadecimal. */
  address: string;
  /** Kernel id of the thread that runs it; null: none does, or it is not known. */
  tid: number | null;
  /**
   * `running`: a task or a callback runs in it now; `polling`: it waits for something to be ready; `stopped`: no thread runs
   * it; `closed`: none will again.
   */
  state: 'running' | 'polling' | 'stopped' | 'closed' | 'unknown';
  /** Id of the {@link Task} that runs now; null: none does. */
  runs: string | null;
  /** The callback that runs now, where it is no task's, as the program calls it; null: none does, or it is not known. */
  callback: string | null;
  /** How many callbacks are ready to be run; null: not known. */
  ready: number | null;
  /** ms from the capture until its next timer is due, 0 where it is overdue; null: it has none, or that is not known. */
  nextTimerMs: number | null;
  /** How many tasks it has that are not done, those that are left out included. */
  tasks: number;
  /** How it is known. */
  evidence: TaskEvidence;
}

/** What a loop resumes: a task, a greenlet. */
export interface Task {
  /** Unique in the document. */
  id: string;
  /** Whose it is. */
  kind: TaskKind;
  /** As the program calls it; null: it has none (asyncio before 3.8), or it cannot be read. */
  name: string | null;
  /** The type's name. */
  type: string;
  /** Of the object, hexadecimal. */
  address: string;
  /** Id of its {@link EventLoop}; null: it has none. */
  loop: string | null;
  /** Kernel id of the thread that its loop runs in; null: none does, or it is not known. */
  tid: number | null;
  /** What it does. */
  state: TaskState;
  /** Id of the task that started it and waits for its end (a TaskGroup's, a nursery's); null: none says so. */
  parent: string | null;
  /** Which tasks it waits for. */
  awaits: TaskEdge[];
  /** What else it waits for. */
  waits: Wait[];
  /** Outermost first, as a thread's. Of the one that runs, its part of the thread's stack. */
  frames: Frame[];
  /** Why its stack ends where it does: `truncated`: inner frames are missing, or outer ones of one that runs. */
  ending: TaskStackEnding;
  /** How its chain is known to be what it was. */
  evidence: TaskEvidence;
  /** Whether its frames are of one instant of it. */
  consistent: boolean;
}

export interface TaskStackEnding {
  /** `truncated`: frames are missing. */
  kind: 'complete' | 'truncated';
  /** In words, when truncated. */
  reason: string | null;
}

/** From a task that waits to one whose end it waits for. */
export interface TaskEdge {
  /** Id of the task that is waited for. */
  task: string;
  /** `direct`: by `await task`; `group`: a TaskGroup or nursery; else the function of the library. */
  how: 'direct' | 'gather' | 'wait' | 'wait_for' | 'shield' | 'group' | 'as_completed' | 'join';
  /** How certain it is. */
  evidence: 'exact' | 'probable';
}
