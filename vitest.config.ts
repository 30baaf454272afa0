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
    // Targets that move at full speed on a busy machine: what fails once in a thousand is tried again in CI, where vitest
    // reports it as flaky. A wrong claim about a thread called consistent fails far more often than that.
    retry: process.env['CI'] ? 2 : 0,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
