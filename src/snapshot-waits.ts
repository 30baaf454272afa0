/**
 * What is the result, as far as it tells why a process is stuck? What threads wait for, who has it, and what is wrong. Part
 * of the one document of snapshot.ts, by the same rules.
 */

/**
 * What may be waited for. `lock` … `future`: objects of Python's library. `process-lock`, `process-semaphore`: of
 * `multiprocessing`. `stream-lock`: the one inside a buffered stream. `inner-lock`: the one inside some other object.
 * Without a GIL: `object-mutex`, the one that each object has; `attach`: to go on, while somebody has all threads stand still;
 * `safe-point`: that they do. `native-mutex`: of C code. `native`: something in C code that could not be made out. The rest
 * are the kernel's.
 */
export type WaitKind =
  | 'lock'
  | 'rlock'
  | 'condition'
  | 'event'
  | 'semaphore'
  | 'barrier'
  | 'queue'
  | 'simple-queue'
  | 'join'
  | 'future'
  | 'import-lock'
  | 'process-lock'
  | 'process-semaphore'
  | 'stream-lock'
  | 'inner-lock'
  | 'gil'
  | 'object-mutex'
  | 'attach'
  | 'safe-point'
  | 'native-mutex'
  | 'native'
  | 'file-lock'
  | 'socket'
  | 'pipe'
  | 'poll'
  | 'file'
  | 'descriptor'
  | 'child'
  | 'timer'
  | 'signal';

export interface Wait {
  /** What kind of thing it waits for. */
  kind: WaitKind;
  /** Id of the {@link Resource}; null: nobody else could have it (a timer), or it could not be made out. */
  resource: string | null;
  /** The expression by which the program reaches it, "self._lock"; null: none was found, or it has no name. */
  name: string | null;
  /** When it ends by itself, ms from the capture; null: never, or not known. */
  timeoutMs: number | null;
  /** How it is known. `still`: it has not run from the capture until all about the wait was read. */
  evidence: 'still' | 'stopped' | 'agreed' | 'none';
}

export interface Resource {
  /** Unique in the document, the same for all who wait for it or hold it. */
  id: string;
  /** What kind of thing it is. */
  kind: WaitKind;
  /** Of the object, hexadecimal, as everywhere else; null: it is none of Python's. */
  address: string | null;
  /** The type's name as the program has it; null: it is no object. */
  type: string | null;
  /** What it is, in words: "Queue, 0 items, maxsize 10". */
  description: string;
  /** Whether somebody has it, by its own account; null: it does not tell. */
  locked: boolean | null;
  /** Who has it. Empty: nobody, or nobody could be made out. */
  holders: Holder[];
  /** Kernel ids of the threads of this process that wait for it. */
  waiters: number[];
  /** Ids of the tasks that wait for it. */
  waitingTasks: string[];
  /** What stands for it in the documents of other processes too; null: it is this process's own. */
  shared: string | null;
  /** Whether nobody but the holders can end the wait, for certain. Of what is had by one at a time it need not be known. */
  allHolders: boolean;
}

/** `exact`: an owner field, a slot that is alive for certain, the kernel's own table. `probable`: from the code. */
export type HolderEvidence = 'exact' | 'probable';

export interface Holder {
  /** Kernel id of the thread, one of process `pid` where that is given; null: not known, or it is no thread any more. */
  tid: number | null;
  /** Id of the task that has it, of which `tid` is the thread of its loop; null: no task has it. */
  task: string | null;
  /**
   * The process that has it, where that is another one, or where no thread of this one can be named (locks of files and
   * ends of pipes belong to processes). Else null.
   */
  pid: number | null;
  /** `comm` of that process; null: there is no `pid`, or it is not known. */
  process: string | null;
  /** Whether the owner that it names is no thread any more. */
  gone: boolean;
  /** How certain it is. */
  evidence: HolderEvidence;
  /** `owner`: it says so itself. `with`: a `with` block that has not ended. `acquire`: by the code. `end`: it has the other end of the pipe or socket, or is the child that is waited for. `mapped`: one of these. `section`: a critical section of C code that has not ended. `attached`: it has not let go of Python's objects. `variable`: a generator that is in a `with` of it, or an ExitStack into which it was entered. `ends`: it would end the wait, as its code calls `notify`, `set` or `put` further on. */
  how: 'owner' | 'with' | 'acquire' | 'end' | 'mapped' | 'section' | 'attached' | 'variable' | 'ends';
  /** The expression by which the holder reaches it; null: not known. */
  name: string | null;
  /** The frame in which it was taken; null: not known. */
  function: string | null;
  /** `co_filename` of that frame. */
  file: string | null;
  /** The line that the frame is at now, inside the block. */
  line: number | null;
  /** The line of the `with`, or of the call (`acquire()`, `enter_context()`), by which it was taken; null: not known. */
  takenAt: number | null;
}

/**
 * What is wrong, in one word. `deadlock`: threads or tasks wait for each other; `self-deadlock`: one waits for what it has itself;
 * `import-deadlock`: a module's import is part of it; `possible-deadlock`: the same, with an edge that is probable only.
 * `orphaned-lock`: who has it is no thread any more. `gil-held`: C code sleeps and has not let go of the GIL.
 * `stop-held`: the same where there is no GIL, while another thread wants all to stand still.
 * `pool-starved`: all workers wait for work that is theirs. `queue-starved`: all threads wait, some of them on a queue.
 * `loop-blocked`: one call keeps an event loop from going on; `task-pile-up`: many tasks wait for one lock.
 * `zombie-child`: a child has ended and is not waited for. `not-one-instant`: threads seen one after the other seem to
 * wait for the GIL that nobody has.
 */
export type FindingCode =
  | 'deadlock'
  | 'self-deadlock'
  | 'import-deadlock'
  | 'possible-deadlock'
  | 'orphaned-lock'
  | 'gil-held'
  | 'stop-held'
  | 'pool-starved'
  | 'queue-starved'
  | 'zombie-child'
  | 'loop-blocked'
  | 'task-pile-up'
  | 'not-one-instant';

export interface Finding {
  /** One of a closed list. */
  code: FindingCode;
  /** Whether every edge is exact and every thread in it provably stood still. */
  certain: boolean;
  /** One sentence. */
  message: string;
  /** Processes it is about, this one among them; empty: their ids are not known. */
  pids: number[];
  /** Kernel ids of the threads it is about. */
  tids: number[];
  /** Who waits for what, held by whom. */
  edges: FindingEdge[];
}

export interface FindingEdge {
  /** The thread that waits. */
  tid: number;
  /** Id of the task that waits, whose loop runs in that thread; null: the thread itself does. */
  task: string | null;
  /** Its process; null: not known. */
  pid: number | null;
  /** Id of the {@link Resource}, in the document of that process; of a task that waits for another, that one's id. */
  resource: string;
  /** The thread that has it; null: none that is known. */
  holder: number | null;
  /** Id of the task that has it; null: the thread itself does. */
  holderTask: string | null;
  /** The process that has it; null: not known, or it is no thread any more. */
  holderPid: number | null;
  /** How certain it is that this one has it. */
  evidence: HolderEvidence;
  /** The same in words, with the places. */
  text: string;
}
