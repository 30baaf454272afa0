/**
 * What is shown of code that others than CPython compiled: numba, mypyc, CinderX? Skipped where a Python that
 * `PYSTACK_TEST_PACKAGES_PYTHON` names, or that of the real programs, cannot import the compiler.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { Frame, PythonFrame, Snapshot } from '../../src/snapshot.js';
import { withFolder } from '../support/cores.js';
import { pythonThatImports } from '../support/real-python.js';
import { programPath, withProgram } from '../support/target.js';

const numba = pythonThatImports('numba');
const mypyc = pythonThatImports('mypyc');
const cinderx = pythonThatImports('cinderx');

/** Frames of the main thread, outermost first: Python's by their name, others' by what they have of `symbols`. */
function callsOf({ threads }: Snapshot, symbols: RegExp): string[] {
  const frames: readonly Frame[] = threads.find(({ isMain }) => isMain)?.frames ?? [];
  return frames.flatMap((frame) => {
    if (frame.kind === 'python') return [frame.function];
    const symbol = symbols.exec(frame.symbol ?? '')?.[0];
    return symbol === undefined ? [] : [`C ${symbol}`];
  });
}

function variablesOf({ threads }: Snapshot, call: string): Record<string, string> {
  const frames = threads.flatMap((thread) => thread.frames);
  const frame = frames.find((each): each is PythonFrame => each.kind === 'python' && each.function === call);
  return Object.fromEntries(
    [...(frame?.arguments ?? []), ...(frame?.locals ?? [])].map(({ name, value }) => [name, value.repr]),
  );
}

const ENDS = { kind: 'complete', reason: null };

test.skipIf(numba === null)('numba: its functions by their names, where they were called', { timeout: 180_000 }, () =>
  numba === null
    ? undefined
    : withProgram(numba, 'numba_calls.py', {}, async ({ pid }) => {
        const snapshot = await inspectProcess(pid, { native: 'python', locals: true });
        const calls = callsOf(snapshot, /(?<=^__main__::)(?:outer|inner)/);
        const from = calls.indexOf('start');
        expect(calls.slice(0, calls.indexOf('hold') + 1).filter((call, i, all) => call !== all[i - 1])).toEqual([
          ...calls.slice(0, from),
          'start',
          'C outer',
          'C inner',
          'hold',
        ]);
        expect(snapshot.threads.find(({ isMain }) => isMain)?.nativeEnding).toEqual(ENDS);
        expect(variablesOf(snapshot, 'start')['values']).toContain('[0.0, 1.0, 2.0, 3.0, 4.0]');
      }),
);

test.skipIf(mypyc === null)(
  'mypyc: calls of a module are C’s, and Python’s stand around them',
  { timeout: 300_000 },
  () =>
    mypyc === null
      ? undefined
      : withFolder(async (folder) => {
          copyFileSync(programPath('mypyc/compiled_by_mypyc.py'), join(folder, 'compiled_by_mypyc.py'));
          execFileSync(mypyc.executable, ['-m', 'mypyc', 'compiled_by_mypyc.py'], { cwd: folder, stdio: 'pipe' });
          const environment = { PYTHONPATH: folder };
          await withProgram(mypyc, 'mypyc_calls.py', { environment }, async ({ pid }) => {
            const plain = await inspectProcess(pid, { locals: true });
            const calls = callsOf(plain, /^/);
            expect(calls.slice(0, calls.indexOf('back') + 1)).toEqual(['<module>', 'start', 'back']);
            expect(variablesOf(plain, 'back')).toEqual({ item: '1', local: "'in Python again'" });
            const native = callsOf(await inspectProcess(pid, { native: 'python' }), /^CPyDef_\w*(?:outer|run|step)$/);
            expect(native.slice(0, native.indexOf('back') + 1)).toEqual([
              '<module>',
              'start',
              'C CPyDef_outer',
              'C CPyDef_Worker___run',
              'C CPyDef_Worker___step',
              'back',
            ]);
          });
        }),
);

test.skipIf(cinderx === null)('CinderX: lines of compiled calls, and no variable that they do not keep', () =>
  cinderx === null
    ? undefined
    : withProgram(cinderx, 'cinderx_calls.py', {}, async ({ pid }) => {
        const snapshot = await inspectProcess(pid, { locals: true });
        const calls = callsOf(snapshot, /^/);
        const to = calls.indexOf('leaf') + 1;
        expect(calls.slice(0, to)).toEqual(['<module>', 'interpreted', 'generate', 'method', 'leaf']);
        const NOT_KEPT = '<not kept in the frame>';
        expect(variablesOf(snapshot, 'leaf')).toEqual({ n: NOT_KEPT, config: NOT_KEPT, local: NOT_KEPT });
        expect(variablesOf(snapshot, 'method')).toEqual({
          self: NOT_KEPT,
          a: NOT_KEPT,
          args: NOT_KEPT,
          more: NOT_KEPT,
        });
        expect(variablesOf(snapshot, 'interpreted')['last']).toBe('1');
        const frames = snapshot.threads.flatMap((thread) => thread.frames);
        const lines = ['generate', 'method', 'leaf'].map(
          (call) => frames.find((frame) => frame.kind === 'python' && frame.function === call)?.line,
        );
        expect(lines).toEqual([23, 18, 12]);
      }),
);
