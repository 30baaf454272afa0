// Which modules of Node.js are loaded only when they are used? Those that take a millisecond and that most looks do without.
// `import { gunzipSync } from 'node:zlib'` becomes a lookup at each use: for the bundler's `plugins`.
import { readFileSync } from 'node:fs';

const SLOW = /^node:(child_process|crypto|os|stream|url|util|zlib)$/;

/** Commander loads child_process for subcommands that are programs of their own. There are none here. */
const COMMANDER = { module: 'node:child_process', names: ['spawn'] };

export const lazyBuiltins = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: SLOW }, ({ path, importer }) => {
      const names = importer.includes('/commander/') ? namesForCommander(path) : namesIn(importer, path);
      return names.length === 0 ? undefined : { path: `${path}?${names.join()}`, namespace: 'lazy' };
    });
    build.onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => {
      const [module, names] = path.split('?');
      return { contents: moduleOf(module, names.split(',')) };
    });
  },
};

/**
 * Functions are handed on as such, so that to mention one is not to use it; what is a class (by its capital) is not, and only
 * a CommonJS module can have that looked up.
 */
function moduleOf(module, names) {
  const call = (name) => `${name}(...args) { return require('${module}').${name}(...args); }`;
  const isFunction = (name) => /^[a-z]/.test(name);
  if (names.every(isFunction)) return names.map((name) => `export function ${call(name)}`).join('\n');
  const lookups = names.map((name) =>
    isFunction(name) ? call(name) : `get ${name}() { return require('${module}').${name}; }`,
  );
  return `module.exports = { ${lookups.join(', ')} };`;
}

function namesForCommander(module) {
  return module === COMMANDER.module ? COMMANDER.names : [];
}

/** What a source file of ours takes from the module by name; nothing where it takes all of it. */
function namesIn(file, module) {
  if (!/\.tsx?$/.test(file)) return [];
  const text = readFileSync(file, 'utf8');
  const named = [...text.matchAll(/^import \{([^}]*)\} from '([^']*)';$/gm)].filter(([, , from]) => from === module);
  const all = new RegExp(`^import (?!\\{|type ).* from '${module}';$`, 'm').test(text);
  if (all) return [];
  return named
    .flatMap(([, list]) => list.split(','))
    .map((each) => each.trim())
    .filter((each) => each !== '' && !each.startsWith('type '))
    .map((each) => each.split(' as ')[0]);
}
