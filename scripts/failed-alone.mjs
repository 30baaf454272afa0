// Is what failed broken, or does it fail once in many runs? Each of the few tests that failed in the whole run
// (PYSTACK_FAILED_TESTS, written by failed-tests.mjs) is run three times by itself, and both verdicts are printed. Exit 0 if
// none failed again; the file then says so of each. More than three that failed, or anything wrong outside tests: exit 1.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** More than this, and it is no accident. */
const MOST = 3;
const TIMES = 3;

const file = process.env.PYSTACK_FAILED_TESTS;
const run = JSON.parse(readFileSync(file, 'utf8'));
if (run.outside > 0 || run.failed.length === 0 || run.failed.length > MOST) {
  process.stdout.write(
    `not looked at again: ${run.failed.length} tests failed, ${run.outside} errors outside of tests\n`,
  );
  process.exit(1);
}

const work = mkdtempSync(join(tmpdir(), 'pystack-alone-'));
const verdicts = run.failed.map((test) => ({ test, failedAlone: timesFailed(test, join(work, 'failed.json')) }));
rmSync(work, { recursive: true, force: true });

process.stdout.write(`\ntests that failed among all others: ${verdicts.length}\n`);
for (const { test, failedAlone } of verdicts) {
  const alone =
    failedAlone === 0
      ? `passed ${TIMES} times alone: UNSTEADY, to be mended`
      : `failed alone, ${failedAlone} of ${TIMES} times`;
  process.stdout.write(`  ${test.file} > ${test.name}: ${alone}\n`);
}
if (verdicts.some(({ failedAlone }) => failedAlone > 0)) process.exit(1);
writeFileSync(file, JSON.stringify({ ...run, unsteady: run.failed.map(({ file, name }) => `${file} > ${name}`) }));

/** How often one test fails by itself; a run that does not run it counts as a failure. */
function timesFailed({ file, name, project }, report) {
  let failed = 0;
  for (let time = 0; time < TIMES; time++) {
    rmSync(report, { force: true });
    const reporters = ['--reporter=default', '--reporter=./scripts/failed-tests.mjs'];
    const asked = [`--project=${project}`, file, '-t', patternOf(name)];
    const { status } = spawnSync('npx', ['vitest', 'run', ...reporters, ...asked], {
      stdio: 'inherit',
      env: { ...process.env, PYSTACK_FAILED_TESTS: report },
    });
    if (status !== 0 || JSON.parse(readFileSync(report, 'utf8')).passed !== 1) failed++;
  }
  return failed;
}

/** vitest matches a test's names and its groups' with spaces between. */
function patternOf(name) {
  const escaped = name.split(' > ').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return `^ ?${escaped.join(' (> )?')}$`;
}
