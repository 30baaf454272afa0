// How do the benches use what the tests are written with? A TypeScript file of this project, bundled in memory.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The exports of a TypeScript file; `path` is relative to this folder. */
export async function importTypeScript(path) {
  const entry = fileURLToPath(new URL(path, import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'node',
    // What it looks up beside itself is beside the source, not in what it is imported as.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(entry).href) },
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
