// Does the one build run on every Node.js that is promised? Takes binaries from the npm registry, and lets
// each print the stacks of the same idle process. A version that cannot be had (no network) is said to be skipped.
import './setup.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NODE_VERSIONS, nodeBinary } from './node-binaries.mjs';

/** These are to say so, in words: one that knows no syntax of today, and the last one. */
const TOO_OLD = [12, 18];

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
for (const version of NODE_VERSIONS) {
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
for (const version of TOO_OLD) {
  const node = nodeBinary(version);
  if (node === null) {
    process.stdout.write(`Node.js ${version}: skipped, cannot be downloaded\n`);
    continue;
  }
  const library = path('../dist/index.cjs');
  const tries = [look(node), spawnSync(node, ['-p', `require(${JSON.stringify(library)})`], { encoding: 'utf8' })];
  const isTold = tries.every(
    ({ status, stderr }) => status === 1 && /Node\.js 20 or newer is needed; this is v/.test(stderr),
  );
  failed ||= !isTold;
  const said = tries.map(({ stderr }) => stderr).join('');
  process.stdout.write(`Node.js ${version}: ${isTold ? 'is told that it is too old' : `is not told\n${said}`}\n`);
}
process.exit(failed ? 1 : 0);

/** Without for how long each thread has waited: that is of each look. */
function look(node) {
  return spawnSync(node, [path('../bin/pystack'), 'remote', '--plain', `${target.pid}`], { encoding: 'utf8' });
}
