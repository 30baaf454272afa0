/**
 * Python inside other programs: in a library that is loaded late, in several at once, in two copies of one, mapped and
 * never used, used and over, or moved to memory of no file. Each is shown, or named for what it is.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { kill } from 'node:process';
import { afterAll, describe, expect, test } from 'vitest';
import type { PystackError } from '../../src/errors.js';
import { inspectProcess } from '../../src/inspect.js';
import { inspectCore } from '../../src/inspect-core.js';
import { grouped } from '../../src/many/groups/group.js';
import { aboutSnapshot, lookOf } from '../../src/many/looks/from-snapshot.js';
import { setOf } from '../../src/many/looks/set-of.js';
import { settleInspectOptions } from '../../src/options.js';
import { withOthers } from '../../src/other-interpreters.js';
import { examine } from '../../src/pipeline.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
import { processPage } from '../../src/render/html/page.js';
import { renderJson } from '../../src/render/json.js';
import { pagePieces } from '../../src/render/page.js';
import { PLAIN } from '../../src/render/palette.js';
import { renderText } from '../../src/render/text.js';
import { snapshotProcess } from '../../src/save-snapshot.js';
import type { Snapshot } from '../../src/snapshot.js';
import { Stopwatch } from '../../src/timings.js';
import { gcore, noGcore } from '../support/cores.js';
import { pythonFrames, pythonThreads } from '../support/expectation.js';
import { findInterpreters, formatVersion, type Interpreter, isAtLeast } from '../support/interpreters.js';
import { until } from '../support/target.js';
import { compiled, sharedLibrary } from './builds.js';

const folder = mkdtempSync(join(tmpdir(), 'pystack-embedding-'));
afterAll(() => rmSync(folder, { recursive: true }));
let embedding: string | undefined;

const shared = findInterpreters().flatMap((interpreter) => {
  const library = sharedLibrary(interpreter);
  return library === null || interpreter.debug ? [] : [{ ...interpreter, library }];
});
type Shared = Interpreter & { library: string };

/** Runs `embedding WHAT LIBRARY…` and hands over its pid once it is ready. */
async function withEmbedding(
  what: string,
  libraries: readonly Shared[],
  use: (pid: number) => Promise<void>,
): Promise<void> {
  embedding ??= compiled('embedding', folder);
  const home = what === 'run' && libraries.length > 1 ? {} : { PYTHONHOME: homeOf(libraries.at(-1)) };
  const child = spawn(embedding, [what, ...libraries.map(({ library }) => library)], {
    env: { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1', ...home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    await until(`${what} is ready`, () => {
      if (child.exitCode !== null) throw new Error(`embedding ${what} ended: ${text}`);
      return text.includes('ready');
    });
    const pid = child.pid ?? 0;
    await until('it sleeps', () => readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') S '));
    await use(pid);
  } finally {
    child.kill('SIGKILL');
  }
}

function readsLink(path: string): boolean {
  try {
    return readlinkSync(path) !== '';
  } catch {
    return false;
  }
}

function homeOf(interpreter: Shared | undefined): string {
  return dirname(dirname(interpreter?.executable ?? ''));
}

function expectInside(snapshot: Snapshot, { version, library }: Shared): void {
  expect(snapshot.python).toMatchObject({ version: formatVersion(version), library });
  const [thread] = pythonThreads(snapshot);
  expect(thread && pythonFrames(thread).map((frame) => frame.function)).toEqual(['<module>', 'inside']);
}

/** Both are shown, each under its name, whatever it is written as. */
function expectBoth(snapshot: Snapshot, expected: readonly Shared[]): void {
  const all = [snapshot, ...(snapshot.others ?? [])];
  expect(all.map(({ python }) => python?.library).sort()).toEqual(expected.map(({ library }) => library).sort());
  // One thread began in each, and is in calls of the one that it came to last.
  const calls = all.map((one) =>
    pythonThreads(one)
      .flatMap(pythonFrames)
      .map((frame) => frame.function),
  );
  expect(calls.sort((a, b) => a.length - b.length)).toEqual([[], ['<module>', 'inside']]);
  for (const one of all) {
    const { python, threads, complete } = one;
    expect(threads).toHaveLength(1);
    expect(complete).toBe(true);
    const name = `CPython ${python?.version} of ${python?.library} at ${python?.runtimeAddress}\n`;
    const heading = one === snapshot ? name : `Another interpreter in this process: ${name}`;
    const page = { palette: PLAIN, width: 400, fullPaths: true, isSecret: () => false };
    for (const text of [renderText(snapshot), [...pagePieces(snapshot, page)].join('')]) {
      expect(text.split(heading)).toHaveLength(2);
      expect(text.match(/in inside$|frame stack for thread \d+ is empty$/gm)).toHaveLength(all.length);
    }
  }
  expect(snapshot.warnings.filter(({ code }) => code === 'other-interpreter')).toEqual([]);
  const document = JSON.parse(renderJson(snapshot));
  expect(document.others[0].threads).toEqual(JSON.parse(JSON.stringify(snapshot.others?.[0]?.threads)));
  expect(lookOf(snapshot, aboutSnapshot(snapshot)).threads).toHaveLength(all.length);
  const one = grouped(setOf(snapshot), { byLine: false });
  const options = { assets: { style: '', script: '' }, madeBy: '', isSecret: () => false, verbose: false };
  const html = [...processPage(snapshot, one, options as never)].join('');
  expect(html).toContain('Another interpreter in this process: CPython');
  expect(html.match(/<b>inside<\/b>|<p class="none">no frames/g)).toHaveLength(all.length);
}

async function failure(pid: number, exhaustive = false): Promise<PystackError> {
  return inspectProcess(pid, { exhaustive }).then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => error as PystackError,
  );
}

describe.each(shared)('$label', (interpreter) => {
  test('in a library that the program loads', () =>
    withEmbedding('run', [interpreter], async (pid) => expectInside(await inspectProcess(pid), interpreter)));

  test('mapped and never initialised', () =>
    withEmbedding('map', [interpreter], async (pid) => {
      const { code, message } = await failure(pid);
      expect({ code, message }).toEqual(
        !isAtLeast(interpreter, 7)
          ? { code: 'not-initialized', message: expect.any(String) }
          : { code: 'not-initialized', message: `process ${pid} has not initialised its Python` },
      );
    }));

  test('initialised and over', () =>
    withEmbedding('finish', [interpreter], async (pid) => {
      const { code, message } = await failure(pid);
      expect({ code, message }).toEqual(
        !isAtLeast(interpreter, 7)
          ? { code: 'not-initialized', message: expect.any(String) }
          : { code: 'not-initialized', message: `the Python of process ${pid} has shut down` },
      );
    }));

  test('in memory of no file, with --exhaustive', () =>
    withEmbedding('moved', [interpreter], async (pid) => {
      const without = await failure(pid);
      expect(without.code).toBe('not-python');
      expect(without.details.nextStep).toContain('--exhaustive');
      // Before 3.7 nothing is left to go by.
      if (!isAtLeast(interpreter, 7)) return;
      const started = performance.now();
      const snapshot = await inspectProcess(pid, { exhaustive: true });
      expect(performance.now() - started).toBeLessThan(30_000);
      const { major, minor } = interpreter.version;
      expect(snapshot.python).toMatchObject({ major, minor, library: null });
      const [thread] = pythonThreads(snapshot);
      expect(thread && pythonFrames(thread).map((frame) => frame.function)).toEqual(['<module>', 'inside']);
      // What was found by searching is found again where the snapshot notes it.
      const file = join(folder, 'moved.core');
      await snapshotProcess(pid, file, { exhaustive: true });
      const kept = await inspectCore(file);
      expect(kept.python).toMatchObject({ major, minor, locatedBy: 'note' });
      expect(kept.threads[0]?.frames.map((frame) => frame.kind)).toEqual(['python', 'python']);
    }));
});

const [older, newer] = [shared.at(-2), shared.at(-1)];
describe.skipIf(!older || !newer)('two libraries', () => {
  const both = [older, newer].filter((one) => one !== undefined);
  const [first, last] = both as [Shared, Shared];

  test('only one of which is used', async () => {
    await withEmbedding('last', [first, last], async (pid) => expectInside(await inspectProcess(pid), last));
    await withEmbedding('last', [last, first], async (pid) => expectInside(await inspectProcess(pid), first));
  });

  test('both of which are used', () =>
    withEmbedding('run', [first, last], async (pid) => {
      const snapshot = await inspectProcess(pid, { locals: true });
      expectBoth(snapshot, [first, last]);
      for (const { library, version } of [first, last]) {
        const one = await inspectProcess(pid, { library });
        expect(one.python).toMatchObject({ library, version: formatVersion(version) });
        expect(one.complete).toBe(true);
        expect(one.others).toBe(undefined);
      }
      if (noGcore === null) expectBoth(await inspectCore(gcore(pid, folder)), [first, last]);
      // What stays open, and a file of what one look saw, have one of them, and say so.
      const saved = await snapshotProcess(pid, join(folder, 'two.core'));
      for (const one of [saved.snapshot, await inspectCore(saved.path)]) {
        expect(one.complete).toBe(false);
        const [warning] = one.warnings.filter(({ code }) => code === 'other-interpreter');
        expect([first, last].filter(({ library }) => warning?.message.includes(library))).toHaveLength(1);
      }
      expectInside(await inspectProcess(pid, { library: last.library }), last);
      await expect(inspectProcess(pid, { library: 'libnothing' })).rejects.toMatchObject({ code: 'file-not-found' });
    }));

  test('a process that ends between the looks at the one and the other', () =>
    withEmbedding('run', [first, last], async (pid) => {
      const settings = { ...settleInspectOptions({}), registers: false };
      const process = openLiveProcess(pid);
      try {
        const watch = new Stopwatch();
        const examined = await examine(process, settings, watch);
        kill(pid, 'SIGKILL');
        await until('it has ended', () => !readsLink(`/proc/${pid}/exe`));
        const snapshot = await withOthers(process, examined, settings, watch);
        expect(snapshot.threads).toEqual(examined.snapshot.threads);
        expect(snapshot).toMatchObject({ python: examined.snapshot.python, complete: false });
        expect(snapshot.others).toBe(undefined);
        const [warning, ...more] = snapshot.warnings.filter(({ code }) => code === 'other-interpreter');
        expect(more).toEqual([]);
        expect(warning?.message).toMatch(
          new RegExp(`^another interpreter .* not shown: Python .*: process ${pid} ended while it was looked at$`),
        );
      } finally {
        process.close();
      }
    }));

  test('two copies of one', () =>
    withEmbedding('copies', [last, last], async (pid) => {
      const snapshot = await inspectProcess(pid);
      expectBoth(snapshot, [last, last]);
      const address = snapshot.others?.[0]?.python?.runtimeAddress ?? '';
      expect(address).not.toBe(snapshot.python?.runtimeAddress);
      for (const library of [address, snapshot.python?.runtimeAddress ?? '']) {
        const one = await inspectProcess(pid, { library });
        expect(one.python?.runtimeAddress).toBe(library);
        expect(one.complete).toBe(true);
      }
      await expect(inspectProcess(pid, { library: '0x1000' })).rejects.toMatchObject({ code: 'file-not-found' });
    }));
});

if (shared.length === 0) test.skip('no interpreter with a shared library');
