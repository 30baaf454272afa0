import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { declaredTree, IDLE } from '../../src/cli/declared.js';
import { declareProgram } from '../../src/cli/program.js';
import { version } from '../../src/version.js';
import { manPage } from './man-page.js';
import { cliPage, errorsPage, jsonPage, type Schema, undescribed, warningsPage } from './reference-pages.js';

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const schemaOf = (name: string): Schema => JSON.parse(readFileSync(path(`schema/${name}.schema.json`), 'utf8'));
const schema = schemaOf('snapshot');
const processes = schemaOf('processes');
const groups = schemaOf('groups');
const program = declareProgram(IDLE);

test.each([
  ['docs/errors.md', errorsPage()],
  ['docs/warnings.md', warningsPage()],
  ['docs/cli.md', cliPage(program)],
  ['docs/json.md', jsonPage(schema, processes, groups)],
  ['man/pystack.1', manPage(declaredTree(), version())],
])('%s says what the program does (if not: run this with -u)', async (file, text) => {
  await expect(text).toMatchFileSnapshot(path(file));
});

test('every field of the document is explained', () => {
  expect([...undescribed(schema), ...undescribed(processes), ...undescribed(groups)]).toEqual([]);
});
