/**
 * Does everything that is public happen? Every warning, every error and every word of the result's closed lists comes
 * from somewhere, every option is read, and every export is used: lists are taken from the schema, the types and the
 * sources themselves.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../src/errors.js';
import { SourceFacts, sourceTexts } from './support/source-facts.js';

interface Schema {
  readonly $ref?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const schema: Schema & { readonly definitions: Readonly<Record<string, Schema>> } = JSON.parse(
  read('schema/snapshot.schema.json'),
);
const files = sourceTexts();
// Who prints, explains or merges a word does not make it.
const makers = files.filter(({ path }) => !/^(?:render|cli|many|doctor|errors|snapshot)\b/.test(path));
const facts = new SourceFacts(makers);

/** The strings that a part of the schema allows by name; not those of the types that it consists of. */
function wordsOf(part: Schema): string[] {
  if (part.$ref !== undefined) {
    const target = schema.definitions[decodeURIComponent(part.$ref.replace('#/definitions/', ''))];
    return target === undefined || target.properties ? [] : wordsOf(target);
  }
  const own = [...(part.enum ?? []), part.const].filter((word) => typeof word === 'string');
  return [...own, ...(part.anyOf ?? []).flatMap(wordsOf), ...(part.items ? wordsOf(part.items) : [])];
}

const fields = Object.entries({ ...schema.definitions, Snapshot: schema }).flatMap(([type, { properties = {} }]) =>
  Object.entries(properties).flatMap(([name, part]) => wordsOf(part).map((word) => ({ type, name, word }))),
);

describe('words of the result', () => {
  test('are many, from the schema', () => {
    expect(fields.length).toBeGreaterThan(60);
    expect(fields).toContainEqual({ type: 'Warning', name: 'code', word: 'stack-truncated' });
    expect(fields).toContainEqual({ type: 'Thread', name: 'gil', word: 'dropping' });
  });

  test.each(fields)('$type, $name: $word', ({ name, word }) => {
    expect([...facts.valuesOf(name)], `nothing in src ever sets ${name} to it`).toContain(word);
  });

  test('a word that nobody says is found out', () => {
    expect(facts.valuesOf('code')).not.toContain('thread-bewitched');
    expect(facts.valuesOf('gil')).not.toContain('stack-truncated');
  });
});

describe('errors', () => {
  const thrown = new SourceFacts(files.filter(({ path }) => path !== 'errors.ts'));

  test.each(Object.keys(ERRORS))('%s', (code) => {
    expect(thrown.isArgument(code) || thrown.valuesOf('code').has(code), 'nothing in src ever throws it').toBe(true);
  });

  test('one that nobody throws is found out', () => {
    expect(thrown.isArgument('process-bewitched')).toBe(false);
  });
});

describe('options of the library', () => {
  const declared = [...read('src/options.ts').matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name ?? '');
  const reading = new SourceFacts(files.filter(({ path }) => !path.startsWith('cli/')));

  test('are some', () => expect(declared.length).toBeGreaterThan(15));

  test.each([...new Set(declared)])('%s', (name) => {
    expect(reading.isRead(name), 'nothing in src reads it').toBe(true);
  });
});

describe('exports', () => {
  const exported = files.flatMap(({ path, text }) =>
    [...text.matchAll(/^export (?:async )?(?:const|let|function\*?|class) (\w+)/gm)].map(([, name = '']) => ({
      path,
      name,
    })),
  );

  const users = [
    ...files,
    ...['test', 'scripts', 'bench', 'packaging'].flatMap((folder) =>
      readdirSync(new URL(`../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.m?[jt]s$/.test(name))
        .map((name) => ({ path: `../${folder}/${name}`, text: read(`${folder}/${name}`) })),
    ),
  ];

  test('are many', () => expect(exported.length).toBeGreaterThan(300));

  test('are used by somebody', () => {
    const unused = exported.filter(({ path, name }) => {
      if (path === 'index.ts') return false;
      const word = new RegExp(`(?<![\\w$])(?<!(?<!\\.\\.)\\.)${name.replaceAll('$', '\\$')}(?![\\w$])`);
      const own = files.find((file) => file.path === path)?.text.match(new RegExp(word, 'g'))?.length ?? 0;
      return own < 2 && !users.some((file) => file.path !== path && word.test(file.text));
    });
    expect(unused.map(({ path, name }) => `${path}: ${name}`)).toEqual([]);
  });
});
