// Which tests failed, for whoever looks at them next? A reporter for vitest: writes to the file that
// PYSTACK_FAILED_TESTS names how many passed, those that failed, and how much else went wrong (a file that does not
// load, an error outside every test).
import { writeFileSync } from 'node:fs';

export default class FailedTests {
  #passed = 0;
  #failed = [];

  onTestCaseResult(testCase) {
    const { state } = testCase.result();
    if (state === 'passed') this.#passed++;
    if (state === 'failed') {
      this.#failed.push({
        file: testCase.module.relativeModuleId,
        name: testCase.fullName,
        project: testCase.project.name,
      });
    }
  }

  onTestRunEnd(modules, unhandledErrors) {
    const file = process.env.PYSTACK_FAILED_TESTS;
    if (file === undefined) return;
    const outside = modules.reduce((sum, module) => sum + module.errors().length, unhandledErrors.length);
    writeFileSync(file, JSON.stringify({ passed: this.#passed, failed: this.#failed, outside }));
  }
}
