/**
 * What is done around every test and every test file? Vitest runs all tests by this runner: none is tried again within
 * the run, whatever it says itself, and each file notes what it used of CPUs, for scripts/slowest-tests.mjs. Who looks for
 * what happens once in some hundred runs has each test run `PYSTACK_TEST_REPEATS` times more.
 */
import { type RunnerTestSuite as Suite, type RunnerTestCase as Test, TestRunner } from 'vitest';
import { cpuMsSoFar } from './cpu-time.js';

declare module 'vitest' {
  interface TaskMeta {
    /** Of a file. */
    cpuMs?: number;
  }
}

/** Runs of each test after the first, whatever came of that: what failed is told of each. */
const REPEATS = Number(process.env['PYSTACK_TEST_REPEATS'] ?? 0);

/** Where files share a process, what those before have used. */
let usedBefore = 0;

export default class Runner extends TestRunner {
  override async onBeforeRunTask(test: Test): Promise<void> {
    test.retry = 0;
    test.repeats = REPEATS;
    await super.onBeforeRunTask(test);
  }

  override async onAfterRunSuite(suite: Suite): Promise<void> {
    if (suite.file.id === suite.id) {
      const used = cpuMsSoFar();
      suite.meta.cpuMs = used - usedBefore;
      usedBefore = used;
    }
    await super.onAfterRunSuite(suite);
  }
}
