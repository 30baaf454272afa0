/**
 * What cannot be stopped, or must not be for long, is shown nevertheless: under another tracer, in uninterruptible sleep,
 * past --max-pause, on a kernel that does not tell who stands still.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { Snapshot } from '../../src/snapshot.js';
import { PYSTACK, RUNNER, runCommand, runPystack } from '../support/command.js';
import { expectOracle, pythonFrames, pythonThreads, threadNamed } from '../support/expectation.js';
import { anyInterpreter } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { impossibleIn, readCallGraph } from '../support/program-text.js';
import { LONG_MS, withProgram } from '../support/target.js';

/** Of the four busy threads: none missing, and nothing claimed that cannot be. How many are known. */
function knownBusyThreads(snapshot: Snapshot, file: string): number {
  const graph = readCallGraph(file);
  const threads = pythonThreads(snapshot);
  expect(threads.map((thread) => thread.name)).toEqual(['busy-3', 'busy-2', 'busy-1', 'busy-0', 'MainThread']);
  const known = threads.filter((thread) => !thread.isMain && thread.consistent);
  for (const thread of known) expect(impossibleIn(graph, pythonFrames(thread)), thread.name ?? '').toBeNull();
  return known.length;
}

onEveryInterpreter('a busy process under another tracer', (interpreter) =>
  withProgram(interpreter, 'busy.py', {}, (program) =>
    withProgram(anyInterpreter(), 'tracer.py', { args: [`${program.pid}`] }, async () => {
      const { major } = interpreter.version;
      const neverAllStand = major === 2 || interpreter.freeThreaded;
      const timeBudgetMs = neverAllStand ? 3000 : LONG_MS;
      const snapshot = await inspectProcess(program.pid, { timeBudgetMs });
      // In Python 2 whoever has the GIL lets go of it and takes it again without ever waiting: it never stands. Without a
      // GIL nobody has to wait.
      const waiting = major === 2 ? 3 : 4;
      const least = interpreter.freeThreaded ? 0 : waiting;
      expect(knownBusyThreads(snapshot, program.file)).toBeGreaterThanOrEqual(least);
      expect(snapshot.capture).toMatchObject({ mode: 'blocking', stoppedThreads: 0, pauseMs: 0 });
      const { methods } = snapshot.capture;
      if (methods.includes('without-stopping')) {
        expect(snapshot.warnings).toContainEqual(expect.objectContaining({ code: 'not-stoppable' }));
      }
    }),
  ),
);

test('a thread that gets no CPU keeps nobody waiting for long', () =>
  withProgram(anyInterpreter(), 'starved.py', {}, async (program) => {
    const snapshot = await inspectProcess(program.pid);
    // Its turn may come in time, by luck. Else it is let be, after some tries that take less than half a second together.
    expect(snapshot.capture.pauseMs).toBeLessThan(1000);
    for (const name of ['starved', 'computing']) {
      const thread = threadNamed(snapshot, name);
      expect(thread, JSON.stringify(snapshot.warnings)).toMatchObject({ consistent: true, movingFrames: 0 });
      expect(pythonFrames(thread).at(-1)?.function).toBe('compute');
    }
    const { capture, threads, warnings } = snapshot;
    if (threads.some(({ evidence }) => evidence === 'agreed')) {
      expect(capture.methods).toContain('without-stopping');
      const hindrances = ['not-stoppable', 'max-pause-exceeded'];
      expect(warnings.filter(({ code }) => hindrances.includes(code)).length).toBe(1);
    }
  }));

onEveryInterpreter('a limit that allows no pause at all', (interpreter) =>
  withProgram(interpreter, 'busy.py', {}, async (program) => {
    const timeBudgetMs = interpreter.freeThreaded ? 3000 : LONG_MS;
    const snapshot = await inspectProcess(program.pid, { maxPauseMs: 0.001, timeBudgetMs });
    expect(knownBusyThreads(snapshot, program.file)).toBeGreaterThanOrEqual(interpreter.freeThreaded ? 0 : 4);
    const codes = snapshot.warnings.map(({ code }) => code);
    // By luck everybody may have been asleep.
    if (snapshot.capture.stoppedThreads > 0) expect(codes).toContain('max-pause-exceeded');
  }),
);

onEveryInterpreter('a thread in uninterruptible sleep', (interpreter) =>
  withProgram(interpreter, 'vforking.py', {}, async (program) => {
    for (const mode of MODES) {
      const snapshot = await inspectProcess(program.pid, { mode });
      const thread = threadNamed(snapshot, 'parent');
      expect(thread).toMatchObject({ consistent: true, evidence: 'still', os: { state: 'D' } });
      expect(pythonFrames(thread).at(-1)?.function).toBe('wait_for_child');
      expect(snapshot.complete, JSON.stringify(snapshot.warnings)).toBe(true);
    }
  }),
);

onEveryInterpreter('a thread that computes without the GIL and never waits', (interpreter) =>
  withProgram(interpreter, 'computing.py', {}, async (program) => {
    const snapshot = await inspectProcess(program.pid, { mode: 'non-blocking' });
    const outside = threadNamed(snapshot, 'computing');
    // Its Python frames do not move, so two copies agree; it itself is never seen standing.
    const gil = interpreter.freeThreaded ? 'disabled' : 'none';
    expect(outside).toMatchObject({ consistent: true, movingFrames: 0, gil });
    expect(
      pythonFrames(outside)
        .map((frame) => frame.function)
        .at(-1),
    ).toBe('compute');
    const { capture, threads } = await inspectProcess(program.pid);
    expect(capture).toMatchObject({ stoppedThreads: 1, simultaneous: true });
    expect(threads.every((thread) => thread.consistent)).toBe(true);
  }),
);

onEveryInterpreter('a thread that calls without end and never waits', (interpreter) =>
  withProgram(interpreter, 'busy.py', { args: ['1'] }, async (program) => {
    const graph = readCallGraph(program.file);
    for (let n = 0; n < 5; n++) {
      const snapshot = await inspectProcess(program.pid, { mode: 'non-blocking', timeBudgetMs: 50 });
      const thread = threadNamed(snapshot, 'busy-0');
      const frames = pythonFrames(thread);
      if (thread.consistent) {
        expect(impossibleIn(graph, frames)).toBeNull();
      } else if (frames.length > 0) {
        expect(
          thread.movingFrames,
          JSON.stringify({ ...thread, warnings: snapshot.warnings, capture: snapshot.capture }),
        ).toBeGreaterThan(0);
        // What did not move is as right as ever.
        const still = frames.slice(0, frames.length - thread.movingFrames);
        expect(impossibleIn(graph, still.slice(0, -1))).toBeNull();
        expect(snapshot.complete).toBe(false);
      }
    }
  }),
);

const canMount = spawnSync('unshare', ['-m', 'true']).status === 0;

test.skipIf(!canMount)('where nothing tells who stands still, all are stopped, and it says so', () =>
  withProgram(anyInterpreter(), 'many_threads.py', { args: ['4', '5'] }, async (program) => {
    const folder = mkdtempSync(join(tmpdir(), 'pystack-mount-'));
    try {
      const empty = join(folder, 'empty');
      writeFileSync(empty, '');
      const mounts = readdirSync(`/proc/${program.pid}/task`).map(
        (tid) => `mount --bind ${empty} /proc/${program.pid}/task/${tid}/syscall`,
      );
      const script = `${mounts.join(' && ')} && exec "$@"`;
      const command = ['-m', 'sh', '-c', script, 'sh', RUNNER, PYSTACK, 'remote', '-v', '--json'];
      const { code, stdout, stderr } = await runCommand('unshare', [...command, `${program.pid}`]);
      expect(code, stderr).toBe(0);
      const snapshot = JSON.parse(stdout) as Snapshot;
      expectOracle(snapshot, program);
      expect(snapshot.capture.methods).toContain('no-proof');
      expect(snapshot.capture.stoppedThreads).toBe(snapshot.threads.length);
      expect(snapshot.warnings.map((warning) => warning.code)).toContain('degraded-capture');
      expect(stderr).toContain('captured by no-proof');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }),
);

test.skipIf(!canMount)('a kernel that counts no runs: context switches prove it as well, and it says so', () =>
  withProgram(anyInterpreter(), 'computing.py', {}, async (program) => {
    const folder = mkdtempSync(join(tmpdir(), 'pystack-mount-'));
    try {
      const zeros = join(folder, 'schedstat');
      writeFileSync(zeros, '0 0 0\n');
      // Whether it counts is asked of our own process.
      const script = `mount --bind ${zeros} /proc/$$/schedstat && exec "$@"`;
      const command = ['-m', 'sh', '-c', script, 'sh', RUNNER, PYSTACK, 'remote', '-v', '--json'];
      const { code, stdout, stderr } = await runCommand('unshare', [...command, `${program.pid}`]);
      expect(code, stderr).toBe(0);
      const snapshot = JSON.parse(stdout) as Snapshot;
      expectOracle(snapshot, program);
      expect(snapshot.capture).toMatchObject({ stoppedThreads: 1, simultaneous: true });
      expect(stderr).toContain('captured by switches+syscall, ');
      expect(snapshot.warnings).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }),
);

test('the usual step is told with -v', () =>
  withProgram(anyInterpreter(), 'many_threads.py', { args: ['4', '5'] }, async (program) => {
    const { stderr } = await runPystack(['remote', '-v', `${program.pid}`]);
    expect(stderr).toMatch(/captured by (schedstat|switches)\+syscall, (process_vm_readv|mem): no thread stopped/);
  }));
