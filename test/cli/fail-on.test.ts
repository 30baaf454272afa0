/** Does a health check fail where there is a deadlock for certain, and nowhere else? */
import { expect, test } from 'vitest';
import { EXIT } from '../../src/errors.js';
import type { Finding } from '../../src/snapshot.js';
import { snapshot } from '../render/samples.js';
import { runCli } from './world.js';

const deadlock: Finding = {
  code: 'deadlock',
  certain: true,
  message: '2 threads',
  pids: [],
  tids: [112, 113],
  edges: [],
};
const possible: Finding = { ...deadlock, code: 'possible-deadlock', certain: false };

test.each([
  { argv: ['remote', '12', '--fail-on', 'deadlock'], findings: [deadlock], code: EXIT.found },
  { argv: ['core', 'file', '--fail-on', 'deadlock'], findings: [deadlock], code: EXIT.found },
  { argv: ['remote', '12', '--fail-on', 'deadlock'], findings: [possible], code: EXIT.complete },
  { argv: ['remote', '12', '--fail-on', 'deadlock'], findings: [], code: EXIT.complete },
  { argv: ['remote', '12'], findings: [deadlock], code: EXIT.complete },
  { argv: ['remote', '12', '13', '--fail-on', 'deadlock'], findings: [deadlock], code: EXIT.found },
  { argv: ['remote', '12', '13'], findings: [deadlock], code: EXIT.complete },
])('$argv with $findings.0.code: $code', async ({ argv, findings, code }) => {
  expect((await runCli(argv, snapshot({ findings }))).code).toBe(code);
});

test('nothing else can be failed on', async () => {
  expect((await runCli(['remote', '12', '--fail-on', 'anything'], snapshot())).code).toBe(EXIT.usage);
});

test('findings stand before all threads, and --plain leaves them out', async () => {
  const shown = await runCli(['remote', '12'], snapshot({ findings: [deadlock] }));
  expect(shown.stdout).toMatch(/^Deadlock: 2 threads\n\nTraceback for thread/);
  const plain = await runCli(['remote', '12', '--plain'], snapshot({ findings: [deadlock] }));
  expect(plain.stdout).toMatch(/^Traceback for thread/);
});
