/**
 * What did the threads wait for when a snapshot was taken, and who had it? Like all that the note says, it may be forged:
 * only what has the right form is taken, words of closed lists as they are, everything else left out.
 */
import type { Evidence, Finding, FindingCode, Holder, Resource, Wait, WaitKind } from '../../snapshot.js';

/** As they stand in the document. */
export interface NotedWaits {
  readonly threads: readonly NotedWait[];
  /** Those of which the memory alone does not tell all. */
  readonly tasks: readonly NotedTask[];
  readonly loops: readonly NotedLoop[];
  readonly resources: readonly Resource[];
  readonly findings: readonly Finding[];
}

export interface NotedWait {
  readonly tid: number;
  readonly stillMs: number | null;
  /** How often it had been given a CPU. */
  readonly runs: number | null;
  readonly waits: readonly Wait[];
}

/** How a task is known, and what it waits for. */
export interface NotedTask {
  readonly id: string;
  readonly evidence: Evidence;
  readonly waits: readonly Wait[];
}

export interface NotedLoop {
  readonly id: string;
  readonly evidence: Evidence;
  readonly nextTimerMs: number | null;
}

const WAIT_KINDS: Readonly<Record<WaitKind, true>> = {
  lock: true,
  rlock: true,
  condition: true,
  event: true,
  semaphore: true,
  barrier: true,
  queue: true,
  'simple-queue': true,
  join: true,
  future: true,
  'import-lock': true,
  'process-lock': true,
  'process-semaphore': true,
  'stream-lock': true,
  'inner-lock': true,
  gil: true,
  'object-mutex': true,
  attach: true,
  'safe-point': true,
  'native-mutex': true,
  native: true,
  'file-lock': true,
  socket: true,
  pipe: true,
  poll: true,
  file: true,
  descriptor: true,
  child: true,
  timer: true,
  signal: true,
};

const FINDING_CODES: Readonly<Record<FindingCode, true>> = {
  deadlock: true,
  'self-deadlock': true,
  'import-deadlock': true,
  'possible-deadlock': true,
  'orphaned-lock': true,
  'gil-held': true,
  'stop-held': true,
  'pool-starved': true,
  'queue-starved': true,
  'zombie-child': true,
  'loop-blocked': true,
  'task-pile-up': true,
  'not-one-instant': true,
};

const HOWS: Readonly<Record<Holder['how'], true>> = {
  owner: true,
  with: true,
  acquire: true,
  end: true,
  mapped: true,
  section: true,
  attached: true,
  variable: true,
  ends: true,
};

/** null: it is none. */
export function parseWaits(value: unknown): NotedWaits | null {
  if (!isRecord(value)) return null;
  return {
    threads: recordsOf(value.threads).flatMap(({ tid, stillMs, runs, waits }) =>
      isId(tid)
        ? [{ tid, stillMs: lengthOf(stillMs), runs: lengthOf(runs), waits: recordsOf(waits).flatMap(waitOf) }]
        : [],
    ),
    tasks: recordsOf(value.tasks).flatMap(({ id, evidence, waits }) =>
      typeof id === 'string' ? [{ id, evidence: evidenceOf(evidence), waits: recordsOf(waits).flatMap(waitOf) }] : [],
    ),
    loops: recordsOf(value.loops).flatMap(({ id, evidence, nextTimerMs }) =>
      typeof id === 'string' ? [{ id, evidence: evidenceOf(evidence), nextTimerMs: lengthOf(nextTimerMs) }] : [],
    ),
    resources: recordsOf(value.resources).flatMap(resourceOf),
    findings: recordsOf(value.findings).flatMap(findingOf),
  };
}

const EVIDENCE: Readonly<Record<Evidence, true>> = { still: true, stopped: true, agreed: true, none: true };

function waitOf({ kind, resource, name, timeoutMs, evidence }: Record<string, unknown>): Wait[] {
  if (!isKeyOf(WAIT_KINDS, kind)) return [];
  const left = lengthOf(timeoutMs);
  return [{ kind, resource: textOf(resource), name: textOf(name), timeoutMs: left, evidence: evidenceOf(evidence) }];
}

function evidenceOf(value: unknown): Evidence {
  return isKeyOf(EVIDENCE, value) ? value : 'none';
}

function resourceOf(resource: Record<string, unknown>): Resource[] {
  const { id, kind, address, type, description, locked, holders, waiters, waitingTasks, shared, allHolders } = resource;
  if (typeof id !== 'string' || !isKeyOf(WAIT_KINDS, kind) || typeof description !== 'string') return [];
  return [
    {
      id,
      kind,
      address: textOf(address),
      type: textOf(type),
      description,
      locked: typeof locked === 'boolean' ? locked : null,
      holders: recordsOf(holders).flatMap(holderOf),
      waiters: idsOf(waiters),
      waitingTasks: textsOf(waitingTasks),
      shared: textOf(shared),
      allHolders: allHolders === true,
    },
  ];
}

function holderOf(holder: Record<string, unknown>): Holder[] {
  const { tid, task, pid, gone, evidence, how, name, file, line, takenAt } = holder;
  if (!isKeyOf(HOWS, how)) return [];
  return [
    {
      tid: isId(tid) ? tid : null,
      task: textOf(task),
      pid: isId(pid) ? pid : null,
      process: textOf(holder['process']),
      gone: gone === true,
      evidence: evidence === 'exact' ? 'exact' : 'probable',
      how,
      name: textOf(name),
      function: textOf(holder['function']),
      file: textOf(file),
      line: isId(line) ? line : null,
      takenAt: isId(takenAt) ? takenAt : null,
    },
  ];
}

function findingOf({ code, certain, message, pids, tids, edges }: Record<string, unknown>): Finding[] {
  if (!isKeyOf(FINDING_CODES, code) || typeof message !== 'string') return [];
  return [
    {
      code,
      certain: certain === true,
      message,
      pids: idsOf(pids),
      tids: idsOf(tids),
      edges: recordsOf(edges).flatMap((edge) => {
        const { tid, pid, task, resource, holder, holderPid, holderTask, evidence, text } = edge;
        if (!isId(tid) || typeof resource !== 'string' || typeof text !== 'string') return [];
        return [
          {
            tid,
            task: textOf(task),
            holderTask: textOf(holderTask),
            pid: isId(pid) ? pid : null,
            resource,
            holder: isId(holder) ? holder : null,
            holderPid: isId(holderPid) ? holderPid : null,
            evidence: evidence === 'exact' ? ('exact' as const) : ('probable' as const),
            text,
          },
        ];
      }),
    },
  ];
}

function isKeyOf<T extends string>(known: Readonly<Record<T, true>>, value: unknown): value is T {
  return typeof value === 'string' && Object.hasOwn(known, value);
}

/** A process, thread or line. */
function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function idsOf(value: unknown): number[] {
  return Array.isArray(value) ? value.filter(isId) : [];
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function lengthOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function recordsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
