/** Is the list of tests that may be tried again one of tests that there are, each with a reason and its days? */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { luckyTests } from './luck.js';

const ROOT = new URL('../../', import.meta.url);

test('each is a test that there is, with a reason and its days', () => {
  for (const { test: name, since, why, lookAgain } of luckyTests()) {
    const [file = '', ...names] = name.split(' > ');
    const text = readFileSync(new URL(file, ROOT), 'utf8');
    // The last may be an interpreter's.
    expect(
      names.some((part) => text.includes(part)),
      name,
    ).toBe(true);
    for (const day of [since, lookAgain]) expect(day).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(lookAgain > since, `${name}: ${lookAgain} is not after ${since}`).toBe(true);
    expect(why.length).toBeGreaterThan(20);
  }
});

test('no test asks for another try by itself', ({ task }) => {
  expect(task.retry).toBe(0);
});
