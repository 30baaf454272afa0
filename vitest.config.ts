import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { pageAssets } from './packaging/bundle/page-assets.mjs';
import { CACHE } from './packaging/cache-folder.mjs';
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
  // No test is tried again within the run.
  runner: './test/support/runner.ts',
  // For what hangs, not for what is slow: nothing is to fail because the machine has other work.
  testTimeout: 180_000,
  hookTimeout: 240_000,
} as const;

export default defineConfig({
  // Here vitest keeps how long each file took: those that take longest begin first, in a fresh clone as well.
  cacheDir: join(CACHE, 'vite'),
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
        // Most of the time is spent waiting for other programs to start, to sleep, to end.
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
