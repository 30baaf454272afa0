import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // ptrace belongs to one thread, and to the main thread at that: test files run in processes, not workers.
    pool: 'forks',
    // Most of the time is spent waiting for other programs to start.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Some targets move at full speed, and CI's machine is small. A test that passes only when tried again is
    // named at the end of the run (scripts/retried-tests.mjs): a finding to look into, not a pass to be content with.
    retry: process.env['CI'] ? 2 : 0,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
