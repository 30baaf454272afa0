/** A core does not move: one walk, and every thread stood still. */
import type { PythonRuntime } from '../cpython/runtime.js';
import type { MemoryReader } from '../memory/reader.js';
import type { OsLook, OsThread } from '../target/target.js';
import type { CapturedProcess, CapturedThread } from './captured.js';
import { nativeIds } from './rehearse.js';
import { Walk } from './walker.js';

/** `lookAt` tells what a thread was blocked in. Throws MemoryFault or CorruptData when not even the runtime can be read. */
export function captureStatic(
  memory: MemoryReader,
  python: PythonRuntime,
  osThreads: readonly OsThread[],
  lookAt: (tid: number) => OsLook | null,
): CapturedProcess {
  const walk = new Walk(python, memory);
  const runtime = walk.shared();
  const ids = nativeIds(
    memory,
    runtime.threadStates,
    osThreads.map((thread) => thread.innerTid),
  );
  const outer = new Map(osThreads.map((thread) => [thread.innerTid, thread.tid]));
  const threads = runtime.threadStates.map((state): CapturedThread => {
    const inner = ids.get(state.address) ?? null;
    const tid = inner === null ? null : (outer.get(inner) ?? null);
    return {
      walk: walk.thread(state),
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
  return {
    runtime,
    threads,
    nativeThreads: [],
    capture: {
      mode: 'core',
      pauseMs: 0,
      stoppedThreads: 0,
      rounds: 0,
      simultaneous: true,
      methods: ['core'],
    },
    warnings: [],
  };
}
