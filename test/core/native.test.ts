/**
 * Native stacks of cores: what the kernel wrote against what gdb says of it, name for name, thread by thread; threads
 * that ran when it ended, cores that were cut short, and our own small ones.
 */
import { spawnSync } from 'node:child_process';
import { statSync, truncateSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inspectCore } from '../../src/inspect-core.js';
import { CoreStacks } from '../../src/native-stack/core-stacks.js';
import { functionName } from '../../src/native-stack/eval-loop.js';
import { openCoreProcess } from '../../src/process/core/index.js';
import type { PostMortem, Process } from '../../src/process/process.js';
import type { NativeFrame, Snapshot } from '../../src/snapshot.js';
import { type GdbFrame, gdbCoreStacks, noGdb } from '../native-stack/oracle.js';
import { runPystack } from '../support/command.js';
import { noKernelCores, withKernelCore } from '../support/cores.js';
import { anyInterpreter, findInterpreters } from '../support/interpreters.js';

const PROGRAMS = '../native-stack/programs';

/** Innermost first. libc has several names for one function; debuggers' tastes differ. */
function names(frames: readonly NativeFrame[]): string[] {
  return [...frames].reverse().map(({ rawSymbol, library, inlined, offset }) => {
    // A part of a function that has no symbol of its own: debuggers have no name for it.
    const isNameless = rawSymbol === null || (!inlined && offset === null);
    const name = !inlined && /\/libc\.so/.test(library ?? '') ? '(libc)' : isNameless ? '?' : functionName(rawSymbol);
    return inlined ? `${name} inlined` : name;
  });
}

function gdbNames(frames: readonly GdbFrame[], ours: readonly string[]): string[] {
  return frames.map(({ name, inlined }, i) => {
    const plain = ours[i] === '(libc)' ? '(libc)' : name === null ? '?' : functionName(name);
    return inlined ? `${plain} inlined` : plain;
  });
}

/**
 * Whether somebody moved its headers to a writable segment of their own, as is done to run a program with the C library of
 * another system: a core then holds them as they were changed since, the file cannot be recognised by them, and no
 * debugger but one that trusts the name reads it.
 */
function isPatched(file: string): boolean {
  const headers = spawnSync('readelf', ['-lW', file], { encoding: 'utf8' }).stdout ?? '';
  return /^ +LOAD +0x0+ .* RW /m.test(headers);
}

describe.skipIf(noKernelCores !== null || noGdb !== null)('as gdb says', () => {
  for (const interpreter of findInterpreters()) {
    test(`threads in many kinds of wait, ${interpreter.label}`, (context) =>
      withKernelCore(interpreter, `${PROGRAMS}/waits.py`, {}, async (core) => {
        if (isPatched(interpreter.executable)) context.skip('its headers were changed after it was linked');
        const target = await openCoreProcess(core, {});
        try {
          const stacks = new CoreStacks(target, recordOf(target), { interpreterLibrary: null });
          const theirs = gdbCoreStacks(interpreter.executable, core);
          expect(theirs.size).toBe(target.threads().length);
          for (const { tid } of target.threads()) {
            const stack = stacks.stackOf(tid);
            expect(stack?.ending).toEqual({ kind: 'complete', reason: null });
            const ours = names(stack?.frames ?? []);
            expect(ours).toEqual(gdbNames(theirs.get(tid) ?? [], ours));
          }
        } finally {
          target.close();
        }
      }));
  }
});

describe.skipIf(noKernelCores !== null)('of a core', () => {
  test('a thread that ran through code without unwind data has all its registers', () =>
    withKernelCore(anyInterpreter(), `${PROGRAMS}/machine_code.py`, { args: ['spins'] }, async (core) => {
      const snapshot = await inspectCore(core, { native: 'python' });
      const spins = threadNamed(snapshot, 'spins');
      expect(spins.nativeEnding).toEqual({ kind: 'complete', reason: null });
      expect(spins.frames.at(-1)).toMatchObject({ kind: 'native', symbol: null });
      expect(spins.frames.findLast(({ kind }) => kind === 'python')).toMatchObject({ function: 'spins' });
    }));

  test('--native-all and --native-last', () =>
    withKernelCore(anyInterpreter(), `${PROGRAMS}/beside_python.py`, {}, async (core) => {
      const all = await runPystack(['core', '--native-all', '--json', core]);
      expect(all.code).toBe(0);
      const snapshot: Snapshot = JSON.parse(all.stdout);
      expect(snapshot.threads.map(({ isPython }) => isPython)).toEqual([true, false]);
      expect(snapshot.threads[1]?.frames.some((frame) => frame.kind === 'native' && frame.symbol === 'pause')).toBe(
        true,
      );
      const last = await inspectCore(core, { native: 'last' });
      const kinds = last.threads[0]?.frames.map(({ kind }) => kind) ?? [];
      expect(kinds.indexOf('native')).toBeGreaterThan(kinds.lastIndexOf('python'));
    }));

  test('a core that was cut short: what is left is shown, and what is missing said', () =>
    withKernelCore(anyInterpreter(), `${PROGRAMS}/waits.py`, {}, async (core) => {
      const whole = await inspectCore(core, { native: 'python' });
      expect(whole.complete).toBe(true);
      // The main thread's stack is mapped last, but for the vDSO: its outer end is lost.
      truncateSync(core, statSync(core).size - 24 * 1024);
      const cut = await inspectCore(core, { native: 'python' });
      expect(cut.complete).toBe(false);
      const main = cut.threads.find(({ isMain }) => isMain);
      expect(main).toMatchObject({ isMain: true, nativeEnding: { kind: 'truncated' } });
      expect(main?.frames.at(-1)).toMatchObject({ kind: 'native', library: expect.stringContaining('libc') });
      expect(cut.warnings).toContainEqual(expect.objectContaining({ code: 'native-incomplete', tid: main?.tid }));
      const others = ({ threads }: Snapshot) => threads.filter(({ isMain }) => !isMain);
      expect(others(cut)).toEqual(others(whole));
    }));

  test('a deep stack', () =>
    withKernelCore(anyInterpreter(), `${PROGRAMS}/beside_python.py`, { args: ['700'] }, async (core) => {
      const deep = threadNamed(await inspectCore(core, { native: 'python' }), 'deep');
      expect(deep.nativeEnding).toEqual({ kind: 'complete', reason: null });
      expect(deep.frames.filter((frame) => frame.kind === 'python' && frame.isEntry).length).toBeGreaterThanOrEqual(
        700,
      );
    }));
});

function threadNamed(snapshot: Snapshot, name: string) {
  const thread = snapshot.threads.find((each) => each.name === name);
  if (!thread) throw new Error(`there is no thread ${name}`);
  return thread;
}

/** A core always has one. */
function recordOf(core: Process): PostMortem {
  const record = core.postMortem();
  if (!record) throw new Error('a core without a record');
  return record;
}
