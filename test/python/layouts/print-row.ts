/**
 * Prints a version's row, as it belongs into src/python/layouts, from its headers:
 * `npx esbuild test/python/layouts/print-row.ts --bundle --platform=node --format=esm | node --input-type=module - INCLUDE_DIR [free-threaded]`
 */
import { layoutProbes } from './layout-probes.js';
import { compileProbes, headersAt } from './offsetof.js';
import { probes2_7, probes3_6 } from './old-probes.js';
import { prelude } from './prelude.js';
import type { Probe } from './probes.js';
import { isProbe, leavesOf } from './tree.js';

const [include = '', flavour] = process.argv.slice(2);
const headers = headersAt(include);
if (headers === null) throw new Error(`no Python headers, or not the internal ones, in '${include}'`);
const version = headers.major * 100 + headers.minor;
const freeThreaded = flavour === 'free-threaded';
const tree =
  version === 207 ? probes2_7() : version === 306 ? probes3_6() : layoutProbes(version, headers.patch, freeThreaded);
const probes = [...leavesOf(tree).values()].filter((leaf): leaf is Probe => isProbe(leaf));
const answers = compileProbes(
  headers,
  prelude(version, headers.patch),
  probes,
  freeThreaded ? ['-DPy_GIL_DISABLED=1'] : [],
);
const numbers = new Map(probes.map((probe, index) => [probe, answers[index]?.number]));
const row = JSON.parse(JSON.stringify(tree, (_key, value: unknown) => (isProbe(value) ? numbers.get(value) : value)));
process.stdout.write(JSON.stringify({ version: `${headers.major}.${headers.minor}`, origin: 'row', ...row }, null, 2));
