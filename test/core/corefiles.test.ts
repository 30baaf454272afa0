/** Do the committed cores still say what they said? */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { expectedText } from '../../scripts/corefiles/expected.js';
import { listCores } from '../../scripts/corefiles/remake.js';

const cores = listCores();

test('there are some', () => {
  expect(cores.length).toBeGreaterThan(40);
});

test.each(cores)('%s', async (core) => {
  expect(await expectedText(core)).toBe(readFileSync(join(dirname(core), 'expected.txt'), 'utf8'));
});
