/**
 * Debug information from a server: fetched where DEBUGINFOD_URLS names one, not with --no-debuginfod, and not waited for
 * without end.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NativeFrame, Snapshot } from '../../src/snapshot.js';
import { runPystack } from '../support/command.js';
import { anyInterpreter } from '../support/interpreters.js';
import { programPath, withProgram } from '../support/target.js';

const PROGRAMS = '../native-stack/programs';
const noTools = ['c++', 'objcopy', 'readelf'].some((tool) => spawnSync(tool, ['--version']).error !== undefined);
const noClient = !/libdebuginfod\.so\.1/.test(spawnSync('ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '');

let folder: string;
let library: string;
let server: ChildProcess | undefined;
let asked: string;
let wanted: string;

beforeEach(() => {
  if (noTools || noClient) return;
  folder = mkdtempSync(join(tmpdir(), 'pystack-debuginfod-'));
  library = join(folder, 'libwidgets.so');
  const debug = join(folder, 'apart', 'widgets.debug');
  execFileSync('mkdir', [join(folder, 'apart')]);
  const source = programPath(`${PROGRAMS}/widgets.cc`);
  execFileSync('c++', ['-std=c++17', '-g', '-O2', '-fPIC', '-shared', '-Wl,--build-id', source, '-o', library]);
  execFileSync('objcopy', ['--only-keep-debug', library, debug]);
  execFileSync('objcopy', ['--strip-debug', library]);
  const id = /Build ID: ([0-9a-f]+)/.exec(execFileSync('readelf', ['-n', library], { encoding: 'utf8' }))?.[1];
  wanted = `/buildid/${id}/debuginfo`;
  asked = '';
});

afterEach(() => {
  server?.kill('SIGKILL');
  server = undefined;
  if (folder && existsSync(folder)) rmSync(folder, { recursive: true, force: true });
});

/** Starts the server; its URL. */
async function serve(waitSeconds: number): Promise<string> {
  const args = [programPath(`${PROGRAMS}/debug_server.py`), join(folder, 'apart', 'widgets.debug'), `${waitSeconds}`];
  const child = spawn(anyInterpreter().executable, [...args, wanted], { stdio: ['ignore', 'pipe', 'ignore'] });
  server = child;
  const [port] = await once(child.stdout, 'data');
  child.stdout.on('data', (text) => {
    asked += text;
  });
  return `http://127.0.0.1:${String(port).trim()}`;
}

async function framesOfLibrary(url: string, flags: readonly string[] = []): Promise<NativeFrame[]> {
  return withProgram(anyInterpreter(), `${PROGRAMS}/cpp_library.py`, { args: [library, 'sells'] }, async ({ pid }) => {
    const environment = { DEBUGINFOD_URLS: url, DEBUGINFOD_CACHE_PATH: join(folder, 'cache') };
    const { code, stdout } = await runPystack(['remote', '--native', '--json', ...flags, `${pid}`], environment);
    expect(code).toBe(0);
    const snapshot: Snapshot = JSON.parse(stdout);
    const frames = snapshot.threads.find(({ name }) => name === 'sells')?.frames ?? [];
    return frames.filter((frame) => frame.kind === 'native' && frame.library === library) as NativeFrame[];
  });
}

describe.skipIf(noTools || noClient)('a server of debug information', () => {
  test('gives lines and inlined calls', async () => {
    const frames = await framesOfLibrary(await serve(0));
    expect(asked).toContain(wanted);
    expect(frames.at(-1)).toMatchObject({ inlined: true, file: expect.stringMatching(/widgets\.cc$/) });
  });

  test('is not asked with --no-debuginfod', async () => {
    const frames = await framesOfLibrary(await serve(0), ['--no-debuginfod']);
    expect(asked.trim()).toBe('');
    expect(frames.at(-1)).toMatchObject({ symbol: 'shop::Widgets<long>::sell(long)', file: null });
  });

  test('that does not answer is given up, for all libraries together', { timeout: 40_000 }, async () => {
    const url = await serve(60);
    const started = performance.now();
    const frames = await framesOfLibrary(url);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(frames.at(-1)).toMatchObject({ symbol: 'shop::Widgets<long>::sell(long)', file: null });
  });
});
