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
