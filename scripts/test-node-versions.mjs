// Does the one build run on every Node.js that is promised? Takes binaries from the npm registry into .cache, and lets
// each print the stacks of the same idle process. A version that cannot be had (no network) is said to be skipped.
import './setup.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const VERSIONS = [20, 22, 24, 26];
const path = (name) => fileURLToPath(new URL(name, import.meta.url));

const target = spawn(process.env.PYTHON ?? 'python3', [path('demo_service.py')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.once('exit', () => target.kill('SIGKILL'));
await once(target.stdout, 'data');
// What stands still is the same each time it is looked at.
target.kill('SIGSTOP');

const expected = look(process.execPath);
let failed = expected.status !== 0;
process.stdout.write(`${process.version} (this one): exit ${expected.status}\n`);
for (const version of VERSIONS) {
  const node = nodeBinary(version);
  if (node === null) {
    process.stdout.write(`Node.js ${version}: skipped, cannot be downloaded\n`);
    continue;
  }
  const seen = look(node);
  const same = seen.stdout === expected.stdout && seen.status === 0;
  failed ||= !same;
  process.stdout.write(
    `Node.js ${version}: ${same ? 'the same stacks' : `differs (exit ${seen.status})\n${seen.stderr}`}\n`,
  );
}
process.exit(failed ? 1 : 0);

function look(node) {
  return spawnSync(node, [path('../bin/pystack'), 'remote', `${target.pid}`], { encoding: 'utf8' });
}

/** Path of a binary of that major version, downloaded unless it is here; null where it cannot be had. */
function nodeBinary(version) {
  const folder = path(`../.cache/node-${version}`);
  const name = `node-linux-${process.arch}`;
  const binary = `${folder}/node_modules/${name}/bin/node`;
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `${name}@${version}`];
    spawnSync('npm', args, { stdio: 'ignore', timeout: 120_000 });
  }
  return existsSync(binary) ? binary : null;
}
