import { expect, test } from 'vitest';
import type { Pipeline } from '../../src/cli/pipeline.js';
import { coreSnapshot, snapshot } from '../render/samples.js';
import { runCli } from './world.js';

/** A pipeline that waits, saying so, while the clock goes on. */
async function unpacking(stderrIsTerminal: boolean, fails = false) {
  let now = 0;
  const pipeline: Pipeline = {
    openProcess: () => Promise.reject(new Error('nobody watches here')),
    inspectProcess: () => snapshot(),
    snapshotProcess: () => ({ path: '', bytes: 0, snapshot: snapshot() }),
    inspectCore: (_core, { progress }) => {
      for (const share of [10, 20, 90]) {
        now += 300;
        progress?.(`unpacking the core: ${share} %\u001b[2J`);
      }
      if (fails) throw new Error('no');
      return coreSnapshot();
    },
  };
  return runCli(['core', 'x.core'], snapshot(), {
    pipeline,
    world: { stderrIsTerminal: async () => stderrIsTerminal, now: () => now, env: { NO_COLOR: '1' } },
  });
}

test('what takes long is told on a terminal, in a line that goes away', async () => {
  const { stderr } = await unpacking(true);
  expect(stderr).toBe(
    '\r\u001b[Kpystack: unpacking the core: 20 %\\x1b[2J\r\u001b[Kpystack: unpacking the core: 90 %\\x1b[2J\r\u001b[K',
  );
});

test('an error is told after the line went away', async () => {
  const { stderr } = await unpacking(true, true);
  expect(stderr).toMatch(/90 %\\x1b\[2J\r.\[Kpystack: /u);
});

test('nothing of it is written to what is no terminal', async () => {
  expect((await unpacking(false)).stderr).toBe('');
});
