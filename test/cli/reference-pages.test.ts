import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { NOT_YET } from '../../src/cli/not-yet.js';
import { declareProgram } from '../../src/cli/program.js';
import { cliPage, errorsPage, jsonPage, type Schema, undescribed, warningsPage } from './reference-pages.js';

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const schema: Schema = JSON.parse(readFileSync(path('schema/snapshot.schema.json'), 'utf8'));
const program = declareProgram({ remote() {}, snapshot() {}, core() {}, version() {} }, NOT_YET);

test.each([
  ['docs/errors.md', errorsPage()],
  ['docs/warnings.md', warningsPage()],
  ['docs/cli.md', cliPage(program)],
  ['docs/json.md', jsonPage(schema)],
])('%s says what the program does (if not: run this with -u)', async (file, text) => {
  await expect(text).toMatchFileSnapshot(path(file));
});

test('every field of the document is explained', () => {
  expect(undescribed(schema)).toEqual([]);
});
