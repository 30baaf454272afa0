// Which tests passed only when tried again? A reporter for vitest: such a test is a finding to look into, not a pass to be
// content with, so they are named once more at the end, where they are seen.
export default class RetriedTests {
  #retried = [];

  onTestCaseResult(testCase) {
    const { retryCount, flaky } = testCase.diagnostic() ?? {};
    if (flaky)
      this.#retried.push(`${testCase.module.relativeModuleId} > ${testCase.fullName} (tries: ${retryCount + 1})`);
  }

  onTestRunEnd() {
    process.stdout.write(`\ntests that passed only when tried again: ${this.#retried.length}\n`);
    for (const one of this.#retried) process.stdout.write(`  ${one}\n`);
  }
}
