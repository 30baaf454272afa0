/**
 * Prints a version's row as the difference to the row before, as it belongs into src/python/layouts, from its headers:
 * `npx esbuild test/python/layouts/print-row.ts --bundle --platform=node --format=esm | node --input-type=module - INCLUDE_DIR [free-threaded]`
 */
import { withObjectHeader } from '../../../src/python/layouts/builds.js';
import { LONGER_HEADER } from '../../../src/python/layouts/from.js';
import { layoutFor } from '../../../src/python/layouts/index.js';
import { asSource, differenceOf } from './difference.js';
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
const tree = version === 207 ? probes2_7() : version === 306 ? probes3_6() : layoutProbes(version, freeThreaded);
const probes = [...leavesOf(tree).values()].filter((leaf): leaf is Probe => isProbe(leaf));
const answers = compileProbes(headers, prelude(version), probes, freeThreaded ? ['-DPy_GIL_DISABLED=1'] : []);
const numbers = new Map(probes.map((probe, index) => [probe, answers[index]?.number]));
const row = JSON.parse(JSON.stringify(tree, (_key, value: unknown) => (isProbe(value) ? numbers.get(value) : value)));
const { major, minor } = headers;
const printed = { version: `${major}.${minor}`, ...row };
// The ordinary row of the version before, or for a free-threaded one its sibling.
const base = layoutFor(major, freeThreaded ? minor : minor - 1, null);
const before = base && freeThreaded ? withObjectHeader(base, LONGER_HEADER) : base;
if (before === null) process.stdout.write(`${asSource(printed)}\n`);
else {
  const { origin, ...rest } = before;
  const name = `v${base?.version.replace('.', '_')}`;
  process.stdout.write(
    `${freeThreaded ? 'freeThreaded' : 'from'}(${name}, ${asSource(differenceOf(rest, printed))});\n`,
  );
}
