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
const OTHERS = [
  {
    title: 'many processes',
    name: 'processes',
    told: '`Snapshot` is [the document](#the-document) of one process.',
  },
  { title: 'groups', name: 'groups', told: 'What is in it is told in [Groups](groups.md).' },
  { title: 'watching', name: 'watch', told: 'What its words mean is told in [Watching](watch.md).' },
  { title: 'what happens', name: 'watch-event', told: 'One of these is a line of `pystack watch --jsonl`.' },
  {
    title: 'differences',
    name: 'diff',
    told: 'Of `pystack diff`: see [Watching](watch.md#what-changed-pystack-diff).',
  },
].map((other) => ({ ...other, schema: schemaOf(other.name) }));
const program = declareProgram(IDLE);

test.each([
  ['docs/errors.md', errorsPage()],
  ['docs/warnings.md', warningsPage()],
  ['docs/cli.md', cliPage(program)],
  ['docs/json.md', jsonPage(schema, OTHERS)],
  ['man/pystack.1', manPage(declaredTree(), version())],
])('%s says what the program does (if not: run this with -u)', async (file, text) => {
  await expect(text).toMatchFileSnapshot(path(file));
});

test('every field of the document is explained', () => {
  expect([schema, ...OTHERS.map((other) => other.schema)].flatMap(undescribed)).toEqual([]);
});
