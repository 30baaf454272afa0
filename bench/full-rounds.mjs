// Do we ever harm or disturb a target, over as many rounds as it takes to be sure? Runs what docs/gentleness.md names, one
// after the other, and tells how each ended. Takes hours; SHARE=0.1 makes a tenth of the rounds.
//   node bench/full-rounds.mjs [SHARE=1] [proofs|proofs-of-the-restless|kills|signals|calls|changes|tasks|no-block|blocking|server|interrupted …]
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [share = '1', ...asked] = process.argv.slice(2);
if (!(Number(share) > 0)) {
  process.stderr.write(`full-rounds: ${share} is no share of the rounds\n`);
  process.exit(2);
}
const rounds = (full) => `${Math.ceil(full * Number(share))}`;
const node = (...args) => ({ args });
/** A file of the suite with many rounds, its own account included. */
const suite = (file, full) => ({
  args: ['node_modules/vitest/vitest.mjs', 'run', file],
  environment: { PYSTACK_TEST_ROUNDS: rounds(full) },
});

const runs = {
  /** Is a copy that is called proven ever torn? */
  proofs: node('bench/proof/torn.mjs', rounds(3_000_000), '24', '1000'),
  'proofs-of-the-restless': node('bench/proof/torn.mjs', rounds(1_000_000), '2', '40'),
  /** Killed in a look, a freeze or a detach: is a thread left stopped? */
  kills: node('bench/proof/kills.mjs', rounds(500)),
  /** ... while signals arrive: is one lost, or handled twice? */
  signals: suite('test/harm/kills.test.ts', 500),
  /** Does a system call end early because its thread was looked at? */
  calls: suite('test/harm/blocked-calls.test.ts', 10_000),
  /** fork, vfork, exec, exit, threads born and dying. */
  changes: suite('test/harm/changes.test.ts', 500),
  /** Is a chain of tasks that is called consistent ever impossible? Each program ends by itself after some minutes. */
  tasks: suite('test/tasks/moving.test.ts', 50),
  /** Is what is shown ever impossible? */
  'no-block': node('bench/no-block.mjs', rounds(1000)),
  blocking: { ...node('bench/no-block.mjs', rounds(200)), environment: { BLOCKING: '1' } },
  /** Does a server under load notice, do we grow? */
  server: node('bench/server.mjs', rounds(10_000)),
  /** How often does the wait of a thread that was running end early? Measured, not judged. */
  interrupted: node('bench/interrupted.mjs', rounds(1000)),
};

const failed = [];
for (const name of asked.length > 0 ? asked : Object.keys(runs)) {
  const run = runs[name];
  if (!run) {
    process.stderr.write(`full-rounds: no ${name}; there are ${Object.keys(runs).join(', ')}\n`);
    process.exit(2);
  }
  process.stdout.write(`\n${name}\n`);
  const begun = performance.now();
  const env = { ...process.env, ...run.environment };
  const { status, signal } = spawnSync(process.execPath, run.args, { cwd: root, stdio: 'inherit', env });
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  process.stdout.write(`${name}: ${status === 0 ? 'good' : `failed (${signal ?? status})`}, ${minutes} min\n`);
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) process.stdout.write(`\nfailed: ${failed.join(', ')}\n`);
process.exit(failed.length > 0 ? 1 : 0);
