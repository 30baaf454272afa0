/** Does what is seen of tasks agree with what the program itself says of them? */
import { expect } from 'vitest';
import type { PythonFrame, Snapshot, Task } from '../../src/snapshot.js';

export interface TrueTask {
  readonly address: string;
  readonly name: string | null;
  /** Function and line, outermost first. */
  readonly frames: readonly (readonly [string, number])[];
  /** Addresses, sorted. */
  readonly awaits: readonly string[];
  readonly how: string | null;
  readonly wait: string | null;
  /** Address of what is waited for, `fd 7`, or `thread`: somebody in a pool works on it. */
  readonly object: string | null;
  readonly holder: string | null;
  readonly state: Task['state'];
  readonly parent: string | null;
}

export interface TasksTruth {
  readonly pid: number;
  readonly loop: string;
  readonly tasks: readonly TrueTask[];
  /** Who waits for whom by any way, as Python tells (3.14+): the awaited one last. */
  readonly graph: readonly (readonly [string, string])[] | null;
}

const idOf = (address: string | null) => (address === null ? null : `asyncio:${address}`);

/** `withoutDescriptors`: of what is not there any more it is not known on what a descriptor was open. */
export function expectTasks(
  snapshot: Snapshot,
  truth: TasksTruth,
  { withoutDescriptors = false }: { readonly withoutDescriptors?: boolean } = {},
): void {
  const tasks = new Map((snapshot.tasks ?? []).map((task) => [task.address, task]));
  expect([...tasks.keys()].sort()).toEqual(truth.tasks.map(({ address }) => address).sort());
  const resources = new Map(snapshot.resources.map((resource) => [resource.id, resource]));
  for (const expected of truth.tasks) {
    const task = tasks.get(expected.address);
    if (!task) continue;
    const frames = task.frames.map((frame) => [(frame as PythonFrame).function, frame.line]);
    const [wait] = task.waits.filter(({ name, kind }) => kind !== 'timer' || name === null);
    const resource = wait?.resource ? resources.get(wait.resource) : undefined;
    const place = JSON.stringify(frames);
    expect({ frames, name: task.name, state: task.state, consistent: task.consistent }).toEqual({
      frames: expected.frames,
      name: expected.name,
      state: expected.state,
      consistent: true,
    });
    expect(task.awaits.map(({ task: id }) => id).sort(), place).toEqual(expected.awaits.map(idOf));
    if (expected.how !== null)
      expect(new Set(task.awaits.map(({ how }) => how)), place).toEqual(new Set([expected.how]));
    const kind = withoutDescriptors && expected.wait === 'socket' ? 'descriptor' : expected.wait;
    expect(wait?.kind ?? null, place).toBe(kind);
    if (expected.object === 'thread') expect(resource?.holders[0]?.tid, place).toBeGreaterThan(0);
    else if (expected.object?.startsWith('fd')) expect(wait?.resource, place).toBe(expected.object);
    else if (expected.wait !== 'timer') expect(resource?.address ?? null, place).toBe(expected.object);
    if (expected.holder !== null) expect(resource?.holders[0]?.task, place).toBe(idOf(expected.holder));
    expect(task.parent, place).toBe(idOf(expected.parent));
  }
  if (truth.graph) {
    const edges = [...tasks.values()].flatMap(({ address, awaits }) =>
      awaits.map(({ task }) => [address, task.replace('asyncio:', '')]),
    );
    for (const edge of truth.graph) expect(edges).toContainEqual(edge);
  }
  expect(snapshot.loops).toMatchObject([
    { kind: 'asyncio', address: truth.loop, tid: truth.pid, state: 'polling', tasks: truth.tasks.length },
  ]);
}
