// Does every build of Python there is work in every way of looking? Fetches and builds what it may (provision-pythons.mjs),
// runs the matrix on all that is here (test/matrix), prints what was covered and what was not, and writes
// docs/compatibility.md. `npm run test:matrix`; `npm run test:matrix -- 3.14` runs the rows whose name has that in it, and leaves the others as they were.
import './setup.mjs';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describeProvisioned, provisionPythons } from './provision-pythons.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);

if (!args.includes('--no-provision')) {
  const results = provisionPythons((line) => process.stdout.write(`${line}\n`));
  process.stdout.write(`Pythons in .cache/pythons:\n${describeProvisioned(results).join('\n')}\n\n`);
}

// Programs are found relative to the bundle, as they are relative to the sources in test/support.
const outfile = `${root}.cache/matrix/support/run.mjs`;
mkdirSync(`${root}.cache/matrix`, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: ['test/matrix/run.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
  define: { 'import.meta.url': JSON.stringify(`file://${root}test/support/interpreters.ts`) },
});
const only = args.filter((arg) => !arg.startsWith('--'));
const { status } = spawnSync(process.execPath, [outfile, ...only], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PYSTACK_TEST_FLAVOURS: 'all' },
});
process.exit(status ?? 1);
