// Writes schema/snapshot.schema.json, the JSON Schema of what `--json` prints, from the types in src/snapshot.ts.
// `--stdout` prints it instead (the test compares it with the file that is committed).
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));

const schema = createGenerator({
  path: path('src/snapshot.ts'),
  tsconfig: path('tsconfig.json'),
  type: 'Snapshot',
  topRef: false,
  jsDoc: 'extended',
  // New fields do not raise schemaVersion, so a document with more than these is still valid.
  additionalProperties: true,
  // The compiler of this project has checked them already.
  skipTypeCheck: true,
}).createSchema('Snapshot');

const { $schema, ...rest } = schema;
const text = `${JSON.stringify({ $schema, title: 'pystack snapshot', ...rest }, null, 2)}\n`;
if (process.argv.includes('--stdout')) {
  process.stdout.write(text);
} else {
  mkdirSync(path('schema'), { recursive: true });
  writeFileSync(path('schema/snapshot.schema.json'), text);
}
