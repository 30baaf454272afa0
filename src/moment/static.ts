/** A core does not move: one walk, and every thread stood still. */

import type { MemoryReader } from '../memory/reader.js';
import type { OsLook, OsThread } from '../process/process.js';
import { Python, type PythonRuntime } from '../python/python.js';
import { Answers } from '../questions/answers.js';
import type { CopiedQuestion } from '../questions/question.js';
import { type CapturedProcess, type CapturedThread, notLookedAt } from './captured.js';
import { nativeIds } from './rehearse.js';
import { Walk } from './walker.js';

/** `lookAt` tells what a thread was blocked in, `allThreads` asks for those the interpreter does not know too. Throws MemoryFault or CorruptData when not even the runtime can be read. */
export function captureStatic(
  memory: MemoryReader,
  python: PythonRuntime,
  osThreads: readonly OsThread[],
  lookAt: (tid: number) => OsLook | null,
  questions: readonly CopiedQuestion<unknown>[],
  allThreads = false,
): CapturedProcess {
  const over = new Python(python, memory);
  const walk = new Walk(over, questions);
  const copied = { frames: memory, objects: memory };
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
