/**
 * Is every number and word of a layout read by somebody? A field counts as read where code outside of `layouts/` names both
 * the field and the structure it stands in.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { layoutFor, SUPPORTED_VERSIONS } from '../../../src/python/layouts/index.js';
import { leavesOf } from './tree.js';

const SOURCE = fileURLToPath(new URL('../../../src', import.meta.url));

/** The code that may read layouts, file by file: without comments and imports, which name things that nobody reads. */
const code = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('python/layouts/'))
  .map((path) => stripped(readFileSync(join(SOURCE, path), 'utf8')));

function stripped(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/^(import|export) [^;]*? from '[^']+';$/gm, '');
}

/** Whether `text` has `name` as a word: a member, or a key in quotes. */
function names(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w$])${name.replace(/[.$]/g, '\\$&')}(?![\\w$])`).test(text);
}

/** Those of the paths (`PyThreadState > prev`) that nobody reads. */
function unread(paths: Iterable<string>): string[] {
  return [...paths].filter((path) => {
    // Members of a list have no names of their own.
    const [field = '', ...outer] = path
      .split(' > ')
      .filter((part) => !/^\d+$/.test(part))
      .reverse();
    // Of the forms of a structure, that one is chosen whose type is as large.
    const word = field === 'tp_basicsize' && outer.length > 1 ? 'formOfSize' : field;
    const structures = outer.length === 0 ? [field] : outer.slice(0, 2);
    return !code.some((text) => names(text, word) && structures.some((name) => names(text, name)));
  });
}

/** Up to 3.10 the bytecode is an object of its own, which only a reading of instructions needs. */
const BYTECODE = 'PyCodeObject > co_code';

/** Of all rows there are. */
const paths = new Set(
  SUPPORTED_VERSIONS.flatMap((version) => {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const builds = [0, null].flatMap((patch) =>
      [false, true].flatMap((freeThreaded) => layoutFor(major, minor, patch, { freeThreaded }) ?? []),
    );
    return builds.flatMap((row) => [...leavesOf(row).keys()]);
  }),
);

it('reads every field of every row', () => {
  expect(paths.size).toBeGreaterThan(200);
  expect(unread(paths).filter((path) => path !== BYTECODE)).toEqual([]);
});

it('would notice one that nobody reads', () => {
  // One that is nowhere, one that only comments name, and one whose name others have.
  const added = ['PyThreadState > no_such_field', 'PyObject > ob_refcnt', 'PyFloatObject > f_back'];
  expect(unread(added)).toEqual(added);
});
