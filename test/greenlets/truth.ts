/** Is what is said of greenlets and tasks what the program wrote down? Every one, its state, its stack line by line, its parent. */
import type { Snapshot, Task } from '../../src/snapshot.js';

/** As a program writes it down of itself. */
export interface ToldGreenlet {
  readonly address: number;
  readonly what: string;
  readonly state: 'suspended' | 'running' | 'unstarted' | 'dead';
  /** 0: none. */
  readonly parent: number;
  /** Outermost first. */
  readonly frames: readonly (readonly [name: string, line: number])[];
  readonly type: string;
}

const STATES = { suspended: 'waiting', running: 'running', unstarted: 'unstarted' } as const;

/** All that is not as it was told, in words. */
export function wrongGreenlets({ tasks, threads }: Snapshot, told: readonly ToldGreenlet[]): string[] {
  const byAddress = new Map((tasks ?? []).map((task) => [Number(task.address), task]));
  const wrong = told.flatMap((one): string[] => {
    const task = byAddress.get(one.address);
    byAddress.delete(one.address);
    if (one.state === 'dead') return task ? [`${one.what} is over, and is told of`] : [];
    if (!task) return [`${one.what} is missing`];
    if (task.state !== STATES[one.state]) return [`${one.what} is ${one.state}, seen ${task.state}`];
    const tids = threads.map(({ tid }) => tid);
    if (task.tid === null || !tids.includes(task.tid)) return [`${one.what} is of no thread (${task.tid})`];
    const parent = one.parent === 0 ? null : `greenlet:0x${one.parent.toString(16)}`;
    if (task.parent !== parent) return [`${one.what} has the parent ${task.parent}, should be ${parent}`];
    if (task.evidence === 'none' || !task.consistent) return [`${one.what} is not known (${task.evidence})`];
    const seen = placesOf(task);
    // Of the one that runs, the program cannot tell its own.
    if (one.state === 'running' || (seen === JSON.stringify(one.frames) && task.ending.kind === 'complete')) return [];
    return [`${one.what} stands at ${JSON.stringify(one.frames)}, seen ${seen} ${task.ending.reason}`];
  });
  return [...wrong, ...[...byAddress.values()].map(({ name, state }) => `${name} (${state}) is not there`)];
}

function placesOf({ frames }: Task): string {
  return JSON.stringify(frames.flatMap((frame) => (frame.kind === 'python' ? [[frame.function, frame.line]] : [])));
}

/** What a greenlet or task waits for, as its program writes it down. */
export interface ToldWait {
  readonly greenlet: string;
  /** A kind of wait; `greenlet`, `greenlets`: others, one or several of which end it; `unstarted`: it waits for nothing yet. */
  readonly kind: string;
  readonly address: number | null;
  /** What the program may call it; none: any. */
  readonly names?: readonly string[];
  /** Who has it: exactly these. */
  readonly holders?: readonly string[];
  readonly leftMs?: number;
  readonly fd?: number;
}

/** Between the program's word and the look at it. */
const SINCE_MS = 120_000;

/** All that is not as it was told, in words. `withoutTimes`: a core knows no time that is left. */
export function wrongWaits(
  { tasks, resources }: Snapshot,
  told: readonly ToldWait[],
  { withoutTimes = false, withoutDescriptors = false } = {},
): string[] {
  const named = (name: string) => (tasks ?? []).find((task) => task.name === name);
  const nameOf = (id: string | null) => (tasks ?? []).find((task) => task.id === id)?.name ?? id;
  return told.flatMap(({ greenlet, kind, address, names = [], holders, leftMs, fd }): string[] => {
    const task = named(greenlet);
    if (!task) return [`${greenlet} is missing`];
    const seen = JSON.stringify({ state: task.state, awaits: task.awaits, waits: task.waits });
    const hex = address === null ? null : `0x${address.toString(16)}`;
    if (kind === 'unstarted') {
      return task.state === 'unstarted' && task.waits.length === 0 ? [] : [`${greenlet} has not begun, seen ${seen}`];
    }
    if (kind === 'greenlet' || kind === 'greenlets') {
      const one = task.awaits.find(({ task: awaited }) => awaited.endsWith(`:${hex}`));
      return one && one.evidence === 'exact' ? [] : [`${greenlet} waits for ${kind} ${hex}, seen ${seen}`];
    }
    const [wait] = task.waits;
    const resource = resources.find(({ id }) => id === wait?.resource);
    const expected = withoutDescriptors && kind === 'socket' ? ['socket', 'descriptor'] : [kind];
    if (!wait || task.waits.length !== 1 || !expected.includes(wait.kind)) {
      return [`${greenlet} waits for ${kind} ${hex}, seen ${seen}`];
    }
    const wrong: string[] = [];
    if (hex !== null && resource?.address !== hex) wrong.push(`${greenlet} waits for ${kind} ${hex}, seen ${seen}`);
    if (fd !== undefined && wait.resource !== `fd ${fd}`) wrong.push(`${greenlet} waits for ${fd}, seen ${seen}`);
    if (names.length > 0 && !names.includes(wait.name ?? '')) wrong.push(`${greenlet}: its name is not ${wait.name}`);
    if (leftMs !== undefined && !withoutTimes) {
      const left = wait.timeoutMs ?? -1;
      if (left > leftMs || left < leftMs - SINCE_MS) wrong.push(`${greenlet} has ${leftMs} ms left, seen ${left}`);
    }
    const have = (resource?.holders ?? []).map(({ task: id, evidence }) => `${nameOf(id)} ${evidence}`);
    const should = holders?.map((name) => `${name} exact`) ?? [];
    if (JSON.stringify(have) !== JSON.stringify(should)) wrong.push(`${greenlet}: ${have} has it, should be ${should}`);
    return wrong;
  });
}
