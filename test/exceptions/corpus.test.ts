/**
 * Are the exceptions that threads deal with told as Python itself tells them? A corpus of programs, each in a thread of its
 * own, on every interpreter: live with and without a stop, and from a snapshot; of a core elsewhere.
 */
import { join } from 'node:path';
import { expect } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import { formatException } from '../../src/render/exceptions-text.js';
import { snapshotProcess } from '../../src/save-snapshot.js';
import type { PythonFrame, Snapshot } from '../../src/snapshot.js';
import { gcore, noGcore, withFolder } from '../support/cores.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';
import { comparable, corpusFor, readTruth, type Situation, type Truth, writeCorpus } from './truth.js';

/** What is told otherwise than Python does, one line each. */
function differences(
  snapshot: Snapshot,
  situations: readonly Situation[],
  truth: ReadonlyMap<string, Truth>,
): string[] {
  const byName = new Map(snapshot.threads.map((thread) => [thread.name, thread]));
  const style = { shortNames: snapshot.python?.major === 2 };
  return situations.flatMap(({ name, untold }): string[] => {
    const expected = truth.get(name);
    const exception = byName.get(name)?.exceptions?.[0]?.exception;
    if (!expected || !exception) return [`${name}: ${expected ? 'nothing was read' : 'Python had nothing'}`];
    const told = comparable(formatException(exception, style).join('\n'));
    const wanted = comparable(expected.text);
    if (exception.truncated || untold) {
      // What cannot be whole says so, and all before it is right.
      if (untold && exception.message !== null) return [`${name}: '${exception.message}' was guessed`];
      if (exception.truncated && !/… \(\d+ characters\)$/.test(exception.message ?? '')) return [`${name}: not marked`];
      told.pop();
      wanted.length = told.length;
    }
    const same = JSON.stringify(told) === JSON.stringify(wanted);
    return [
      ...(same ? [] : [`${name}:\n${told.join('\n')}\n--- but Python:\n${wanted.join('\n')}`]),
      ...wrongColumns(name, exception.traceback, expected),
    ];
  });
}

function wrongColumns(name: string, frames: readonly PythonFrame[], { positions }: Truth): string[] {
  if (positions.length === 0) return [];
  const told = frames.map(({ line, column, endColumn }) => [line, column, endColumn]);
  return JSON.stringify(told) === JSON.stringify(positions)
    ? []
    : [`${name}: columns ${JSON.stringify(told)}, not ${JSON.stringify(positions)}`];
}

onEveryInterpreter('what a thread handles is told as Python tells it', (interpreter) =>
  withFolder((folder) => {
    const situations = corpusFor(interpreter);
    expect(situations.length).toBeGreaterThan(interpreter.version.major === 2 ? 45 : 60);
    writeCorpus(folder, situations);
    return withProgram(interpreter, 'exceptions.py', { args: [folder] }, async ({ pid }) => {
      const truth = readTruth(folder);
      for (const mode of MODES) {
        const snapshot = await inspectProcess(pid, { mode });
        expect(differences(snapshot, situations, truth).join('\n\n'), mode).toBe('');
        expect(snapshot.capture.stoppedThreads).toBe(0);
      }
      const path = join(folder, 'kept.snapshot');
      await snapshotProcess(pid, path);
      expect(differences(await inspectCore(path), situations, truth).join('\n\n'), 'snapshot').toBe('');
    });
  }),
);

onEveryInterpreter('what a thread handled is told of a core', async (interpreter, context) => {
  if (noGcore !== null) return context.skip(noGcore);
  await withFolder((folder) => {
    const situations = corpusFor(interpreter);
    writeCorpus(folder, situations);
    return withProgram(interpreter, 'exceptions.py', { args: [folder] }, async ({ pid }) => {
      const snapshot = await inspectCore(gcore(pid, folder));
      expect(differences(snapshot, situations, readTruth(folder)).join('\n\n')).toBe('');
    });
  });
});
