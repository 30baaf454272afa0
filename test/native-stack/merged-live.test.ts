/**
 * Native and Python stacks of real interpreters fit together: as many runs of the evaluation loop as entry frames, in
 * every thread of the test programs, and the calls in between are where they must be.
 */
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { EVAL_LOOP } from '../../src/native-stack/eval-loop.js';
import { mergeStacks } from '../../src/native-stack/merge.js';
import { NativeStacks } from '../../src/native-stack/native-stacks.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
import type { Frame, Snapshot } from '../../src/snapshot.js';
import { isAtLeast } from '../support/interpreters.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';
import { stackOfBlocked } from './standing.js';

const PYTHON_2_LOOP = 'PyEval_EvalFrameEx';

/** Thread name → its merged frames; all of them must fit. */
function mergeAll(pid: number, snapshot: Snapshot): Map<string, Frame[]> {
  const target = openLiveProcess(pid);
  try {
    const stacks = new NativeStacks(target, { interpreterLibrary: snapshot.python?.library ?? null });
    return new Map(
      snapshot.threads.map((thread) => {
        const name = thread.name ?? String(thread.tid);
        const blocked = thread.tid === null ? null : stackOfBlocked(target, stacks, thread.tid);
        if (!blocked) throw new Error(`${name} does not stand still`);
        const native = blocked.stack;
        const python = thread.frames.flatMap((frame) => (frame.kind === 'python' ? [frame] : []));
        const merged = mergeStacks(
          { native: native.frames, nativeEnding: native.ending, python, pythonEnding: thread.ending },
          { evalLoop: snapshot.python?.major === 2 ? PYTHON_2_LOOP : EVAL_LOOP },
        );
        expect.soft(merged.problem, name).toBeNull();
        expect
          .soft(
            merged.frames.filter(({ kind }) => kind === 'python'),
            name,
          )
          .toEqual(python);
        expect.soft(merged.frames.some(isEvalLoop), name).toBe(false);
        return [name, [...merged.frames]];
      }),
    );
  } finally {
    target.close();
  }
}

function isEvalLoop(frame: Frame): boolean {
  return frame.kind === 'native' && [EVAL_LOOP, PYTHON_2_LOOP].some((loop) => frame.rawSymbol?.startsWith(loop));
}

function text(frame: Frame): string {
  return frame.kind === 'python' ? `${frame.function}()` : (frame.symbol ?? '?');
}

for (const program of ['../native-stack/programs/waits.py', 'callbacks.py', 'generators.py']) {
  onEveryInterpreter(`all frames of ${program.replace(/.*\//, '')} have their place`, (interpreter) =>
    withProgram(interpreter, program, {}, async ({ pid }) => {
      const merged = mergeAll(pid, await inspectProcess(pid));
      const sorted = merged.get('wait_sorted_key');
      if (sorted) {
        const names = sorted.map(text);
        expect(names.indexOf('<lambda>()')).toBeGreaterThan(names.indexOf('wait_sorted_key()'));
        // Of a stripped interpreter only the exported functions have names.
        if (interpreter.hasSymbols) {
          const between = names.slice(names.indexOf('wait_sorted_key()') + 1, names.indexOf('<lambda>()'));
          expect(between).toContain('builtin_sorted');
          expect(between).toContain(isAtLeast(interpreter, 7) ? 'list_sort_impl' : 'listsort');
        }
      }
      const deep = merged.get('wait_deep');
      if (deep) expect(deep.filter((frame) => text(frame) === '__index__()')).toHaveLength(51);
    }),
  );
}
