// How is the program one file, and yet starts as if it were small? The bundler splits it at each `import()`; a chunk becomes
// a function of the one file that runs when it is first asked for. What a command does not need is neither evaluated nor
// read. docs/decisions/003-one-cjs-bundle-for-the-cli.md has the figures.
import { basename } from 'node:path';
import { build, transform } from 'esbuild';

/** Around an `import()` whose chunk is to be there at once: to the bundler it is where to split, as any. */
export const NOW = 'evaluatedNow';

/**
 * The text of one CommonJS file that is the program. Throws an Error where the bundler made something that is not understood
 * here; what is left of the syntax of modules then is an error of the second pass, as it stands within a function.
 * @param {import('esbuild').BuildOptions & { entryPoints: [string], target: string }} options
 * @returns {Promise<string>}
 */
export async function programInChunks(options) {
  const { outputFiles, metafile } = await build({
    platform: 'node',
    logLevel: 'warning',
    ...options,
    bundle: true,
    splitting: true,
    format: 'esm',
    // Not the whitespace: it is read by lines below.
    minifySyntax: true,
    legalComments: 'none',
    outdir: 'chunks',
    write: false,
    metafile: true,
  });
  const chunks = new Map(Object.entries(metafile.outputs).map(([path, about]) => [basename(path), about]));
  refuseCircles(chunks);
  const names = [...chunks.keys()].sort();
  const functionOf = (name) => {
    if (!chunks.has(name)) throw new Error(`no chunk is called ${name}`);
    return `chunk${names.indexOf(name)}`;
  };
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const [entry] = [...chunks].find(([, { entryPoint }]) => entryPoint === options.entryPoints[0]);
  const whole = [
    "'use strict';",
    'const once = (evaluate) => { let exported; return () => (exported ??= evaluate()); };',
    ...names.map((name) => `const ${functionOf(name)} = once(() => {\n${asFunction(texts.get(name), functionOf)}\n});`),
    `${functionOf(entry)}();\n`,
  ].join('\n');
  // Names stay ours, for stack traces.
  const short = { minifyWhitespace: true, minifySyntax: true, legalComments: 'none', charset: 'ascii' };
  return (await transform(whole, { ...short, target: options.target })).code;
}

/** A chunk is evaluated before who imports it; in a circle none would be first. */
function refuseCircles(chunks) {
  const done = new Set();
  const visit = (name, above) => {
    if (above.includes(name)) throw new Error(`chunks in a circle: ${[...above, name].join(' -> ')}`);
    if (done.has(name)) return;
    for (const { path, kind } of chunks.get(name).imports) {
      if (kind === 'import-statement' && chunks.has(basename(path))) visit(basename(path), [...above, name]);
    }
    done.add(name);
  };
  for (const name of chunks.keys()) visit(name, []);
}

/**
 * An ES module as the body of a function that returns what it exports: nothing that is exported is assigned later. A real
 * import() would start Node's loader of ES modules (5 ms), be it only for a built-in module.
 */
function asFunction(text, functionOf) {
  const body = text
    .replaceAll(/^import (?:\{([^}]*)\} from )?"\.\/([^"]+)";$/gm, (_, words, name) =>
      words === undefined ? `${functionOf(name)}();` : `var { ${pairs(words)} } = ${functionOf(name)}();`,
    )
    .replaceAll(
      /^import \{([^}]*)\} from "(node:[^"]+)";$/gm,
      (_, words, name) => `var { ${pairs(words)} } = require("${name}");`,
    )
    .replaceAll(/^import (?:\* as )?([\w$]+) from "(node:[^"]+)";$/gm, 'var $1 = require("$2");')
    .replaceAll(new RegExp(`\\b${NOW}\\(import\\("\\./([^"]+)"\\)\\)`, 'g'), (_, name) => `${functionOf(name)}()`)
    .replaceAll(/\bimport\("\.\/([^"]+)"\)/g, (_, name) => `Promise.resolve().then(${functionOf(name)})`)
    .replaceAll(/\bimport\("(node:[^"]+)"\)/g, 'Promise.resolve().then(() => require("$1"))');
  const [exports, words = ''] = /^export \{([^}]*)\};\s*$/m.exec(body) ?? [''];
  const returned = pairs(words.replaceAll(/([\w$]+) as ([\w$]+)/g, '$2 as $1'));
  return `${body.replace(exports, '')}\nreturn { ${returned} };`;
}

/** What the syntax of modules calls `a as b`, as an object has it. */
function pairs(words) {
  return words.replaceAll(/ as /g, ': ');
}
