import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { pageAssets } from './scripts/page-assets.mjs';
import { testFilesByKind } from './test/support/kinds-of-tests.js';

const files = testFilesByKind();
const cpus = availableParallelism();
/** As the build does it. */
const assets = await pageAssets();
/** For each project its own: what is in it is taken out by whoever gets it. */
const define = () => ({ ...assets });

/** Settings that every kind has. */
const COMMON = {
  // ptrace belongs to one thread, and to the main thread at that: test files run in processes, not workers.
  pool: 'forks',
  // The only retries: those of test/support/tried-again.json.
  runner: './test/support/runner.ts',
  testTimeout: 60_000,
  hookTimeout: 120_000,
} as const;

export default defineConfig({
  test: {
    ...COMMON,
    globalSetup: ['test/support/global-setup.ts'],
    // One kind after the other: what moves is not to be disturbed, and disturbs.
    projects: [
      {
        define: define(),
        test: {
          ...COMMON,
          name: 'pure',
          include: files.pure,
          isolate: false,
          maxWorkers: cpus,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Most of the time is spent waiting for other programs to start.
        define: define(),
        test: { ...COMMON, name: 'idle', include: files.idle, maxWorkers: cpus + 1, sequence: { groupOrder: 1 } },
      },
      {
        // Each of its programs wants a CPU, and who looks at it another.
        define: define(),
        test: {
          ...COMMON,
          name: 'moving',
          include: files.moving,
          maxWorkers: Math.max(1, Math.floor(cpus / 2)),
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
