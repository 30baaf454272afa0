/**
 * The last resort: what if the target changes its structures faster than they can be copied? All its Python threads are
 * stopped and the walk itself runs while they stand. It costs milliseconds instead of a tenth of one, and is bounded.
 */

import type { Address } from '../memory/address.js';
import { PagedMemory, ReaderPages } from '../memory/pages.js';
import type { NativeProcess, NativeStop } from '../process/native.js';
import type { OsLook } from '../process/process.js';
import { Python, type PythonRuntime } from '../python/python.js';
import type { RuntimeWalk } from '../python/runtime.js';
import { Answers } from '../questions/answers.js';
import type { CopiedQuestion } from '../questions/question.js';
import type { Warning } from '../snapshot.js';
import {
  type CapturedProcess,
  type CapturedThread,
  type CopiedMemory,
  type NativeState,
  type NativeWish,
  notLookedAt,
} from './captured.js';
import { stoppedLookAt } from './frozen-threads.js';
import { distinctTids } from './pass.js';
import { type TidMap, tidsOf } from './rehearse.js';
import { orNull } from './unreadable.js';
import { type ThreadWalk, Walk } from './walker.js';

export interface StandingOptions {
  /** null: no native stacks are wanted. */
  readonly native: NativeWish | null;
  /** The walk is given up, with what it has, when threads have stood for this long, ms. */
  readonly maxPauseMs: number;
  /** What is asked of each thread beside its stack. */
  readonly questions: readonly CopiedQuestion<unknown>[];
}

/** Passes of "list, stop, list again" until no new Python thread turns up. */
const LISTINGS = 6;
/** After so many, threads that may be on their way to becoming Python threads are stopped as well: all there are. */
const LISTINGS_OF_PYTHON_THREADS = 2;

/** Most that is copied of a native stack: there is no second time. Most are far smaller, and end where the stack does. */
const MOST_STACK_BYTES = 256 * 1024;

/** For threads that are runnable but get no CPU; the others stand meanwhile. */
const MOST_MS_TO_STOP = 500;

/** Null when the threads could not be listed or stopped consistently. */
export function walkStanding(
  process: NativeProcess,
  python: PythonRuntime,
  listTids: () => TidMap,
  options: StandingOptions,
): CapturedProcess | null {
  const started = performance.now();
  const stops: StopOf[] = [];
  const stopped = new Set<number>();
  let released = 0;
  let found: {
    memory: CopiedMemory;
    runtime: RuntimeWalk;
    tidOf: Map<Address, number | null>;
    walks: ThreadWalk[];
    native: ReadonlyMap<number, NativeState>;
    /** Whether every thread of the process stood, not only those that are known to be Python's. */
    allStand: boolean;
    cut: boolean;
  } | null = null;
  try {
    for (let n = 0; n < LISTINGS && !found; n++) {
      const memory = new BoundedPages(process, started + options.maxPauseMs);
      const tids = listTids();
      const pages = new PagedMemory(memory);
      const walk = new Walk(new Python(python, pages), options.questions);
      const runtime = orNull(() => walk.shared());
      if (!runtime) continue;
      const tidOf = tidsOf(process, runtime.threadStates, tids);
      // A state that is nobody's may be of a thread that is just beginning, known by its creator's identity until it runs.
      const allOwned = [...tidOf.values()].every((tid) => tid !== null);
      const onlyPythons = allOwned && n < LISTINGS_OF_PYTHON_THREADS && !options.native?.allThreads;
      const wanted = onlyPythons ? distinctTids(tidOf) : [...tids.values()];
      const fresh = wanted.filter((tid) => !stops.some((batch) => batch.tids.includes(tid)));
      if (fresh.length > 0) {
        const leftMs = Math.floor(started + options.maxPauseMs - performance.now());
        const stop = process.stop(Int32Array.from(fresh), Math.min(Math.max(leftMs, 0), MOST_MS_TO_STOP));
        stops.push({ tids: fresh, stop });
        fresh.forEach((tid, i) => {
          if (stop.stopped[i] === 1) stopped.add(tid);
        });
        continue;
      }
      // A list that ends early is being changed by a thread we do not know yet.
      if (runtime.problems.length > 0 && n < LISTINGS - 1) continue;
      const walks = runtime.threadStates.map((state) => walk.thread(state));
      const native = options.native ? copyNative(process, stops) : new Map<number, NativeState>();
      const allStand = [...tids.values()].every((tid) => stopped.has(tid));
      found = { memory: { frames: pages, objects: pages }, runtime, tidOf, walks, native, allStand, cut: memory.late };
    }
  } finally {
    for (const { stop } of stops) released = Math.max(released, stop.release());
  }
  if (!found) return null;
  const { memory, runtime, tidOf, walks, native, allStand, cut } = found;
  const pythons = new Set(tidOf.values());
  const others = options.native?.allThreads ? [...stopped].filter((tid) => !pythons.has(tid)) : [];
  const looks = looksOf(stops);
  const threads = walks.map((walk): CapturedThread => {
    const tid = tidOf.get(walk.state.address) ?? null;
    const evidence = tid !== null && stopped.has(tid) ? 'stopped' : 'none';
    return {
      walk,
      answers: new Answers(),
      memory,
      runtime,
      tid,
      terminated: false,
      settled: tid !== null || allStand,
      evidence,
      movingFrames: 0,
      look: (tid !== null && looks.get(tid)) || null,
      native: (tid !== null && native.get(tid)) || null,
    };
  });
  const warnings: Warning[] = cut
    ? [
        {
          code: 'max-pause-exceeded',
          message: `stopped walking after ${options.maxPauseMs} ms, the limit set by --max-pause`,
        },
      ]
    : [];
  return {
    memory,
    beside: [],
    answers: new Answers(),
    runtime,
    threads,
    nativeThreads: others.map((tid) => ({
      look: looks.get(tid) ?? notLookedAt(tid),
      answers: new Answers(),
      evidence: 'stopped',
      native: native.get(tid) ?? null,
    })),
    capture: {
      mode: 'blocking',
      pauseMs: released,
      stoppedThreads: stopped.size,
      rounds: 1,
      simultaneous: !cut && threads.every((thread) => thread.tid === null || thread.evidence === 'stopped'),
      methods: ['walk-while-stopped'],
    },
    warnings,
  };
}

interface StopOf {
  readonly tids: readonly number[];
  readonly stop: NativeStop;
}

/** How each thread that was stopped stood, by thread id. */
function looksOf(stops: readonly StopOf[]): Map<number, OsLook> {
  return new Map(
    stops.flatMap(({ tids, stop }) =>
      tids.flatMap((tid, i) => (stop.stopped[i] === 1 ? [[tid, stoppedLookAt(stop.look, i)]] : [])),
    ),
  );
}

/** Registers and stack bytes of all that stand, by thread id. */
function copyNative(process: NativeProcess, stops: readonly StopOf[]): Map<number, NativeState> {
  const copied = new Map<number, NativeState>();
  const room = new Uint8Array(MOST_STACK_BYTES);
  for (const { tids, stop } of stops) {
    tids.forEach((tid, i) => {
      const registers = stop.registers[i] ?? null;
      const [sp, pc] = [stop.look.sp[i] ?? 0, stop.look.pc[i] ?? 0];
      if (!registers || sp === 0) return;
      const stack = room.slice(0, process.read(sp, room));
      copied.set(tid, { registers, sp, pc, stack, more: [] });
    });
  }
  return copied;
}

/** Live pages until a point in time, then none: the walk ends by itself, with reasons. */
class BoundedPages extends ReaderPages {
  readonly #deadline: number;
  /** Whether a page was refused for lateness. */
  late = false;

  constructor(process: NativeProcess, deadline: number) {
    super((address, into) => process.read(address, into));
    this.#deadline = deadline;
  }

  override fetch(page: number): DataView | null {
    if (performance.now() > this.#deadline) {
      this.late = true;
      return null;
    }
    return super.fetch(page);
  }
}
