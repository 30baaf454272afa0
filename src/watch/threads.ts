/**
 * What of a thread or a task is compared from look to look, and what its wait says about it? The same of whatever has a stack and waits.
 * Pure.
 */
import type { Resource, Snapshot, Task, Thread, Wait, WaitKind } from '../snapshot.js';
import { type Call, callsOf } from './places.js';

/**
 * `blocked`: it waits for what another thread or process is meant to let go of soon. `work`: for what others will have done,
 * or given it to do. `input`: for a time, a signal, a connection, a child, its turn. `unknown`: in something that says nothing.
 */
export type Standing = 'blocked' | 'work' | 'input' | 'unknown';

export interface SeenThread {
  /** The same from look to look. */
  readonly key: string;
  readonly tid: number | null;
  /** Id of the task that it is; null: it is a thread. */
  readonly task: string | null;
  /** The thread that has to run for it to go on. */
  readonly standsWith: number | null;
  readonly name: string | null;
  readonly isMain: boolean;
  readonly calls: readonly Call[];
  /** Whether its frames are of one moment. */
  readonly consistent: boolean;
  /** Whether it had a CPU or was ready for one; null: not known. */
  readonly running: boolean | null;
  /** For how long it had not run, ms; null: not known. */
  readonly stillMs: number | null;
  readonly waitsFor: string | null;
  /** What it says about a thread that it stands. */
  readonly standing: Standing;
  /** Whether its wait ends after a time. */
  readonly endsByItself: boolean;
  /** Who has what it waits for: {@link key} of each, as far as they are here. */
  readonly heldBy: readonly string[];
}

/** Python's threads of a snapshot, then its tasks, each in its order. */
export function threadsOf(snapshot: Snapshot): SeenThread[] {
  const resources = new Map(snapshot.resources.map((resource) => [resource.id, resource]));
  const threads = snapshot.threads
    .filter(({ isPython }) => isPython)
    .map((thread) => ({
      key: keyOf(thread),
      tid: thread.tid,
      task: null,
      standsWith: thread.tid,
      name: thread.name ?? thread.osName,
      isMain: thread.isMain,
      calls: callsOf(thread),
      consistent: thread.consistent && thread.ending.kind === 'complete',
      running: thread.os?.activity == null ? null : thread.os.activity === 'running',
      stillMs: thread.stillMs,
      waitsFor: waitText(thread, resources),
      standing: standingOf(thread),
      endsByItself: thread.waits.some(({ timeoutMs }) => timeoutMs !== null),
      heldBy: holdersOf(thread.waits, resources),
    }));
  // Documents of earlier versions have none.
  const tasks = (snapshot.tasks ?? []).filter(({ state }) => state !== 'done').slice(0, MOST_TASKS);
  return [...threads, ...tasks.map((task) => seenTask(task, resources))];
}

/** Of more tasks the first are compared. */
const MOST_TASKS = 1000;

function seenTask(task: Task, resources: ReadonlyMap<string, Resource>): SeenThread {
  const { id, tid, name, state, waits, awaits, evidence, consistent, ending } = task;
  return {
    key: `task ${id}`,
    tid: null,
    task: id,
    standsWith: tid,
    name: name ?? task.type,
    isMain: false,
    calls: callsOf(task),
    consistent: consistent && evidence !== 'none' && ending.kind === 'complete',
    running: state === 'running' || state === 'ready',
    stillMs: null,
    waitsFor: waitText({ waits, os: null }, resources) ?? (awaits.length > 0 ? 'a task' : null),
    // What another task has to do is like work; of its wait in C code nothing is known but that it waits.
    standing: waits[0] ? STANDING[waits[0].kind] : 'work',
    endsByItself: waits.some(({ timeoutMs }) => timeoutMs !== null),
    heldBy: holdersOf(waits, resources),
  };
}

function holdersOf(waits: readonly Wait[], resources: ReadonlyMap<string, Resource>): string[] {
  return waits.flatMap(({ resource }) =>
    (resources.get(resource ?? '')?.holders ?? []).flatMap(({ tid, task, pid }) =>
      task !== null ? [`task ${task}`] : tid !== null && pid === null ? [`tid ${tid}`] : [],
    ),
  );
}

/** A state without a thread of the system is told by its own address. */
function keyOf({ tid, threadState }: Thread): string {
  return tid === null ? `state ${threadState}` : `tid ${tid}`;
}

const STANDING: Readonly<Record<WaitKind, Standing>> = {
  lock: 'blocked',
  rlock: 'blocked',
  'import-lock': 'blocked',
  'process-lock': 'blocked',
  'stream-lock': 'blocked',
  'inner-lock': 'blocked',
  'native-mutex': 'blocked',
  'object-mutex': 'blocked',
  'file-lock': 'blocked',
  condition: 'work',
  event: 'work',
  semaphore: 'work',
  'process-semaphore': 'work',
  barrier: 'work',
  queue: 'work',
  'simple-queue': 'work',
  join: 'work',
  future: 'work',
  pipe: 'work',
  socket: 'work',
  file: 'work',
  descriptor: 'work',
  // Its turn comes, however many compute; where it never does, that is what is told of who has it.
  gil: 'input',
  attach: 'input',
  'safe-point': 'input',
  poll: 'input',
  child: 'input',
  signal: 'input',
  timer: 'input',
  native: 'unknown',
};

/** System calls in which a thread waits for work or for a time, where no wait could be made out. */
const INPUT_CALLS: ReadonlySet<string> = new Set([
  'accept',
  'accept4',
  'clock_nanosleep',
  'epoll_pwait',
  'epoll_pwait2',
  'epoll_wait',
  'nanosleep',
  'pause',
  'poll',
  'ppoll',
  'pselect6',
  'rt_sigtimedwait',
  'select',
  'wait4',
  'waitid',
]);

function standingOf({ waits, os }: Pick<Thread, 'waits' | 'os'>): Standing {
  // A socket that listens is waited for in the hope of work, not for an answer.
  if (os?.syscall != null && INPUT_CALLS.has(os.syscall)) return 'input';
  const [wait] = waits;
  return wait ? STANDING[wait.kind] : 'unknown';
}

function waitText(
  { waits, os }: Pick<Thread, 'waits' | 'os'>,
  resources: ReadonlyMap<string, Resource>,
): string | null {
  const [wait] = waits;
  if (!wait) return os?.waitingOn ? `${os.syscall} (${os.waitingOn})` : (os?.syscall ?? null);
  const what = (wait.resource !== null && resources.get(wait.resource)?.type) || wait.kind;
  return wait.name === null ? what : `${wait.name} (${what})`;
}
