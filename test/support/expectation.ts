/**
 * Is what was seen from outside what the process itself said? Differences are told by thread and frame, not as a dump
 * of both: a stack may be 20,000 frames deep.
 */
import { expect } from 'vitest';
import type { PythonFrame, Snapshot, Thread } from '../../src/snapshot.js';
import type { OracleFrame, OracleThread, Program } from './target.js';

/** The Python threads of the main interpreter, in the snapshot's order. */
export function pythonThreads(snapshot: Snapshot): Thread[] {
  return snapshot.threads.filter((thread) => thread.isPython);
}

export function pythonFrames(thread: Thread): PythonFrame[] {
  return thread.frames.filter((frame) => frame.kind === 'python');
}

/** The one Python thread of that name; fails where there is none or more than one. */
export function threadNamed(snapshot: Snapshot, name: string): Thread {
  const [found, another] = pythonThreads(snapshot).filter((thread) => thread.name === name);
  expect(found, `a thread named ${JSON.stringify(name)}`).toBeDefined();
  expect(another, `a second thread named ${JSON.stringify(name)}`).toBeUndefined();
  return found as Thread;
}

/** Fails unless the snapshot has exactly the threads the program told, in that order, each with exactly those frames. */
export function expectOracle(snapshot: Snapshot, program: Program): void {
  const told = program.ready.threads;
  if (!told) throw new Error(`${program.file} tells no threads`);
  const seen = pythonThreads(snapshot);
  expect(seen.map((thread) => thread.name)).toEqual(told.map((thread) => thread.name));
  told.forEach((expected, index) => {
    const thread = seen[index];
    if (thread) expectThread(thread, expected);
  });
}

function expectThread(thread: Thread, expected: OracleThread): void {
  const label = `thread ${JSON.stringify(expected.name?.slice(0, 60))}`;
  if (expected.tid !== null) expect(thread.tid, label).toBe(expected.tid);
  expect(thread.isMain, label).toBe(expected.main);
  expect(thread.ending, label).toEqual({ kind: 'complete', reason: null });
  const frames = pythonFrames(thread);
  expect(firstDifference(frames, expected.frames), label).toBeNull();
}

/** null, or in words where two stacks part. */
function firstDifference(frames: readonly PythonFrame[], expected: readonly OracleFrame[]): string | null {
  const count = Math.max(frames.length, expected.length);
  for (let index = 0; index < count; index++) {
    const frame = frames[index];
    const [seen, told] = [JSON.stringify(frame ? asTold(frame) : null), JSON.stringify(expected[index] ?? null)];
    if (seen !== told || frame?.problem) {
      const problem = frame?.problem ? ` (${frame.problem})` : '';
      return `frame ${index} of ${expected.length}: saw ${clip(seen)}${problem}, Python says ${clip(told)}`;
    }
  }
  return null;
}

function asTold(frame: PythonFrame): OracleFrame {
  const { function: name, qualname, file, line, endLine, column, endColumn } = frame;
  return [name, qualname, file, line, endLine, column, endColumn];
}

function clip(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}
