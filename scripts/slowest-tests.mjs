// Which test files take longest? From vitest's JSON report: the twenty slowest, and how long all of them took together.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const SHOWN = 20;
const root = fileURLToPath(new URL('..', import.meta.url));

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const files = report.testResults
  .map(({ name, startTime, endTime, assertionResults }) => ({
    name: relative(root, name),
    ms: endTime - startTime,
    tests: assertionResults.length,
  }))
  .sort((a, b) => b.ms - a.ms);
const total = files.reduce((sum, { ms }) => sum + ms, 0);

process.stdout.write(`\nthe ${SHOWN} slowest of ${files.length} test files (${seconds(total)} s in all)\n`);
for (const { name, ms, tests } of files.slice(0, SHOWN)) {
  process.stdout.write(`${seconds(ms).padStart(7)} s  ${name} (${tests} ${tests === 1 ? 'test' : 'tests'})\n`);
}

function seconds(ms) {
  return (ms / 1000).toFixed(1);
}
