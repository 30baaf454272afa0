/** Is it told for certain that nothing of a core's stacks is missing? What would be looked for otherwise is the judge. */
import { describe, expect, test } from 'vitest';
import { locate } from '../../src/locate/locate.js';
import { mendedStacks } from '../../src/moment/mended.js';
import { areWhole } from '../../src/moment/whole-stacks.js';
import { openCoreProcess } from '../../src/process/core/open-core.js';
import { Python } from '../../src/python/python.js';
import { readRuntime } from '../../src/python/runtime.js';
import { readStack, type WalkedStack } from '../../src/questions/stacks.js';
import { noKernelCores, SMALL_THREADS, withKernelCore } from '../support/cores.js';
import { findInterpreters } from '../support/interpreters.js';

describe.skipIf(noKernelCores !== null)('of a whole core, and not of a stack that lacks something', () => {
  test.each(findInterpreters())('$label', (interpreter) =>
    withKernelCore(interpreter, 'crossings.py', { ...SMALL_THREADS, args: ['3', '8'] }, async (core) => {
      const process = await openCoreProcess(core);
      try {
        const python = new Python(locate(process), process.memory);
        const states = readRuntime(python).threadStates;
        const stacks = states.map((state) => readStack(python, state));
        const isWhole = (of: readonly WalkedStack[]) => areWhole(python, states, of, true);
        const mended = mendedStacks(python, states, stacks, {
          writable: () => process.mappings().filter(({ writable }) => writable),
          written: () => process.written,
          hasWholePages: true,
          cStackOf: () => null,
        });
        expect(stacks.map(({ frames }) => frames.length).every((length) => length > 2)).toBe(true);
        expect(isWhole(stacks)).toBe(true);
        expect(mended).toEqual(stacks);

        const changed = (change: (stack: WalkedStack) => Partial<WalkedStack>) =>
          stacks.map((stack, i) => (i === 1 ? { ...stack, ...change(stack) } : stack));
        expect(isWhole(changed(() => ({ ending: { kind: 'truncated', reason: 'it is cut' } })))).toBe(false);
        const codeless = changed(({ frames }) => ({
          frames: frames.map((frame, i) => (i === 1 ? { ...frame, ran: { problem: 'it is lost' } } : frame)),
        }));
        expect(isWhole(codeless)).toBe(false);
        // Frames that are objects lie nowhere in particular.
        const isStacked = python.layout.frames.kind === 'interpreter-frames';
        expect(isWhole(changed(({ frames }) => ({ frames: frames.slice(0, -1) })))).toBe(!isStacked);
      } finally {
        process.close();
      }
    }),
  );
});
