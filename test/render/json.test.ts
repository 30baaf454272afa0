import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type AnySchemaObject } from 'ajv';
import { describe, expect, test } from 'vitest';
import { renderJson } from '../../src/render/json.js';
import type { LooseStack, Snapshot } from '../../src/snapshot.js';
import { coreSnapshot, nativeFrame, pythonFrame, snapshot, thread, value } from './samples.js';

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const schemaText = readFileSync(path('schema/snapshot.schema.json'), 'utf8');
const schema: AnySchemaObject = JSON.parse(schemaText);

const variables = [{ name: 'x', kind: 'local' as const, value: value('1') }];
const SAMPLES: [string, Snapshot][] = [
  ['a live process', snapshot()],
  ['without threads', snapshot({ threads: [], python: null, complete: false })],
  [
    'with locals, native frames and warnings',
    snapshot({
      threads: [
        thread({
          frames: [
            pythonFrame({ arguments: variables, locals: variables, omittedLocals: 3, problem: 'p' }),
            nativeFrame(),
          ],
          nativeEnding: { kind: 'complete', reason: null },
          os: { state: 'S', activity: 'waiting' as const, syscall: 'futex', waitingOn: null, runs: null },
          exception: value('E()', { problem: 'cut' }),
          registers: { rip: '0x1' },
        }),
      ],
      warnings: [{ code: 'thread-inconsistent', message: 'thread 7 has ended', tid: 7 }],
    }),
  ],
  ['a core', coreSnapshot()],
];

describe('the document', () => {
  test.each(SAMPLES)('%s comes back as it was', (_, sample) => {
    const text = renderJson(sample);
    expect(JSON.parse(text)).toEqual(sample);
    expect(text.endsWith('\n}\n')).toBe(true);
  });

  test('keys stand in the order of the types, however the objects were made', () => {
    const frame = pythonFrame({ problem: 'p', gap: 'g', arguments: [], locals: [], omittedLocals: 3 });
    const backwards = <T extends object>(object: T): T => Object.fromEntries(Object.entries(object).reverse()) as T;
    const frames = [backwards(frame), backwards(nativeFrame())];
    const loose: LooseStack = {
      foundBy: 'code-type',
      ending: { kind: 'complete', reason: null },
      frames: [backwards(frame)],
    };
    const document = JSON.parse(
      renderJson(
        backwards(
          snapshot({
            threads: [backwards(thread({ frames, innerGap: 'i' }))],
            looseStacks: [backwards(loose)],
            others: [backwards(snapshot({ threads: [backwards(thread())] }))],
          }),
        ),
      ),
    );
    const order = (name: string) => Object.keys(schema['definitions'][name].properties);
    expect(Object.keys(document)).toEqual(Object.keys(schema['properties']));
    expect(Object.keys(document.others[0])).toEqual(
      Object.keys(schema['properties']).filter((key) => !['looseStacks', 'others'].includes(key)),
    );
    expect(Object.keys(document.threads[0])).toEqual(order('Thread'));
    expect(Object.keys(document.looseStacks[0])).toEqual(order('LooseStack'));
    expect(Object.keys(document.looseStacks[0].frames[0])).toEqual(order('PythonFrame'));
    expect(Object.keys(document.threads[0].frames[0])).toEqual(order('PythonFrame'));
    expect(Object.keys(document.threads[0].frames[1])).toEqual(order('NativeFrame'));
  });

  test('each thread is one line', () => {
    const threads = [thread({ tid: 1 }), thread({ tid: 2 })];
    const lines = renderJson(snapshot({ threads })).split('\n');
    expect(lines.filter((line) => line.startsWith('{"tid":'))).toHaveLength(2);
  });

  test('lone surrogates and control characters are escapes, so the bytes are valid UTF-8', () => {
    const text = renderJson(snapshot({ threads: [thread({ name: 'a\udcff\u001b é' })] }));
    expect(text).toContain('"a\\udcff\\u001b é"');
    expect(JSON.parse(text).threads[0].name).toBe('a\udcff\u001b é');
  });
});

describe('the schema', () => {
  test('is what the types say (if not: node scripts/generate-schema.mjs)', () => {
    const current = execFileSync(process.execPath, [path('scripts/generate-schema.mjs'), '--stdout'], {
      encoding: 'utf8',
    });
    expect(schemaText).toBe(current);
  });

  const strict = new Ajv({ allErrors: true, strictTypes: false }).compile(closed(schema));

  test.each(SAMPLES)('accepts %s, with no field it does not know', (_, sample) => {
    strict(JSON.parse(renderJson(sample)));
    expect(strict.errors).toBeNull();
  });

  const lenient = new Ajv({ strictTypes: false }).compile(schema);
  const accepts = (change: (document: Record<string, unknown>) => void) => {
    const document = JSON.parse(renderJson(snapshot()));
    change(document);
    return lenient(document);
  };

  test('accepts fields that a later version adds', () => {
    expect(accepts((document) => Object.assign(document, { later: 1 }))).toBe(true);
  });

  test.each<[string, (document: Record<string, unknown>) => void]>([
    ['another version', (document) => Object.assign(document, { schemaVersion: 2 })],
    ['a missing field', (document) => delete document['threads']],
    ['a thread without id', (document) => Object.assign(document, { threads: [{}] })],
    [
      'a word outside a closed list',
      (document) => Object.assign(document, { threads: [{ ...thread(), gil: 'maybe' }] }),
    ],
    [
      'a frame of no kind',
      (document) => Object.assign(document, { threads: [{ ...thread(), frames: [{ kind: 'x' }] }] }),
    ],
    ['-1 as a word', (document) => Object.assign(document, { pid: '-1' })],
  ])('rejects %s', (_, change) => {
    expect(accepts(change)).toBe(false);
  });
});

/** The same schema with unknown fields refused: a misspelt field of ours must not pass as a later version's. */
function closed(schemaPart: AnySchemaObject): AnySchemaObject {
  return JSON.parse(JSON.stringify(schemaPart), (_, part) =>
    part?.type === 'object' && part.properties ? { ...part, additionalProperties: false } : part,
  );
}
