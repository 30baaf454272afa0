/**
 * Which runs of trio are there, and in which thread? The function that a thread runs trio by is on its stack, and has the
 * runner. (A run that is a guest in another loop is in no stack while it waits, and is not found.)
 */

import type { Python } from '../python.js';
import type { LoopThread } from '../tasks/loops.js';
import { WaitTools } from '../waits/tools.js';
import { inHandOf } from '../waits/value-stack.js';

export interface Run {
  /** Of the Runner. */
  readonly object: number;
  readonly thread: LoopThread;
}

/** Its frames between the outermost and the program's are few. */
const FRAMES_LIMIT = 1000;

/** Throws only what is not a failure of the target's memory. */
export function readRuns(python: Python, threads: readonly LoopThread[]): Run[] {
  const { objects, scopes } = python.the(WaitTools);
  const runs: Run[] = [];
  for (const thread of threads) {
    for (const frame of thread.frames.slice(-FRAMES_LIMIT)) {
      const inHand = inHandOf(frame);
      if (inHand?.code.name !== 'run' || !inHand.code.file.endsWith('/trio/_core/_run.py')) continue;
      const variables = objects.attempt(() => scopes.variables(inHand)) ?? [];
      const object = variables.find(({ name }) => name === 'runner')?.value ?? 0;
      if (objects.shortTypeName(object) === 'Runner') runs.push({ object, thread });
    }
  }
  return runs;
}
