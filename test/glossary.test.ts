/** Is each thing called by one name, and is it where the glossary says? */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const rows = readFileSync(new URL('docs/glossary.md', ROOT), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| **'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));

test('each row has a word, a meaning and a place', () => {
  expect(rows.length).toBeGreaterThanOrEqual(30);
  for (const row of rows) expect(row, row[0]).toHaveLength(3);
});

test('no word has two meanings in two rows', () => {
  const words = rows.flatMap(([word = '']) => [...word.matchAll(/\*\*([^*]+)\*\*/g)].map((match) => match[1]));
  expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([]);
});

test('every file that is named is there', () => {
  const paths = rows.flatMap((row) =>
    [...row.join(' ').matchAll(/`((?:src|native|docs|test)\/[^`]*)`/g)].map(([, path]) => path),
  );
  expect(paths.length).toBeGreaterThan(25);
  expect(paths.filter((path) => !existsSync(new URL(path ?? '', ROOT)))).toEqual([]);
});
