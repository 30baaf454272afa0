/**
 * Where symbols, lines and unwind data may be: in the file, beside it, in build-id directories, compressed within it,
 * shared among files — or nowhere, with or without frame pointers. A C program tried in every form.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NativeStack, NativeStacks } from '../../src/native-stack/native-stacks.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
import { untilAllSleep } from '../support/target.js';
import { copyStanding } from './standing.js';

const SOURCE = `
#include <poll.h>
#include <unistd.h>
static inline __attribute__((always_inline)) int inner(int n) {
  return poll(0, 0, n * 1000);
}
static __attribute__((noinline)) int middle(int n) {
  char room[64];
  for (int i = 0; i < 64; i++) room[i] = (char)(n + i);
  __asm__ volatile("" : : "r"(room) : "memory");
  return inner(n) + room[3];
}
__attribute__((noinline)) int outer(int n) {
  return middle(n) + 1;
}
int main(void) {
  write(1, "ready\\n", 6);
  return outer(600) * 2;
}
`;

const has = (command: string) => !spawnSync(command, ['--version']).error;
const noTools = ['cc', 'objcopy', 'readelf'].filter((command) => !has(command)).join(', ');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pystack-debug-'));
  writeFileSync(join(folder, 'program.c'), SOURCE);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, ...args: string[]): string {
  const result = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

function compile(name: string, ...flags: string[]): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  run('cc', '-O2', '-Wl,--build-id', ...flags, 'program.c', '-o', file);
  return file;
}

async function stackOf(file: string, debugRoots: string[] = []): Promise<NativeStack> {
  const child = spawn(file, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await ready(child);
    const target = openLiveProcess(child.pid ?? 0);
    try {
      const copy = copyStanding(target, target.pid);
      if (!copy) throw new Error('it runs');
      return new NativeStacks(target, { interpreterLibrary: null, debugRoots }).stack(copy);
    } finally {
      target.close();
    }
  } finally {
    child.kill('SIGKILL');
  }
}

/** Until it has written its word and sleeps. */
async function ready(child: ChildProcess): Promise<void> {
  await new Promise((resolve, reject) => {
    child.stdout?.once('data', resolve);
    child.once('error', reject);
  });
  await untilAllSleep(child.pid ?? 0);
}

/** The program's own frames from main on, outermost first, with lines where they are known. */
function own({ frames }: NativeStack, file: string): string[] {
  return frames
    .filter(({ library }) => library === file)
    .slice(1)
    .map(({ symbol, line, inlined }) => `${symbol}${line === null ? '' : `:${line}`}${inlined ? ' inlined' : ''}`);
}

const WITH_LINES = ['main:18', 'outer:14', 'middle:11', 'inner:5 inlined'];
const COMPLETE = { kind: 'complete', reason: null };

describe.skipIf(noTools !== '')(`debug information (lacking: ${noTools || 'nothing'})`, () => {
  test('in the file itself', async () => {
    const file = compile('whole', '-g');
    const stack = await stackOf(file);
    expect(own(stack, file)).toEqual(WITH_LINES);
    expect(stack.ending).toEqual(COMPLETE);
  });

  test.each(['-gdwarf-4', '-gdwarf-5', '-gz'])('written with %s', async (flag) => {
    const file = compile(`whole${flag}`, '-g', flag);
    expect(own(await stackOf(file), file)).toEqual(WITH_LINES);
  });

  test('stripped: no names, and still complete', async () => {
    const file = compile('stripped', '-s');
    const stack = await stackOf(file);
    expect(own(stack, file)).toEqual(['null', 'null', 'null']);
    expect(stack.ending).toEqual(COMPLETE);
  });

  test('beside the file, by .gnu_debuglink', async () => {
    const file = compile('linked', '-g');
    run('objcopy', '--only-keep-debug', file, 'linked.debug');
    run('objcopy', '--strip-all', '--add-gnu-debuglink=linked.debug', file);
    expect(own(await stackOf(file), file)).toEqual(WITH_LINES);
    writeFileSync(join(folder, 'linked.debug'), 'of something else');
    expect(own(await stackOf(file), file)).toEqual(['null', 'null', 'null']);
  });

  test('in a build-id directory', async () => {
    const file = compile('identified', '-g');
    const id = /Build ID: ([0-9a-f]+)/.exec(run('readelf', '-n', file))?.[1] ?? '';
    const root = join(folder, 'root');
    const debug = join(root, '.build-id', id.slice(0, 2), `${id.slice(2)}.debug`);
    mkdirSync(dirname(debug), { recursive: true });
    run('objcopy', '--only-keep-debug', file, debug);
    run('objcopy', '--strip-all', file);
    expect(own(await stackOf(file, [root]), file)).toEqual(WITH_LINES);
    expect(own(await stackOf(file), file)).toEqual(['null', 'null', 'null']);
  });

  test.skipIf(!has('xz'))('function names alone, in .gnu_debugdata', async () => {
    const file = compile('mini');
    copyFileSync(file, join(folder, 'mini.names'));
    run('objcopy', '-S', '--keep-symbol=main', '--keep-symbol=outer', '--keep-symbol=middle', 'mini.names');
    run('xz', '-f', 'mini.names');
    run('objcopy', '--strip-all', '--add-section', '.gnu_debugdata=mini.names.xz', file);
    expect(own(await stackOf(file), file)).toEqual(['main', 'outer', 'middle']);
  });

  test.skipIf(!has('dwz')).each([
    ['a relative', 'common.debug'],
    ['an absolute', null],
  ])('shared among files by dwz, under %s name', async (_, name) => {
    const folderOfThese = `shared-${name ?? 'absolute'}`;
    const [file, other] = [compile(`${folderOfThese}/one`, '-g'), compile(`${folderOfThese}/two`, '-g')];
    const common = join(dirname(file), 'common.debug');
    run('dwz', '-m', common, '-M', name ?? common, file, other);
    expect(run('readelf', '-S', '-W', file)).toContain('.gnu_debugaltlink');
    expect(own(await stackOf(file), file)).toEqual(WITH_LINES);
  });

  test('unwind data in .debug_frame only', async () => {
    const file = compile('debug-frame', '-g', '-fno-asynchronous-unwind-tables', '-fno-unwind-tables');
    const stack = await stackOf(file);
    expect(own(stack, file)).toEqual(WITH_LINES);
    expect(stack.ending).toEqual(COMPLETE);
  });

  test('no unwind data, but frame pointers, which a thread shows when stopped', async () => {
    const file = compile('pointers', '-fno-asynchronous-unwind-tables', '-fno-omit-frame-pointer');
    const { ending, stop, frames } = await stackOf(file);
    expect(stop).toEqual({ kind: 'needs-register', register: 'rbp' });
    expect(ending.reason).toContain('register rbp');
    expect(frames.some(({ symbol }) => symbol === 'middle')).toBe(true);
  });
});
