/**
 * Native frames of packages that people use: Rust, Cython, C++ and BLAS, as their wheels come. Those that are not
 * installed are skipped, and counted.
 */
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { Snapshot } from '../../src/snapshot.js';
import { MODES } from '../support/matrix.js';
import { pythonWithPackages } from '../support/real-python.js';
import { NotOnThisPython, withProgram } from '../support/target.js';

const interpreter = pythonWithPackages();

/** Names of the thread's frames, outermost first; Python's with `()`. */
function namesOf(snapshot: Snapshot): string[] {
  const thread = snapshot.threads.find(({ name }) => name === 'native');
  expect(thread?.nativeEnding).toMatchObject({ kind: 'complete' });
  return (thread?.frames ?? []).map((frame) =>
    frame.kind === 'python' ? `${frame.function}()` : (frame.symbol ?? frame.address),
  );
}

function onReal(name: string, program: string, check: (snapshot: Snapshot) => void): void {
  for (const mode of MODES) {
    test.skipIf(interpreter === null)(`${name}, ${mode}`, async (context) => {
      if (!interpreter) return;
      const environment = { OPENBLAS_NUM_THREADS: '3' };
      try {
        await withProgram(interpreter, 'native_packages.py', { args: [program], environment }, async ({ pid }) => {
          const snapshot = await inspectProcess(pid, { native: 'all', mode });
          expect(snapshot.warnings).toEqual([]);
          check(snapshot);
        });
      } catch (error) {
        if (error instanceof NotOnThisPython) context.skip(error.message);
        throw error;
      }
    });
  }
}

/** Index of the first name that contains `part`, from `after` on. */
function find(names: readonly string[], part: string, after = 0): number {
  const at = names.findIndex((name, i) => i >= after && name.includes(part));
  expect(at, `${part} in ${names.join('\n')}`).toBeGreaterThanOrEqual(after);
  return at;
}

onReal('Rust between two Python calls', 'in_rust', (snapshot) => {
  const names = namesOf(snapshot);
  const rust = find(names, 'cryptography_rust::', find(names, '<lambda>()'));
  find(names, 'name()', rust);
});

onReal('a greenlet, started from Cython', 'in_greenlet', (snapshot) => {
  const names = namesOf(snapshot);
  const { nativeEnding } = snapshot.threads.find(({ name }) => name === 'native') ?? {};
  expect(nativeEnding?.reason).toBe('end of a switched stack');
  const greenlet = find(names, 'greenlet::UserGreenlet::inner_bootstrap');
  const lambda = find(names, '<lambda>()', greenlet);
  const sort = find(names, 'list_sort_impl', lambda);
  find(names, 'gate()', sort);
});

onReal('threads of BLAS beside those of Python', 'in_blas', (snapshot) => {
  find(namesOf(snapshot), '<lambda>()');
  const others = snapshot.threads.filter(({ isPython }) => !isPython);
  expect(others).toHaveLength(Math.min(3, availableParallelism()) - 1);
  for (const { frames, nativeEnding } of others) {
    expect(nativeEnding).toEqual({ kind: 'complete', reason: null });
    expect(frames.some((frame) => frame.kind === 'native' && /openblas/.test(frame.library ?? ''))).toBe(true);
  }
});
