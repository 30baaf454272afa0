/**
 * How does a Snapshot look as JSON? One document, keys always in the order in which snapshot.ts declares them, one line
 * for each member of the top level and one for each thread and task: quick to write, and `diff`, `grep` and `head` work on it.
 * Lone surrogates come out as `\udXXX` (well-formed JSON.stringify), so the bytes are always valid UTF-8.
 */
import type { Frame, LooseStack, NativeFrame, PythonFrame, Snapshot, Task, Thread } from '../snapshot.js';

/** Every key of T, each once, in order. */
type KeysOf<T> = { readonly [K in keyof Required<T>]: null };

const SNAPSHOT = orderOf<Snapshot>({
  schemaVersion: null,
  source: null,
  pid: null,
  innerPid: null,
  capturedAt: null,
  executable: null,
  commandLine: null,
  process: null,
  python: null,
  pauseMs: null,
  capture: null,
  threads: null,
  looseStacks: null,
  tasks: null,
  tasksLeftOut: null,
  loops: null,
  resources: null,
  findings: null,
  warnings: null,
  complete: null,
  others: null,
  core: null,
  timings: null,
});

const THREAD = orderOf<Thread>({
  tid: null,
  innerTid: null,
  name: null,
  osName: null,
  isPython: null,
  isMain: null,
  interpreterId: null,
  threadState: null,
  gil: null,
  attachment: null,
  gc: null,
  status: null,
  os: null,
  stillMs: null,
  waits: null,
  evidence: null,
  consistent: null,
  movingFrames: null,
  ending: null,
  innerGap: null,
  frames: null,
  nativeEnding: null,
  exception: null,
  exceptions: null,
  faulting: null,
  registers: null,
});

const LOOSE_STACK = orderOf<LooseStack>({ foundBy: null, ending: null, frames: null });

const TASK = orderOf<Task>({
  id: null,
  kind: null,
  name: null,
  type: null,
  address: null,
  loop: null,
  tid: null,
  state: null,
  parent: null,
  awaits: null,
  waits: null,
  frames: null,
  ending: null,
  evidence: null,
  consistent: null,
});

const PYTHON_FRAME = orderOf<PythonFrame>({
  kind: null,
  function: null,
  qualname: null,
  file: null,
  line: null,
  endLine: null,
  column: null,
  endColumn: null,
  source: null,
  isEntry: null,
  problem: null,
  gap: null,
  arguments: null,
  locals: null,
  omittedLocals: null,
});

const NATIVE_FRAME = orderOf<NativeFrame>({
  kind: null,
  symbol: null,
  rawSymbol: null,
  library: null,
  address: null,
  offset: null,
  file: null,
  line: null,
  inlined: null,
});

/** The whole document, ending in one newline. */
export function renderJson(snapshot: Snapshot): string {
  return [...jsonPieces(snapshot)].join('');
}

/** The same in pieces, so that no string has to hold all of a large one. */
export function* jsonPieces(snapshot: Snapshot): Generator<string> {
  let separator = '{\n';
  for (const key of SNAPSHOT) {
    // Of an answer that may be absent, nothing.
    if (snapshot[key] === undefined) continue;
    yield `${separator}${JSON.stringify(key)}: `;
    separator = ',\n';
    if (key === 'threads') yield* linePieces(snapshot.threads, THREAD);
    else if (key === 'looseStacks' && snapshot.looseStacks) yield* linePieces(snapshot.looseStacks, LOOSE_STACK);
    else if (key === 'tasks' && snapshot.tasks) yield* linePieces(snapshot.tasks, TASK);
    else if (key === 'others' && snapshot.others) yield* documents(snapshot.others);
    else yield JSON.stringify(snapshot[key]);
  }
  yield '\n}\n';
}

/** Documents in a document. */
function* documents(snapshots: readonly Snapshot[]): Generator<string> {
  let separator = '[\n';
  for (const snapshot of snapshots) {
    yield separator;
    yield* jsonPieces(snapshot);
    separator = ',\n';
  }
  yield ']';
}

/** A line each: threads, stacks without one, tasks. */
function* linePieces<T extends { readonly frames: readonly Frame[] }>(
  list: readonly T[],
  order: readonly (keyof T)[],
): Generator<string> {
  yield '[';
  let separator = '\n';
  for (const one of list) {
    yield `${separator}${JSON.stringify({ ...inOrder(one, order), frames: framesInOrder(one) })}`;
    separator = ',\n';
  }
  yield list.length === 0 ? ']' : '\n]';
}

/** A copy of which the keys stand as they do in a document. */
export function threadInOrder(thread: Thread): Thread {
  return { ...inOrder(thread, THREAD), frames: framesInOrder(thread) };
}

function framesInOrder({ frames }: { readonly frames: readonly Frame[] }): Frame[] {
  return frames.map((frame) => (frame.kind === 'python' ? inOrder(frame, PYTHON_FRAME) : inOrder(frame, NATIVE_FRAME)));
}

function orderOf<T>(keys: KeysOf<T>): readonly (keyof T)[] {
  return Object.keys(keys) as (keyof T)[];
}

/** A copy whose keys stand in the given order; absent ones stay absent. */
function inOrder<T extends object>(value: T, order: readonly (keyof T)[]): T {
  const copy: Partial<T> = {};
  for (const key of order) if (value[key] !== undefined) copy[key] = value[key];
  // Every key that it has is in the order.
  return copy as T;
}
