// Writes the JSON Schemas of what `--json` prints, from the types in src: schema/snapshot.schema.json of one process,
// schema/processes.schema.json of many, schema/groups.schema.json of what they have in common, schema/watch*.schema.json of watching, schema/diff.schema.json of
// comparing, schema/error.schema.json
// of what is printed where nothing can be shown. `--stdout [name]` prints one instead (the tests compare them with the files that
// are committed).
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));

/** Name of the schema -> where its type is, and what it is called. */
const SCHEMAS = {
  snapshot: { file: 'src/snapshot.ts', type: 'Snapshot', title: 'pystack snapshot' },
  error: { file: 'src/many/document.ts', type: 'ErrorDocument', title: 'pystack error' },
  processes: { file: 'src/many/document.ts', type: 'Processes', title: 'pystack processes' },
  watch: { file: 'src/watch/model.ts', type: 'Watch', title: 'pystack watch' },
  'watch-event': { file: 'src/watch/model.ts', type: 'WatchEvent', title: 'pystack watch event' },
  diff: { file: 'src/diff/model.ts', type: 'Diff', title: 'pystack diff' },
  groups: { file: 'src/many/groups/model.ts', type: 'Groups', title: 'pystack groups' },
};

function schemaText({ file, type, title }) {
  const schema = createGenerator({
    path: path(file),
    tsconfig: path('tsconfig.json'),
    type,
    topRef: false,
    jsDoc: 'extended',
    // New fields do not raise schemaVersion, so a document with more than these is still valid.
    additionalProperties: true,
    // The compiler of this project has checked them already.
    skipTypeCheck: true,
  }).createSchema(type);
  const { $schema, ...rest } = schema;
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}

const stdoutAt = process.argv.indexOf('--stdout');
if (stdoutAt >= 0) {
  process.stdout.write(schemaText(SCHEMAS[process.argv[stdoutAt + 1] ?? 'snapshot']));
} else {
  mkdirSync(path('schema'), { recursive: true });
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    writeFileSync(path(`schema/${name}.schema.json`), schemaText(schema));
  }
}
