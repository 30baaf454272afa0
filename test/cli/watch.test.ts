/** How is a watch shown: in place on a terminal, as lines in a pipe, as documents? With looks made by hand. */
import { expect, test } from 'vitest';
import type { World } from '../../src/cli/world.js';
import type { ProcessSession, Sight } from '../../src/session.js';
import type { Snapshot } from '../../src/snapshot.js';
import { pythonFrame, snapshot, thread } from '../render/samples.js';
import { runCli } from './world.js';

const at = (line: number, name = 'worker') =>
  snapshot({
    pid: 7,
    threads: [thread({ tid: 7, name, isMain: true, frames: [pythonFrame({ line, endLine: line })], waits: [] })],
    findings: [],
  });

/** A session that tells these, and then that the process has ended. */
function session(looks: readonly Snapshot[]): ProcessSession {
  const left = [...looks];
  return {
    pid: 7,
    look: () => Promise.reject(new Error('not asked for')),
    async lookAgain(): Promise<Sight> {
      const next = left.shift();
      if (!next) throw new (await import('../../src/errors.js')).PystackError('process-exited', 'process 7 has ended');
      return { snapshot: next, stood: new Set(), unmoved: false };
    },
    close: () => {},
  };
}

/** Runs at a clock of its own: no time passes but what is slept. */
function watch(looks: readonly Snapshot[], argv: readonly string[] = [], world: Partial<World> = {}) {
  const nobody = () => Promise.reject(new Error('not asked for'));
  const pipeline = {
    openProcess: () => Promise.resolve(session(looks)),
    inspectProcess: nobody,
    inspectCore: nobody,
    snapshotProcess: nobody,
  };
  return runCli(['watch', '--every', '10ms', ...argv, '7'], snapshot(), { pipeline, world });
}

const terminal: Partial<World> = { stdoutIsTerminal: async () => true, columns: () => 60, rows: () => 10, env: {} };

test('in a pipe what happens is a line each, then the state', async () => {
  const { code, stdout } = await watch([at(1), at(2), at(3)]);
  expect(code).toBe(0);
  expect(
    stdout
      .replaceAll(/\d\d:\d\d:\d\d/g, 'TIME')
      .split('\n')
      .slice(0, 3),
  ).toEqual(['TIME 7 CPython 3.12.1, 1 thread', 'TIME 7 goes on', 'TIME 7 process 7 has ended']);
});

test('on a terminal the state is drawn in place, in its lines and columns', async () => {
  const long = 'n'.repeat(300);
  const { stdout } = await watch([at(1, long), at(2, long), at(3, long)], ['--no-color'], terminal);
  // Back to the first line that was drawn, and everything from there is wiped.
  expect(stdout.split('\u001b[4F\u001b[J').length).toBeGreaterThan(2);
  const drawn = stdout.split('\u001b[J')[1]?.split('\n') ?? [];
  expect(drawn.length).toBeLessThanOrEqual(10);
  expect(drawn.filter((line) => line.length > 60)).toEqual([]);
});

test('text of the target cannot draw on the terminal', async () => {
  const { stdout } = await watch(
    [at(1, 'evil\u001b[2J\u0007'), at(2, 'evil\u001b[2J\u0007')],
    ['--no-color'],
    terminal,
  );
  expect(stdout).not.toContain('\u001b[2J');
  expect(stdout).not.toContain('\u0007');
});

test('--jsonl is a document a line, --json one document', async () => {
  const lines = (await watch([at(1), at(2)], ['--jsonl'])).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ kind }) => kind)).toEqual(['watch-event', 'watch-event', 'watch']);
  const { kind, processes } = JSON.parse((await watch([at(1), at(2)], ['--json'])).stdout);
  expect({ kind, pids: processes.map(({ pid }: { pid: number }) => pid) }).toEqual({ kind: 'watch', pids: [7] });
});

test.each([
  ['--every', '0'],
  ['--every', '1fortnight'],
  ['--for', 'x'],
  ['--looks', '0'],
  ['--until', 'bored'],
])('%s %s is wrong usage', async (option, value) => {
  const { code, stderr } = await runCli(['watch', option, value, '7'], snapshot());
  expect(code).toBe(2);
  expect(stderr).toContain(option);
});

test('one file for several processes is refused before the first look', async () => {
  const { code, stderr } = await runCli(['watch', '--save', 'x.core', '7', '8'], snapshot());
  expect(code).toBe(2);
  expect(stderr).toContain('%p');
});
