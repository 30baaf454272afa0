// Builds the addon with node-gyp. Node's headers are taken from beside the running Node.js where they are of just this
// version, so that building needs no network; else node-gyp fetches them.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const prefix = dirname(dirname(process.execPath));
const nodeGyp = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');

const args = [nodeGyp, 'rebuild', '--loglevel=warn', `--jobs=${availableParallelism()}`];
if (headersVersion(prefix) === process.versions.node) args.push(`--nodedir=${prefix}`);
const command = '. scripts/compiler-cache.sh; export CXX="$compiler_cache $1"; shift; exec "$@"';
const compiler = process.env.CXX ?? 'g++';
const { status } = spawnSync('sh', ['-c', command, 'sh', compiler, process.execPath, ...args], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);

function headersVersion(folder) {
  const header = join(folder, 'include', 'node', 'node_version.h');
  if (!existsSync(header)) return null;
  const text = readFileSync(header, 'utf8');
  const number = (name) => new RegExp(`^#define NODE_${name}_VERSION (\\d+)`, 'm').exec(text)?.[1];
  return `${number('MAJOR')}.${number('MINOR')}.${number('PATCH')}`;
}
