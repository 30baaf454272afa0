/** A core does not move: one walk, and every thread stood still. */

import type { Mapping } from '../memory/mapping.js';
import type { Range } from '../memory/ranges.js';
import type { MemoryReader } from '../memory/reader.js';
import type { OsLook, OsThread } from '../process/process.js';
import { Python, type PythonRuntime } from '../python/python.js';
import type { ThreadStateWalk } from '../python/runtime.js';
import { Answers } from '../questions/answers.js';
import type { CopiedQuestion } from '../questions/question.js';
import { readStack } from '../questions/stacks.js';
import type { Capture } from '../snapshot.js';
import { type CapturedProcess, type CapturedThread, notLookedAt } from './captured.js';
import { mendedStacks } from './mended.js';
import { nativeIds } from './rehearse.js';
import { Walk } from './walker.js';
import { areWhole } from './whole-stacks.js';

export interface StaticOptions {
  /** Whether threads are wanted that the interpreter does not know. */
  readonly allThreads?: boolean;
  /** All memory that there was: stacks that lead through what is lost of it are put together from the rest. Null: they are not. */
  readonly mappings?: readonly Mapping[] | null;
  /** What is left of it; null: all. Asked for where something is lost. */
  readonly written?: () => readonly Range[] | null;
  /** Whether all of each page is there that is: false of a core that was cut down to what was needed. */
  readonly hasWholePages?: boolean;
  /** The same memory, of which pages of zeros count as lost: for values. Default: none do. */
  readonly sureMemory?: MemoryReader;
  /** What threads point to themselves by, by inner id. */
  readonly pointers?: ReadonlyMap<number, number>;
}

/** Nothing was copied, nobody stopped. */
export const CORE_CAPTURE: Capture = {
  mode: 'core',
  pauseMs: 0,
  stoppedThreads: 0,
  rounds: 0,
  simultaneous: true,
  methods: ['core'],
};

/** `lookAt` tells what a thread was blocked in. Throws MemoryFault or CorruptData when not even the runtime can be read. */
export function captureStatic(
  memory: MemoryReader,
  python: PythonRuntime,
  osThreads: readonly OsThread[],
  lookAt: (tid: number) => OsLook | null,
  questions: readonly CopiedQuestion<unknown>[],
  {
    allThreads = false,
    mappings = null,
    written = () => null,
    hasWholePages = true,
    sureMemory = memory,
    pointers,
  }: StaticOptions = {},
): CapturedProcess {
  const over = new Python(python, memory, sureMemory);
  const walk = new Walk(over, questions);
  const copied = { frames: memory, objects: memory };
  const runtime = walk.shared();
  const ids = nativeIds(
    memory,
    runtime.threadStates,
    osThreads.map((thread) => thread.innerTid),
    pointers,
  );
  const outer = new Map(osThreads.map((thread) => [thread.innerTid, thread.tid]));
  const tidOf = (state: ThreadStateWalk): number | null => {
    const inner = ids.get(state.address) ?? null;
    return inner === null ? null : (outer.get(inner) ?? null);
  };
  const linked = runtime.threadStates.map((state) => readStack(over, state));
  const stacks =
    mappings === null || areWhole(over, runtime.threadStates, linked, hasWholePages)
      ? linked
      : mendedStacks(over, runtime.threadStates, linked, {
          writable: () => mappings.filter(({ readable, writable }) => readable && writable),
          written,
          hasWholePages,
          cStackOf: (state) => cStackOf(lookAt(tidOf(state) ?? 0)?.sp ?? null, mappings),
        });
  const threads = runtime.threadStates.map((state, i): CapturedThread => {
    const tid = tidOf(state);
    return {
      walk: walk.askAgain(state, stacks[i] ?? readStack(over, state)),
      answers: new Answers(),
      memory: copied,
      runtime,
      tid,
      terminated: false,
      settled: true,
      evidence: 'stopped',
      movingFrames: 0,
      look: tid === null ? null : lookAt(tid),
      native: null,
    };
  });
  const known = new Set(threads.map(({ tid }) => tid));
  const others = allThreads ? osThreads.filter(({ tid }) => !known.has(tid)) : [];
  return {
    memory: copied,
    beside: [],
    answers: new Answers(),
    runtime,
    threads,
    nativeThreads: others.map(({ tid }) => ({
      look: lookAt(tid) ?? notLookedAt(tid),
      answers: new Answers(),
      evidence: 'stopped',
      native: null,
    })),
    capture: CORE_CAPTURE,
    warnings: [],
  };
}

function cStackOf(sp: number | null, mappings: readonly Mapping[]): Range | null {
  const mapping = sp === null ? undefined : mappings.find(({ start, end }) => sp >= start && sp < end);
  return mapping === undefined || sp === null ? null : { start: sp, end: mapping.end };
}
