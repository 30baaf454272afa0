/**
 * What is shown of a program in which there is no Python, where the native stacks of all threads are asked for? Those, and
 * that no Python was found: of one that runs, of its core, and of its core where its files are not to be had.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorDocument } from '../../src/many/document.js';
import type { Thread } from '../../src/snapshot.js';
import { threadStates } from '../native/c_program.js';
import { runPystack, runPystackHere } from '../support/command.js';
import { noKernelCores } from '../support/cores.js';
import { until } from '../support/target.js';
import { lacking, Workshop } from './c-programs.js';

const workshop = new Workshop();
afterAll(() => workshop.close());

/** Deeper than what is copied of a stack at first, by a thread that waits; and one that never does. */
const SOURCE = `
#include <pthread.h>
#include <string.h>
#include <unistd.h>
volatile int on = 1, spinning;
__attribute__((noinline)) static int deep(int n) {
  char room[1024];
  memset(room, n, sizeof room);
  if (n == 0) { pause(); return room[3]; }
  return deep(n - 1) + room[5];
}
__attribute__((noinline)) static int spins(void) { spinning = 1; while (on) ; return on; }
static void *waits_deep(void *given) { return (void *)(long)deep(100); }
static void *works(void *given) { return (void *)(long)spins(); }
int main(void) {
  pthread_t thread;
  pthread_create(&thread, 0, waits_deep, 0);
  pthread_create(&thread, 0, works, 0);
  while (!spinning) usleep(1000);
  if (write(1, "ready", 5) < 0) return 1;
  for (;;) pause();
}
`;

const noCompiler = lacking('cc');

describe.skipIf(noCompiler !== '')('a program without Python', () => {
  let program = '';
  let child: ChildProcess;
  let folder = '';

  beforeAll(async () => {
    program = workshop.build('cc', 'nothing-of-python', SOURCE, '-g', '-O1', '-fno-optimize-sibling-calls', '-pthread');
    folder = mkdtempSync(join(workshop.folder, 'runs-'));
    child = spawn(program, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout) await once(child.stdout, 'data');
    await until('only one of its three threads runs', () => states(child.pid ?? 0) === 'RSS');
  });
  afterAll(() => child.kill('SIGKILL'));

  /** State letters of its threads, in alphabetical order. */
  const states = (of: number) =>
    [...threadStates(of, readdirSync(`/proc/${of}/task`).map(Number)).values()].sort().join('');
  const pid = () => String(child.pid);
  const shown = (text: string, name: string) =>
    text.split('\n\n').find((part) => part.includes('Traceback') && new RegExp(`, in ${name} `).test(part)) ?? '';

  test('its native stacks, then that there is no Python', async () => {
    const { code, stdout, stderr } = await runPystack(['remote', '--native-all', pid()]);
    expect(code).toBe(1);
    expect(stdout.match(/^Traceback for thread /gm)).toHaveLength(3);
    expect(shown(stdout, 'deep').match(/, in deep /g)).toHaveLength(101);
    expect(shown(stdout, 'deep')).toMatch(/, in waits_deep [\s\S]*, in pause /);
    expect(shown(stdout, 'spins')).toMatch(/\[Running\] [\s\S]*, in works [^\n]*\n[^\n]*, in spins /);
    expect(shown(stdout, 'main')).toContain('nothing-of-python.c", line');
    expect(stdout).not.toContain('Native frames are missing');
    expect(stdout).not.toContain('__GI_');
    expect(stderr).toMatch(/^pystack: process \d+ is not a Python process\nCause: .*\nNext step: .*\n$/);
  });

  test('without a stop, a thread that runs is shown without frames, and says why', async () => {
    const { code, stdout } = await runPystackHere(['remote', '--native-all', '--no-block', pid()]);
    expect(code).toBe(1);
    expect(shown(stdout, 'deep').match(/, in deep /g)).toHaveLength(101);
    expect(stdout).toMatch(
      /\[Running\][^\n]*\n {2}\* Native frames are missing: it was running, and no thread was to be/,
    );
    expect(stdout).not.toContain(', in spins ');
  });

  test('JSON: the threads are part of the error', async () => {
    const { code, stdout } = await runPystackHere(['remote', '--native-all', '--json', pid()]);
    const document = JSON.parse(stdout) as ErrorDocument;
    expect({ code, error: document.error.code, core: document.core }).toEqual({
      code: 1,
      error: 'not-python',
      core: null,
    });
    expect(document.threads.map(({ evidence, isPython }) => ({ evidence, isPython }))).toEqual(
      expect.arrayContaining([
        { evidence: 'stopped', isPython: false },
        { evidence: 'still', isPython: false },
      ]),
    );
    expect(symbolsOf(threadIn(document, 'spins')).slice(-2)).toEqual(['works', 'spins']);
    // libc's own alias stands where the table of symbols is told, and only there.
    const frames = document.threads.flatMap((thread) => thread.frames);
    for (const frame of frames) if (frame.kind === 'native') expect(frame.symbol ?? '').not.toMatch(/^__GI_/);
  });

  test('who asks for less gets the error alone', async () => {
    for (const given of [[], ['--native'], ['--native-last']]) {
      const { code, stdout } = await runPystackHere(['remote', ...given, pid()]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    }
    const { stdout } = await runPystackHere(['remote', '--native', '--json', pid()]);
    expect((JSON.parse(stdout) as ErrorDocument).threads).toEqual([]);
  });

  describe.skipIf(noKernelCores !== null)('its core', () => {
    let core = '';

    beforeAll(async () => {
      execFileSync('prlimit', ['--pid', pid(), '--core=unlimited']);
      const over = once(child, 'exit');
      child.kill('SIGSEGV');
      await over;
      core = join(folder, readdirSync(folder).find((name) => name.startsWith('core')) ?? 'no core');
    });

    test('whose it is, its native stacks with the one that got the signal first, then that there is no Python', async () => {
      const { code, stdout, stderr } = await runPystackHere(['core', '--native-all', core]);
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /Core file information:[\s\S]*SIGSEGV[\s\S]*\nTraceback for thread \d+ \[Received SIGSEGV\]/,
      );
      expect(stdout.match(/^Traceback for thread /gm)).toHaveLength(3);
      expect(shown(stdout, 'deep').match(/, in deep /g)).toHaveLength(101);
      expect(shown(stdout, 'spins')).toContain(', in works ');
      expect(stderr).toMatch(/^pystack: process \d+ is not a Python process\nCause: .*\nNext step: .*\n$/);
    });

    test('JSON: the core and the threads are part of the error', async () => {
      const { code, stdout } = await runPystackHere(['core', '--native-all', '--json', core]);
      const document = JSON.parse(stdout) as ErrorDocument;
      expect({ code, error: document.error.code }).toEqual({ code: 1, error: 'not-python' });
      expect(document.core?.signal?.name).toBe('SIGSEGV');
      expect(document.threads.map(({ tid }) => tid).sort()).toEqual(
        document.core?.threads.map(({ tid }) => tid).sort(),
      );
      expect(document.threads.map(({ faulting }) => faulting)).toEqual([true, false, false]);
      expect(symbolsOf(threadIn(document, 'spins')).slice(-2)).toEqual(['works', 'spins']);
    });

    test('where its program is not to be had, its stacks without those names, and which file is missing', async () => {
      renameSync(program, `${program}.elsewhere`);
      try {
        const { code, stdout, stderr } = await runPystackHere(['core', '--native-all', core]);
        expect(code).toBe(1);
        expect(stdout.match(/^Traceback for thread /gm)).toHaveLength(3);
        expect(stdout).toMatch(/, in 0x[0-9a-f]+ \(.*nothing-of-python\)[\s\S]*, in pause /);
        expect(stdout).not.toContain(', in deep ');
        expect(stderr).toMatch(
          /^pystack: Python was not found in the core file .*\nCause: Files that the core leaves out .*\nNext step: .*\n$/,
        );
      } finally {
        renameSync(`${program}.elsewhere`, program);
      }
    });
  });
});

function symbolsOf(thread: Thread | undefined): (string | null)[] {
  return (thread?.frames ?? []).map((frame) => (frame.kind === 'native' ? frame.symbol : frame.function));
}

function threadIn({ threads }: ErrorDocument, name: string): Thread | undefined {
  return threads.find((thread) => symbolsOf(thread).includes(name));
}
