// What does a page of HTML bring along? The script and the style of src/render/html, each bundled into one text, which
// the build (and the tests' own) puts in place of two names.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** For `define` of a bundler: the names of src/render/html/assets.ts. */
export async function pageAssets() {
  const common = { absWorkingDir: root, bundle: true, write: false, minify: true, legalComments: 'none' };
  const [script, style] = await Promise.all(
    [
      // Browsers of the last two years.
      { entryPoints: ['src/render/html/client/main.ts'], format: 'iife', platform: 'browser', target: 'es2022' },
      { entryPoints: ['src/render/html/style.css'] },
    ].map(async (options) => {
      const { outputFiles } = await build({ ...common, ...options });
      return outputFiles[0].text.trim();
    }),
  );
  // Whatever ends the element that it stands in would end it in the middle.
  if (/<\/|<!--/.test(script) || /<\//.test(style))
    throw new Error('the script or style of pages holds an end of itself');
  return { PAGE_SCRIPT: JSON.stringify(script), PAGE_STYLE: JSON.stringify(style) };
}
