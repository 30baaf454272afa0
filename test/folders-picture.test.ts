/** Is the picture of the folders in src/README.md drawn from the imports as they are? */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pageWithPicture } from '../scripts/folders-picture.mjs';

test('src/README.md shows who imports whom (if not: node scripts/folders-picture.mjs)', () => {
  const page = readFileSync(new URL('../src/README.md', import.meta.url), 'utf8');
  expect(page.match(/ --> /g)?.length).toBeGreaterThan(20);
  expect(page).toBe(pageWithPicture(page));
});
