// Builds dist/: the program (cli.cjs), the library for `import` (index.js) and `require` (index.cjs), both of
// library.cjs, and its types.
//
// The program is one CommonJS file because Node starts that quickest: no module graph to resolve, and what a command
// does not need is inside functions that are never called (packaging/bundle/chunks.mjs, docs/decisions/003-one-cjs-bundle-for-the-cli.md).
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { programInChunks } from '../packaging/bundle/chunks.mjs';
import { lazyBuiltins } from '../packaging/bundle/lazy-builtins.mjs';
import { pageAssets } from '../packaging/bundle/page-assets.mjs';
import { rareParts } from '../packaging/bundle/rare-parts.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: 'external',
  // Whitespace and syntax only: names in stack traces stay ours.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
};

/** CommonJS has no import.meta; the addon and package.json are found relative to it. */
const importMeta = {
  define: { 'import.meta.url': 'importMeta.url', 'import.meta.dirname': '__dirname' },
  banner: { js: "const importMeta={get url(){return require('node:url').pathToFileURL(__filename).href}};" },
};

/** Any Node.js can parse it: an old one would otherwise show a syntax error in the middle of the library. */
const GUARDED_LIBRARY = `'use strict';
if (Number(process.versions.node.split('.')[0]) < 20) {
  throw new Error(
    'pystack: Node.js 20 or newer is needed; this is ' + process.version + ' (' + process.execPath + ')\\n' +
    'Next step: run the program with a newer one'
  );
}
module.exports = require('./library.cjs');
`;

// Packages are made of a build of their own, without a code cache, which is for one version of Node.js.
const { values: asked } = parseArgs({
  options: { into: { type: 'string' }, 'no-types': { type: 'boolean' }, 'no-cache': { type: 'boolean' } },
});
const dist = resolve(asked.into ?? `${root}/dist`);
rmSync(dist, { recursive: true, force: true });

const { define, banner } = importMeta;

const program = await programInChunks({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  target: common.target,
  plugins: [rareParts(root), lazyBuiltins],
  define: { ...define, ...(await pageAssets()) },
});
mkdirSync(dist, { recursive: true });
writeFileSync(`${dist}/cli.cjs`, banner.js + program);

if (!asked['no-cache']) await writeCodeCache();

if (existsSync(`${root}/src/index.ts`)) {
  // One library, however it is asked for: a program that does both must not have two PystackErrors.
  const commonJs = { outfile: `${dist}/library.cjs`, format: 'cjs', ...importMeta };
  await build({ ...common, entryPoints: ['src/index.ts'], ...commonJs });
  writeFileSync(`${dist}/index.cjs`, GUARDED_LIBRARY);
  const names = Object.keys(createRequire(import.meta.url)(`${dist}/library.cjs`)).sort();
  writeFileSync(
    `${dist}/index.js`,
    `import library from './index.cjs';\nexport const { ${names.join(', ')} } = library;\n`,
  );
  if (!asked['no-types']) {
    const { status } = spawnSync(
      `${root}/node_modules/.bin/tsc`,
      ['-p', 'tsconfig.build.json', '--outDir', `${dist}/types`],
      {
        cwd: root,
        stdio: 'inherit',
      },
    );
    if (status !== 0) process.exit(status ?? 1);
    keepReachable(`${dist}/types`, 'index.d.ts');
    // TypeScript takes declarations for those of a CommonJS module where the package.json beside them says so.
    cpSync(`${dist}/types`, `${dist}/types-cjs`, { recursive: true });
    writeFileSync(`${dist}/types-cjs/package.json`, '{ "type": "commonjs" }\n');
  }
}

/** Removes the declarations in `folder` that `entry` does not lead to: tsc writes them of all that the library is made of. */
function keepReachable(folder, entry) {
  const reached = new Set();
  const reach = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:\bfrom |\bimport\()['"](\.[^'"]+)\.js['"]/g)) {
      reach(join(dirname(file), `${name}.d.ts`));
    }
  };
  reach(join(folder, entry));
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && !reached.has(file)) rmSync(file);
  }
}

/**
 * Lets V8 keep what it compiled while the program did its work once, so that starting it means reading and not
 * compiling. bin/pystack offers it back; another version of Node.js refuses it and compiles.
 */
async function writeCodeCache() {
  // A Python to look at if there is one, so that the work is all of it; else something that is none.
  const target = spawn('python3', ['-c', 'import threading, time; time.sleep(600)'], { stdio: 'ignore' });
  const started = await new Promise((resolve) => {
    target.once('error', () => resolve(false));
    target.once('spawn', () => setTimeout(() => resolve(true), 300));
  });
  const pid = started ? target.pid : process.pid;
  const commands = ['remote', String(pid), '--', 'core', 'corefiles/segfault/3.12/core.gz'];
  const options = { cwd: root, stdio: 'ignore', timeout: 60_000 };
  spawnSync(process.execPath, ['scripts/write-code-cache.cjs', ...commands], options);
  // It works without, only slower to start.
  if (!existsSync(`${root}/dist/cli.cache`)) process.stderr.write('build: no code cache was written\n');
  if (started) target.kill('SIGKILL');
}
