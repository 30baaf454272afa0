/**
 * Do imports run one way, and do files stay readable? The table is the design: a folder may import from those it
 * names, and from itself. src/README.md tells it in words.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const SOURCE = fileURLToPath(new URL('../src', import.meta.url));

/** Parts of src: a folder, or a file directly in it. Folders in `python` stand apart from it. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  memory: [],
  // What is secret by its name or shape: of variables, and of command lines.
  secrets: [],
  // Types only: what a core tells goes with the error.
  errors: ['snapshot'],
  snapshot: ['snapshot-waits', 'snapshot-frames', 'snapshot-exceptions', 'snapshot-tasks'],
  'snapshot-waits': [],
  'snapshot-frames': [],
  'snapshot-exceptions': ['snapshot-frames'],
  'snapshot-tasks': ['snapshot-frames', 'snapshot-waits'],
  options: ['snapshot', 'errors'],
  version: [],
  sleep: [],
  thousands: [],
  timings: ['snapshot'],
  // The model has types only: a core's modules and signals are told in its words.
  process: ['memory', 'snapshot', 'errors', 'elf'],
  elf: ['memory', 'errors'],
  // Of the reader it has the records' layout; the reader knows nothing of it.
  'corefile-writer': ['memory', 'errors', 'elf', 'process'],
  'python/layouts': ['memory', 'errors'],
  python: ['memory', 'snapshot', 'errors', 'python/layouts'],
  // What is in an object, as a tree; and the text of such a tree, for which nothing is read.
  'python/objects': ['memory', 'secrets', 'snapshot', 'python', 'python/layouts'],
  // What threads wait for and who has it.
  'python/waits': ['memory', 'snapshot', 'python', 'python/layouts', 'python/objects'],
  // What the tasks of event loops do and wait for.
  'python/tasks': ['memory', 'snapshot', 'python', 'python/layouts', 'python/objects', 'python/waits'],
  // What switches between greenlets, and where each stands.
  'python/greenlets': [
    'memory',
    'snapshot',
    'python',
    'python/layouts',
    'python/objects',
    'python/waits',
    'python/tasks',
  ],
  'python/trio': ['memory', 'snapshot', 'python', 'python/layouts', 'python/objects', 'python/waits', 'python/tasks'],
  // Threads and frames where what leads to them is lost.
  'python/lost': ['memory', 'snapshot', 'python', 'python/layouts'],
  // Which exceptions they deal with.
  // Lines that the program itself holds, found by names as locks are.
  'python/sources': ['memory', 'python', 'python/layouts', 'python/waits'],
  'python/exceptions': ['memory', 'python', 'python/layouts', 'python/objects'],
  'python/repr': ['memory', 'secrets', 'snapshot', 'python/layouts', 'python/objects'],
  locate: ['sleep', 'memory', 'errors', 'options', 'elf', 'process', 'python', 'python/layouts', 'python/lost'],
  // One file a question, which reads through the handle that it is given.
  questions: [
    'memory',
    'snapshot',
    'process',
    'python',
    'python/layouts',
    'python/objects',
    'python/waits',
    'python/tasks',
    'python/greenlets',
    'python/trio',
    'python/sources',
    'python/exceptions',
  ],
  moment: [
    'sleep',
    'memory',
    'snapshot',
    'errors',
    'options',
    'process',
    'python',
    'python/layouts',
    'python/lost',
    'questions',
    'locate',
  ],
  'native-stack': ['memory', 'snapshot', 'errors', 'options', 'elf', 'process', 'python/layouts'],
  report: [
    'memory',
    'snapshot',
    'errors',
    'options',
    'process',
    'python',
    'python/layouts',
    'python/objects',
    'python/repr',
    'python/waits',
    'python/tasks',
    'python/sources',
    'python/exceptions',
    'questions',
    'report/duration',
    'thousands',
    'report/wait-graph',
    'report/wait-words',
    'report/deadlocks',
    'moment',
    'locate',
    'native-stack',
  ],
  // Pure, over the model alone: what is told of many stacks at once.
  'report/fold': ['snapshot'],
  'report/duration': [],
  // Who waits for whom, in one process or among several.
  'report/wait-graph': ['snapshot'],
  'report/wait-words': ['snapshot', 'report/duration', 'report/wait-graph'],
  'report/deadlocks': ['snapshot', 'report/wait-graph', 'report/wait-words'],
  // What is told of many processes: types, as in the model of one.
  'many/document': ['snapshot'],
  // What is kept of each look, to be put together with others.
  'many/looks': ['snapshot', 'errors', 'report/fold'],
  // Threads of many with the same stack. Pure.
  'many/groups': ['thousands', 'report/fold', 'many/looks'],
  // One graph of the waits of many.
  'many/waits': ['snapshot', 'process', 'report/wait-graph', 'report/deadlocks'],
  // Which targets, and one after the other. Who looks is given to it.
  many: ['sleep', 'memory', 'snapshot', 'errors', 'process', 'many/document', 'many/looks'],
  // Who carries it to other hosts, and what they answer.
  'many/fleet': ['errors', 'many', 'many/looks'],
  // Looks at the same processes, compared. Only the watcher knows how they are had.
  watch: ['snapshot', 'errors', 'report/duration', 'many/looks', 'session'],
  // Two looks, compared. Pure.
  diff: ['snapshot', 'watch', 'many/looks', 'many/groups'],
  render: [
    'watch',
    'diff',
    'snapshot',
    'secrets',
    'thousands',
    'report/fold',
    'report/duration',
    'many/document',
    'many/looks',
    'many/groups',
  ],
  // A page for a browser; what runs in it there knows nothing but the page.
  'render/html': ['snapshot', 'thousands', 'report/fold', 'report/duration', 'many/looks', 'many/groups', 'render'],
  'render/html/client': [],
  // The stages, put together: once, for whatever is looked at.
  pipeline: [
    'memory',
    'snapshot',
    'errors',
    'options',
    'process',
    'python',
    'questions',
    'moment',
    'locate',
    'native-stack',
    'report',
    'timings',
  ],
  // What other processes have that one waits for: they are looked at for it.
  neighbours: ['snapshot', 'errors', 'options', 'process', 'python/waits', 'questions', 'report', 'pipeline'],
  // What is opened for it.
  session: [
    'snapshot',
    'errors',
    'options',
    'process',
    'locate',
    'moment',
    'native-stack',
    'pipeline',
    'neighbours',
    'timings',
  ],
  // Several interpreters of one process, each looked at like the first.
  'other-interpreters': ['memory', 'snapshot', 'errors', 'timings', 'process', 'report', 'pipeline'],
  inspect: ['snapshot', 'options', 'process', 'pipeline', 'neighbours', 'other-interpreters'],
  'inspect-core': ['snapshot', 'options', 'process', 'pipeline', 'timings', 'other-interpreters'],
  // What was captured, as the file that reads the same later.
  'snapshot-file': [
    'memory',
    'snapshot',
    'errors',
    'process',
    'corefile-writer',
    'python',
    'python/layouts',
    'python/objects',
    'questions',
    'moment',
    'locate',
    'report',
  ],
  'save-snapshot': [
    'secrets',
    'corefile-writer',
    'snapshot',
    'errors',
    'options',
    'process',
    'moment',
    'questions',
    'report',
    'timings',
    'pipeline',
    'neighbours',
    'snapshot-file',
  ],
  index: ['snapshot', 'errors', 'options', 'inspect', 'inspect-core', 'save-snapshot', 'session'],
  // It tries on this machine what the pipeline leans on, piece by piece.
  doctor: ['snapshot', 'errors', 'options', 'version', 'process', 'native-stack', 'render', 'inspect'],
  cli: [
    'sleep',
    'memory',
    'secrets',
    'thousands',
    'snapshot',
    'errors',
    'options',
    'version',
    'python/objects',
    'render',
    'render/html',
    'inspect',
    'inspect-core',
    'save-snapshot',
    'session',
    'watch',
    'diff',
    'doctor',
    'many',
    'many/document',
    'many/looks',
    'many/groups',
    'many/fleet',
    'many/waits',
  ],
};

/**
 * Inside python/: a file may import those of rows above its own. The handle stands near the bottom: it knows how a structure
 * is read, and nobody who reads one; what is remembered of a memory finds its place in it without its knowing.
 */
const PYTHON_FILES: readonly (readonly string[])[] = [
  ['attachment', 'characters', 'dict-items', 'gil-walk', 'part', 'positions', 'problem', 'slot-budget'],
  ['python'],
  ['old-globals', 'python2-dict', 'python2-text', 'stack-chunk', 'type-names'],
  ['code-type', 'dict', 'text', 'torn-code'],
  ['code', 'code-shapes', 'imported-modules', 'objects'],
  ['code-left', 'named-attributes', 'runtime', 'foreign-frames'],
  ['frames', 'gc-lists', 'gil', 'ran-code', 'thread-ids', 'threading-names'],
];

/** What the whole program has one of. Only the command line touches it. */
const PROCESS_STATE =
  /\bprocess\.(argv|chdir|cwd|emitWarning|env|exit|exitCode|kill|on|once|stderr|stdin|stdout|umask)\b/;

const MAX_LINES = 500;
const LONG_LINES = 400;

interface SourceFile {
  path: string;
  part: string;
  text: string;
}

const files: SourceFile[] = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .sort()
  .map((path) => ({ path, part: partOf(path), text: readFileSync(join(SOURCE, path), 'utf8') }));

function partOf(path: string): string {
  const named = Object.keys(MAY_IMPORT)
    .filter((part) => path.startsWith(`${part}/`) || (path === `${part}.ts` && !existsSync(join(SOURCE, part))))
    .sort((a, b) => b.length - a.length)[0];
  return named ?? path.split('/')[0] ?? path;
}

function importsOf(file: SourceFile): string[] {
  const specifiers = [...file.text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '');
  return specifiers.map((specifier) => relative(SOURCE, resolve(join(SOURCE, dirname(file.path)), specifier)));
}

describe('imports run one way', () => {
  test.each(files)('$path', (file) => {
    const allowed = MAY_IMPORT[file.part];
    expect(allowed, `src/${file.part} has no row in the table of ${import.meta.url}`).toBeDefined();
    const wrong = importsOf(file).filter((path) => {
      const part = partOf(path.replace(/\.js$/, '.ts'));
      return part !== file.part && !allowed?.includes(part);
    });
    expect(wrong).toEqual([]);
  });
});

describe('inside python/', () => {
  const own = files.filter(({ part }) => part === 'python');
  const rowOf = (path: string) => {
    const name = path.replace(/^python\//, '').replace(/\.(js|ts)$/, '');
    return PYTHON_FILES.findIndex((row) => row.includes(name));
  };

  test('there are the files of the table, and no others', () => {
    const names = own.map(({ path }) => path.replace(/^python\//, '').replace(/\.ts$/, ''));
    expect(names.sort()).toEqual(PYTHON_FILES.flat().sort());
  });

  test.each(own)('$path imports from above only', (file) => {
    const others = importsOf(file).filter((path) => /^python\/[^/]+$/.test(path));
    expect(others.filter((path) => rowOf(path) >= rowOf(file.path))).toEqual([]);
  });

  test('rows know rows only', () => {
    const rows = files.filter(({ path }) => /^python\/layouts\/v\d_\d+t?\.ts$/.test(path));
    expect(rows.length).toBeGreaterThan(10);
    const wrong = rows.flatMap((file) =>
      importsOf(file).filter((path) => !/^python\/layouts\/(from|layout|v\d_\d+t?)\.js$/.test(path)),
    );
    expect(wrong).toEqual([]);
  });
});

test('no part can reach itself through others', () => {
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    (MAY_IMPORT[from] ?? []).some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  for (const part of Object.keys(MAY_IMPORT)) expect(reaches(part, part), part).toBe(false);
});

test('no file can reach itself through what it imports, types included', () => {
  const imported = new Map(files.map((file) => [file.path.replace(/\.tsx?$/, ''), importsOf(file)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' -> '));
    if (done.has(path) || way.includes(path)) return;
    for (const next of imported.get(path) ?? []) visit(next.replace(/\.js$/, ''), [...way, path]);
    done.add(path);
  };
  for (const path of imported.keys()) visit(path, []);
  expect(circles).toEqual([]);
});

test('only the command line touches the process it runs in', () => {
  const guilty = files.filter(({ part, text }) => part !== 'cli' && PROCESS_STATE.test(withoutComments(text)));
  expect(guilty.map(({ path }) => path)).toEqual([]);
});

test('each addon is loaded by one file', () => {
  const naming = files.filter(({ text }) => /\.node['`]/.test(withoutComments(text)));
  expect(naming.map(({ path }) => path)).toEqual(['process/addon-file.ts']);
  const loading = files.filter(({ text }) => /= loadAddon\(/.test(withoutComments(text)));
  expect(loading.map(({ path }) => path)).toEqual(['native-stack/unwinder.ts', 'process/native.ts']);
});

test('between process/ and the document nobody asks which kind of process it is', () => {
  // The document says it, for those who word it; the doctor tries the addon itself.
  const mayAsk = new Set(['process', 'render', 'cli', 'doctor']);
  const asks = /\b(LiveProcess|CoreProcess)\b|\bsource [!=]== '/;
  const asking = files.filter(({ part, text }) => !mayAsk.has(part) && asks.test(withoutComments(text)));
  expect(asking.map(({ path }) => path)).toEqual([]);
});

test('every file opens with the question it answers', () => {
  const silent = files.filter(({ text }) => !/^(#!.*\n)?(\/\*\*|\/\/)/.test(text));
  expect(silent.map(({ path }) => path)).toEqual([]);
});

test('files stay short', () => {
  const lines = files.map(({ path, text }) => ({ path, lines: text.split('\n').length }));
  const long = lines.filter(({ lines: count }) => count > LONG_LINES);
  if (long.length > 0) console.warn(`over ${LONG_LINES} lines: ${long.map(({ path }) => path).join(', ')}`);
  expect(long.filter(({ lines: count }) => count > MAX_LINES)).toEqual([]);
});

test('version numbers are compared in the layouts only', () => {
  const comparing = files.filter(
    ({ part, text }) => part !== 'python/layouts' && /\bminor\s*[<>]=?\s*\d/.test(withoutComments(text)),
  );
  expect(comparing.map(({ path }) => path)).toEqual([]);
});

test('nothing loads the tables of all languages: that takes Node.js some 20 ms at the start', () => {
  const loading = files.filter(({ text }) => /\bIntl\.|\.toLocale\w*\(/.test(withoutComments(text)));
  expect(loading.map(({ path }) => path)).toEqual([]);
});

test('the project does not know the machine it was written on', () => {
  const here = /\/work\/|\.\.\/shared\/|\/tmp\/pystack-build/;
  const guilty = files.filter(({ text }) => here.test(text));
  expect(guilty.map(({ path }) => path)).toEqual([]);
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
