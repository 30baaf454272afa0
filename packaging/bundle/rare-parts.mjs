// Which parts of the program do most looks do without? They are evaluated when one of their functions is first called, or
// one of their classes first made; until then something small stands in for it. For the bundler's `plugins`: nothing in the
// sources knows of it. What is neither function nor class cannot be had of a rare module, unless by another of them: the
// bundler then finds no such export.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { NOW } from './chunks.mjs';

/** Folders and files of src/ by the part they are evaluated with, and what in a folder is no part of it. */
const PARTS = {
  'values of variables and exceptions': {
    of: ['python/objects', 'python/repr', 'python/exceptions/messages.ts', 'python/exceptions/tracebacks.ts'],
    without: [
      'python/objects/index.ts',
      'python/objects/secrets.ts',
      'python/objects/secret-shapes.ts',
      'python/objects/redaction.ts',
      'python/repr/index.ts',
      'python/repr/values.ts',
    ],
  },
  // Of a core, and of a process: the one does not move, and the other is all there.
  'memory that moves': {
    of: [
      ...[
        'attribution',
        'beside',
        'blocking',
        'cost',
        'frozen-memory',
        'frozen-threads',
        'hindrance',
        'later',
        'moving',
      ],
      ...['non-blocking', 'pass', 'plan', 'read-ahead', 'same-stack', 'standing', 'unchanged', 'validity'],
    ].map((name) => `moment/${name}.ts`),
    without: [],
  },
  'tasks of trio': { of: ['python/trio'], without: ['python/trio/runs.ts'] },
  greenlets: { of: ['python/greenlets'], without: ['python/greenlets/find.ts'] },
  'memory that was lost': { of: ['python/lost', 'moment/mended.ts', 'moment/loose.ts'], without: [] },
};

/** @param {string} root of the checkout */
export function rareParts(root) {
  const partOf = new Map();
  for (const [part, { of, without }] of Object.entries(PARTS)) {
    const left = without.map((path) => resolve(root, 'src', path));
    const files = of.flatMap((path) => sourcesAt(resolve(root, 'src', path)));
    for (const file of files) if (!left.includes(file)) partOf.set(file, part);
  }
  const filesOf = (part) => [...partOf.keys()].filter((file) => partOf.get(file) === part);
  return {
    name: 'rare-parts',
    setup(build) {
      build.onResolve({ filter: /^\..*\.js$/ }, ({ path, importer }) => {
        const file = resolve(dirname(importer), path.replace(/\.js$/, '.ts'));
        if (!partOf.has(file) || partOf.has(importer)) return undefined;
        refuseOtherUses(importer, exportsOf(file));
        // Chunks are called by what is in them, paths too: where the checkout lies must not matter.
        return { path: relative(root, file), namespace: 'stand-in' };
      });
      build.onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => {
        const file = resolve(root, path);
        const part = `${NOW}(import('part:${partOf.get(file)}'))`;
        const standIns = exportsOf(file).map(
          ({ name, kind }) =>
            `export function ${name}(...args) { return ${kind === 'class' ? 'new ' : ''}(${part}.${name})(...args); }`,
        );
        return { contents: standIns.join('\n') };
      });
      build.onResolve({ filter: /^part:/ }, ({ path }) => ({ path: path.slice('part:'.length), namespace: 'part' }));
      build.onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
        resolveDir: root,
        contents: filesOf(path)
          .map((file) => `export { ${exportsOf(file).map(({ name }) => name)} } from './${relative(root, file)}';`)
          .join('\n'),
      }));
    },
  };
}

/** What stands in for a class makes one of it; it has no instances and nothing of its own, and nothing can extend it. */
function refuseOtherUses(importer, exported) {
  const text = readFileSync(importer, 'utf8');
  for (const { name, kind } of exported) {
    if (kind === 'class' && new RegExp(`\\b(instanceof|extends) ${name}\\b|\\b${name}\\.`).test(text)) {
      throw new Error(`${importer} does more with ${name} than make one: a rare module cannot have it`);
    }
  }
}

/** Functions and classes. */
function exportsOf(file) {
  const text = readFileSync(file, 'utf8');
  const found = [...text.matchAll(/^export (?:async )?(function|class)\*? (\w+)/gm)];
  return found.map(([, kind, name]) => ({ kind, name }));
}

function sourcesAt(path) {
  if (path.endsWith('.ts')) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap(({ name, parentPath }) =>
    name.endsWith('.ts') || !name.includes('.') ? sourcesAt(resolve(parentPath ?? path, name)) : [],
  );
}
