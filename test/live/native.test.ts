/**
 * `--native`: are C and Python frames in the order in which they called each other, of every thread that waits and of
 * threads that run; and where something is not to be had, is that said?
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { functionName } from '../../src/native-stack/eval-loop.js';
import type { Frame, Snapshot, Thread } from '../../src/snapshot.js';
import { gdbStacks, noGdb } from '../native-stack/oracle.js';
import { runPystack } from '../support/command.js';
import { anyInterpreter, findInterpreters, type Interpreter } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { programPath, withProgram } from '../support/target.js';

const FLAGS = { blocking: [], 'non-blocking': ['--no-block'] } as const;
const PROGRAMS = '../native-stack/programs';

const seen = { blocked: 0, stopped: 0 };
afterAll(() =>
  console.log(`${seen.blocked} blocked threads with native frames, ${seen.stopped} needed their registers`),
);

const text = (frame: Frame) => (frame.kind === 'python' ? `${frame.function}()` : (frame.symbol ?? '?'));

function threadNamed(snapshot: Snapshot, name: string): Thread {
  const thread = snapshot.threads.find((each) => each.name === name || each.osName === name);
  if (!thread) throw new Error(`there is no thread ${name}`);
  return thread;
}

/** Where a thread begins, if its C library still tells the name. */
function startsOf({ frames }: Thread): string[] {
  return frames.some((frame) => text(frame) === 'start_thread') ? ['start_thread'] : [];
}

/** Each of these, in this order, with anything in between. */
function expectInOrder(thread: Thread, wanted: readonly string[]): void {
  const names = thread.frames.map(text);
  let from = 0;
  for (const name of wanted) {
    const at = names.indexOf(name, from);
    expect(at, `${name} in ${names.slice(from).join(', ')}`).toBeGreaterThanOrEqual(0);
    from = at + 1;
  }
}

for (const mode of MODES) {
  onEveryInterpreter(`each call at its place, ${mode}`, (interpreter) =>
    withProgram(interpreter, `${PROGRAMS}/waits.py`, {}, async ({ pid }) => {
      const { code, stdout, stderr } = await runPystack(['remote', '--native', '--json', ...FLAGS[mode], `${pid}`]);
      const snapshot: Snapshot = JSON.parse(stdout);
      // Without a stop, few threads of programs that keep frame pointers cannot be followed.
      const cut = snapshot.threads.filter(({ nativeEnding }) => /register rbp/.test(nativeEnding?.reason ?? ''));
      expect(cut.length).toBeLessThanOrEqual(mode === 'blocking' ? 0 : 2);
      if (cut.length === 0) expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const thread of snapshot.threads) {
        if (cut.includes(thread)) continue;
        expect(thread.nativeEnding, thread.name ?? '').toEqual({ kind: 'complete', reason: null });
        expect(thread.frames.map(text).join()).not.toContain('_PyEval_EvalFrameDefault');
      }
      seen.blocked += snapshot.threads.length;
      seen.stopped += snapshot.capture.stoppedThreads;
      const inner = interpreter.hasSymbols ? (names: string[]) => names : () => [];
      expectInOrder(threadNamed(snapshot, 'wait_sleep'), ['wait_sleep()', ...inner(['time_sleep'])]);
      expectInOrder(threadNamed(snapshot, 'wait_lock'), ['wait_lock()', ...inner(['lock_PyThread_acquire_lock'])]);
      expectInOrder(threadNamed(snapshot, 'wait_sorted_key'), [
        'wait_sorted_key()',
        ...inner(['builtin_sorted']),
        '<lambda>()',
        ...inner(['time_sleep']),
      ]);
      expectInOrder(threadNamed(snapshot, 'wait_ctypes_callback'), [
        'wait_ctypes_callback()',
        ...inner(['PyCFuncPtr_call', 'closure_fcn']),
        '<lambda>()',
        ...inner(['time_sleep']),
      ]);
      expectInOrder(threadNamed(snapshot, 'wait_in_signal_handler'), [
        'wait_in_signal_handler()',
        // Where libc has a symbol for the trampoline, it is shown.
        stdout.includes('"__restore_rt"') ? '__restore_rt' : '<signal handler called>',
        'handle()',
      ]);
    }),
  );
}

onEveryInterpreter('the same as text', (interpreter) =>
  withProgram(interpreter, `${PROGRAMS}/waits.py`, {}, async ({ pid }) => {
    const { code, stdout } = await runPystack(['remote', '--native', `${pid}`]);
    expect(code).toBe(0);
    const lambda = stdout.split('\n\n').find((block) => block.includes('(wait_sorted_key)')) ?? '';
    const kinds = [...lambda.matchAll(/^ {4}\((C|Python)\) File "[^"]+", line (?:\d+|\?), in /gm)].map(
      ([, kind]) => kind,
    );
    // C around each run of Python: the thread's start (from 3.14 on run() is called from C), sorted(), what the lambda calls.
    expect(kinds.join(' ').replace(/(C|Python)( \1)+/g, '$1')).toMatch(/^C Python C( Python C){1,2}$/);
    expect(lambda).toMatch(/^ {4}\(C\) File .* \(.*libc\.so\.6\)$/m);
  }),
);

onEveryInterpreter('--native-last: nothing of C before the last Python frame', (interpreter) =>
  withProgram(interpreter, `${PROGRAMS}/waits.py`, {}, async ({ pid }) => {
    const all = await inspectProcess(pid, { native: 'python' });
    const last = await inspectProcess(pid, { native: 'last' });
    last.threads.forEach((thread, i) => {
      const whole = all.threads[i]?.frames ?? [];
      const end = whole.findLastIndex(({ kind }) => kind === 'python');
      expect(thread.frames).toEqual(whole.filter(({ kind }, at) => kind === 'python' || at > end));
    });
  }),
);

onEveryInterpreter('--native-all: threads that Python does not know, with their names', (interpreter) =>
  withProgram(interpreter, `${PROGRAMS}/beside_python.py`, {}, async ({ pid }) => {
    expect((await inspectProcess(pid, { native: 'python' })).threads).toHaveLength(1);
    for (const mode of MODES) {
      const snapshot = await inspectProcess(pid, { mode, native: 'all' });
      expect(snapshot.warnings).toEqual([]);
      expect(snapshot.threads).toHaveLength(2);
      expect(snapshot.capture.stoppedThreads).toBe(0);
      const beside = threadNamed(snapshot, 'beside-python');
      expect(beside).toMatchObject({ isPython: false, evidence: 'still', nativeEnding: { kind: 'complete' } });
      expectInOrder(beside, [...startsOf(beside), 'pause']);
    }
  }),
);

onEveryInterpreter('a stack far deeper than the first bytes that are copied', (interpreter) =>
  withProgram(interpreter, `${PROGRAMS}/beside_python.py`, { args: ['700'] }, async ({ pid }) => {
    const snapshot = await inspectProcess(pid, { native: 'python' });
    const deep = threadNamed(snapshot, 'deep');
    expect(deep.nativeEnding).toEqual({ kind: 'complete', reason: null });
    expect(deep.frames.filter((frame) => text(frame) === '__index__()')).toHaveLength(700);
    const entries = deep.frames.filter((frame) => frame.kind === 'python' && frame.isEntry);
    expect(entries.length).toBeGreaterThanOrEqual(700);
  }),
);

/** Later versions count calls of C, and allow about a thousand. */
const unbounded = findInterpreters().find(
  ({ version }) => version.major === 3 && version.minor >= 7 && version.minor < 12,
);

test.skipIf(!unbounded)('a stack larger than is copied ends there, and says so', () =>
  withProgram(unbounded as Interpreter, `${PROGRAMS}/beside_python.py`, { args: ['40000'] }, async ({ pid }) => {
    const snapshot = await inspectProcess(pid, { native: 'python' });
    const deep = threadNamed(snapshot, 'deep');
    expect(deep.nativeEnding).toMatchObject({ kind: 'truncated', reason: expect.stringContaining('was not copied') });
    expect(snapshot.warnings).toContainEqual(expect.objectContaining({ code: 'native-incomplete', tid: deep.tid }));
    expect(deep.frames.filter((frame) => text(frame) === '__index__()')).toHaveLength(40000);
    expectInOrder({ ...deep, frames: deep.frames.slice(-20) }, ['__index__()']);
  }),
);

onEveryInterpreter('code without unwind data: the thread is stopped for its registers, or it is said', (interpreter) =>
  withProgram(interpreter, `${PROGRAMS}/machine_code.py`, {}, async ({ pid }) => {
    const snapshot = await inspectProcess(pid, { native: 'python' });
    expect(snapshot.warnings).toEqual([]);
    const thread = threadNamed(snapshot, 'waits_below');
    expect(thread).toMatchObject({ evidence: 'stopped', nativeEnding: { kind: 'complete' } });
    expectInOrder(thread, ['waits_below()', '?', 'pause']);
    seen.blocked += 1;
    seen.stopped += snapshot.capture.stoppedThreads;
    expect(snapshot.capture).toMatchObject({ stoppedThreads: 1, simultaneous: true });

    const unstopped = await inspectProcess(pid, { native: 'python', mode: 'non-blocking' });
    expect(unstopped.capture.stoppedThreads).toBe(0);
    const short = threadNamed(unstopped, 'waits_below');
    expect(short.nativeEnding).toMatchObject({ kind: 'truncated', reason: expect.stringContaining('register rbp') });
    // Newer C libraries make every wait through another function of their own.
    expect(short.frames.slice(-4).map(text)).toContain('pause');
    expect(short.frames.filter(({ kind }) => kind === 'python')).toHaveLength(
      thread.frames.filter(({ kind }) => kind === 'python').length,
    );
    expect(unstopped.warnings).toEqual([expect.objectContaining({ code: 'native-incomplete', tid: short.tid })]);
  }),
);

onEveryInterpreter('a thread that runs is stopped, with its registers; without a stop it is said', (interpreter) =>
  withProgram(interpreter, `${PROGRAMS}/machine_code.py`, { args: ['spins'] }, async ({ pid }) => {
    const snapshot = await inspectProcess(pid, { native: 'python' });
    expect(snapshot.warnings).toEqual([]);
    const thread = threadNamed(snapshot, 'spins');
    expect(thread).toMatchObject({ evidence: 'stopped', nativeEnding: { kind: 'complete' } });
    expectInOrder(thread, [...startsOf(thread), 'run()', 'spins()', '?']);
    expect(text(thread.frames.at(-1) as Frame)).toBe('?');

    const unstopped = await inspectProcess(pid, { native: 'python', mode: 'non-blocking', timeBudgetMs: 20 });
    const short = threadNamed(unstopped, 'spins');
    expect(short.nativeEnding).toMatchObject({ kind: 'truncated', reason: expect.stringContaining('it was running') });
    expect(short.frames.every(({ kind }) => kind === 'python')).toBe(true);
    expect(unstopped.complete).toBe(false);
  }),
);

const noCompiler = spawnSync('c++', ['--version']).error !== undefined;

describe.skipIf(noCompiler)('C++', () => {
  test.skipIf(noGdb !== null)('a thread that runs, stopped with its registers: frame for frame as gdb says', () => {
    compile();
    const args = [library, 'spins'];
    return withProgram(anyInterpreter(), `${PROGRAMS}/cpp_library.py`, { args }, async ({ pid }) => {
      const snapshot = await inspectProcess(pid, { native: 'python', plumbing: true });
      expect(snapshot.warnings).toEqual([]);
      const spins = threadNamed(snapshot, 'spins');
      expect(spins.evidence).toBe('stopped');
      const theirs = (gdbStacks(pid).get(spins.tid ?? 0) ?? []).reverse();
      // Python frames stand for the evaluation loops that gdb shows.
      const loop = '_PyEval_EvalFrameDefault';
      const plain = (name: string | null) => (name === null ? '?' : functionName(name));
      const ours = spins.frames
        .filter((frame) => frame.kind === 'native' || frame.isEntry)
        .map((frame) => (frame.kind === 'python' ? loop : plain(frame.rawSymbol)));
      const outside = /^(__)?(GI_)?_*(clone|start_thread)/;
      const inside = (names: string[]) => names.filter((name) => !outside.test(name));
      expect(inside(ours)).toEqual(inside(theirs.map(({ name }) => plain(name))));
      expect(ours.slice(-2)).toEqual(['spin', 'spin_here']);
    });
  });

  const folder = mkdtempSync(join(tmpdir(), 'pystack-cpp-'));
  const library = join(folder, 'libwidgets.so');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const compile = () => {
    const source = programPath(`${PROGRAMS}/widgets.cc`);
    execFileSync('c++', ['-std=c++17', '-g', '-O2', '-fPIC', '-shared', source, '-o', library]);
  };

  test('names are demangled, inlined calls are frames of their own, with file and line', () => {
    compile();
    return withProgram(anyInterpreter(), `${PROGRAMS}/cpp_library.py`, { args: [library] }, async ({ pid }) => {
      const snapshot = await inspectProcess(pid, { native: 'python' });
      expect(snapshot.warnings).toEqual([]);
      const sells = threadNamed(snapshot, 'sells');
      const inside = sells.frames.filter((frame) => frame.kind === 'native' && frame.library === library);
      expect(inside).toMatchObject([
        { symbol: 'sell', rawSymbol: 'sell', inlined: false },
        { symbol: 'shop::Widgets<long>::sell(long)', rawSymbol: '_ZN4shop7WidgetsIlE4sellEl', inlined: false },
        { inlined: true, file: expect.stringMatching(/widgets\.cc$/), line: 31 },
      ]);
      expect(inside.map(text).at(-1)).toContain('priced');
      expectInOrder(sells, ['sells()', 'shop::Widgets<long>::sell(long)', 'gate()']);
      expectInOrder(threadNamed(snapshot, 'mends'), ['mends()', 'shop::Widgets<long>::mend(long)', 'gate()']);

      const raw = await inspectProcess(pid, { native: 'python', demangle: false });
      expectInOrder(threadNamed(raw, 'sells'), ['sells()', 'sell', '_ZN4shop7WidgetsIlE4sellEl', 'gate()']);
    });
  });
});

onEveryInterpreter('a thread in two interpreters: each shows its part', (interpreter) =>
  withProgram(interpreter, 'subinterpreter.py', {}, async ({ pid }) => {
    const snapshot = await inspectProcess(pid, { native: 'python' });
    expect(snapshot.warnings).toEqual([]);
    // The thread that said `ready` may still be ending.
    const inner = snapshot.threads.find(({ interpreterId, frames }) => interpreterId !== 0 && frames.length > 0);
    const outer = snapshot.threads.find(({ interpreterId, tid }) => interpreterId === 0 && tid === inner?.tid);
    expect([inner, outer]).not.toContain(undefined);
    if (!outer || !inner) return;
    expectInOrder(outer, [...startsOf(outer), 'run()']);
    expectInOrder(inner, ['<module>()', 'inside()']);
    expect(inner.frames[0]?.kind).toBe('python');
    expect(inner.frames.at(-1)?.kind).toBe('native');
    expect(inner.frames.map(text)).not.toContain('start_thread');
  }),
);

for (const [program, args] of [
  ['waits.py', []],
  ['machine_code.py', ['spins', 'waits_below']],
] as const) {
  test(`a snapshot of ${program} shows the same later`, () =>
    withProgram(anyInterpreter(), `${PROGRAMS}/${program}`, { args }, async ({ pid }) => {
      const folder = mkdtempSync(join(tmpdir(), 'pystack-native-'));
      try {
        const file = join(folder, 'kept.core');
        const kept = await runPystack(['snapshot', '--native', '-o', file, `${pid}`]);
        expect(kept.code, kept.stderr).toBe(0);
        const later: Snapshot = JSON.parse((await runPystack(['core', '--native', '--json', file])).stdout);
        const now = await inspectProcess(pid, { native: 'python' });
        const told = ({ threads }: Snapshot) =>
          threads.map(({ tid, frames, nativeEnding }) => ({ tid, frames: frames.map(text), nativeEnding }));
        expect(told(later)).toEqual(told(now));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }));
}
