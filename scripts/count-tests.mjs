// How many tests passed, failed, were skipped? From vitest's JSON report, and from what failed-alone.mjs found of those
// that failed: prints the one line that ends .ci/run, and before it, those that passed by themselves only.
import { readFileSync } from 'node:fs';

const [, , reportFile, failedFile] = process.argv;
const report = JSON.parse(readFileSync(reportFile, 'utf8'));
const { unsteady = [] } = JSON.parse(readFileSync(failedFile, 'utf8'));
// A file that does not load has no tests that could fail; it counts as one that did.
const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
const passed = report.numPassedTests + unsteady.length;
const failed = report.numFailedTests - unsteady.length + unloaded.length;
const skipped = report.numPendingTests + report.numTodoTests;
for (const name of unsteady) process.stdout.write(`UNSTEADY, failed among all others and passed alone: ${name}\n`);
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exit(failed === 0 && (report.success || unsteady.length > 0) ? 0 : 1);
