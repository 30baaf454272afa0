// Makes the cores under corefiles/ anew (see the README there). The work is in corefiles/remake.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
// Inside the project, so that packages are found from there.
const folder = mkdtempSync(join(root, 'node_modules', '.corefiles-'));
try {
  const outfile = join(folder, 'remake.mjs');
  await build({
    entryPoints: [join(root, 'scripts/corefiles/remake.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  });
  const { remake } = await import(pathToFileURL(outfile).href);
  await remake(root, process.argv.slice(2));
} finally {
  rmSync(folder, { recursive: true });
}
