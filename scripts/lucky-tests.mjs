// Which tests passed only when tried again, and were they allowed to? A reporter for vitest. Those of
// test/support/tried-again.json are named, and how long they have been there; any other fails the run.
import { readFileSync } from 'node:fs';

const list = JSON.parse(readFileSync(new URL('../test/support/tried-again.json', import.meta.url), 'utf8'));

export default class LuckyTests {
  #lucky = [];

  onTestCaseResult(testCase) {
    const { retryCount, flaky } = testCase.diagnostic() ?? {};
    if (flaky)
      this.#lucky.push({ name: `${testCase.module.relativeModuleId} > ${testCase.fullName}`, tries: retryCount + 1 });
  }

  onTestRunEnd() {
    const today = new Date().toISOString().slice(0, 10);
    process.stdout.write(`\ntests that passed only when tried again: ${this.#lucky.length}\n`);
    for (const { name, tries } of this.#lucky) {
      const known = list.find(({ test }) => test === name);
      const what = known ? `in the list since ${known.since}: ${known.why}` : 'NOT in test/support/tried-again.json';
      process.stdout.write(`  ${name} (tries: ${tries}; ${what})\n`);
      if (!known) process.exitCode = 1;
    }
    for (const { test, lookAgain } of list.filter((each) => each.lookAgain < today)) {
      process.stdout.write(`  to be looked at again since ${lookAgain}: ${test}\n`);
    }
  }
}
