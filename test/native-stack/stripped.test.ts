/**
 * What is left where symbols were taken away: Debian's interpreter with and without its debug symbols, and one that was
 * stripped here. Addresses and libraries are the same, Python frames are where they were, names and lines are missing.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import { mergeStacks } from '../../src/native-stack/merge.js';
import { NativeStacks } from '../../src/native-stack/native-stacks.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
import type { Frame, NativeFrame, Snapshot } from '../../src/snapshot.js';
import { findInterpreters, type Interpreter } from '../support/interpreters.js';
import { withProgram } from '../support/target.js';
import { lacking } from './c-programs.js';
import { stackOfBlocked } from './standing.js';

const PROGRAM = '../native-stack/programs/waits.py';
const folder = mkdtempSync(join(tmpdir(), 'pystack-stripped-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Seen {
  readonly native: readonly NativeFrame[];
  readonly merged: readonly Frame[];
}

/** Of the thread that sorts; all others have to fit as well. */
function seeSorted(pid: number, snapshot: Snapshot, debugRoots?: string[]): Seen {
  const target = openLiveProcess(pid);
  try {
    const interpreterLibrary = snapshot.python?.library ?? null;
    const stacks = new NativeStacks(target, { interpreterLibrary, ...(debugRoots ? { debugRoots } : {}) });
    const seen = snapshot.threads.map((thread): [string | null, Seen] => {
      const native = stackOfBlocked(target, stacks, thread.tid ?? 0)?.stack;
      if (!native) throw new Error(`${thread.name} runs`);
      const python = thread.frames.flatMap((frame) => (frame.kind === 'python' ? [frame] : []));
      const merged = mergeStacks({
        native: native.frames,
        nativeEnding: native.ending,
        python,
        pythonEnding: thread.ending,
      });
      expect(merged.problem, thread.name ?? '').toBeNull();
      expect(merged.frames.filter(({ kind }) => kind === 'python')).toEqual(python);
      return [thread.name, { native: native.frames, merged: merged.frames }];
    });
    const sorted = seen.find(([name]) => name === 'wait_sorted_key')?.[1];
    if (!sorted) throw new Error('there is no thread wait_sorted_key');
    return sorted;
  } finally {
    target.close();
  }
}

const physical = ({ native }: Seen) =>
  native.filter(({ inlined }) => !inlined).map(({ address, library }) => `${address} ${library}`);
const ofInterpreter = ({ native }: Seen, snapshot: Snapshot) =>
  native.filter(({ library }) => library === snapshot.python?.library);
const kinds = ({ merged }: Seen) =>
  merged
    .map((frame) => (frame.kind === 'python' ? 'Python' : 'C'))
    .join(' ')
    .replace(/(C|Python)( \1)+/g, '$1');

/** Whether /usr/lib/debug holds the symbols of this program. */
function hasDebugFile({ executable }: Interpreter): boolean {
  const notes = spawnSync('readelf', ['-n', executable], { encoding: 'utf8' }).stdout ?? '';
  const id = /Build ID: ([0-9a-f]+)/.exec(notes)?.[1];
  return id !== undefined && existsSync(`/usr/lib/debug/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`);
}

const described = findInterpreters().filter((each) => !each.hasSymbols && hasDebugFile(each));

describe.skipIf(described.length === 0)('a stripped interpreter whose debug symbols are installed', () => {
  for (const interpreter of described) {
    test(interpreter.label, () =>
      withProgram(interpreter, PROGRAM, {}, async ({ pid }) => {
        const snapshot = await inspectProcess(pid);
        const withSymbols = seeSorted(pid, snapshot);
        const without = seeSorted(pid, snapshot, []);
        expect(physical(without)).toEqual(physical(withSymbols));
        expect(kinds(withSymbols)).toBe('C Python C Python C');

        const named = ofInterpreter(withSymbols, snapshot);
        expect(named.every(({ symbol }) => symbol !== null)).toBe(true);
        expect(named.filter(({ file, line }) => file !== null && line !== null).length).toBeGreaterThan(5);
        // pysleep() is part of time_sleep() in every optimised build.
        expect(named.findLast(({ inlined }) => inlined)).toMatchObject({ symbol: 'pysleep', offset: null });
        const sort = named.find(({ symbol }) => /^list_sort_impl\b/.test(symbol ?? ''));
        expect(sort?.file).toMatch(/Objects\/listobject\.c$/);

        const bare = ofInterpreter(without, snapshot);
        expect(bare.some(({ symbol }) => symbol === null)).toBe(true);
        expect(bare.every(({ inlined, file, line }) => !inlined && file === null && line === null)).toBe(true);
      }),
    );
  }
});

const noStrip = lacking('strip');
/** The newest that is a library of its own. */
const whole = findInterpreters().findLast(({ shared, hasSymbols, debug }) => shared && hasSymbols && !debug);

test.skipIf(noStrip !== '' || !whole)('an interpreter that was stripped', async () => {
  if (!whole) return;
  const stripped = stripLibrary(whole);
  await withProgram(whole, PROGRAM, { environment: { LD_PRELOAD: stripped } }, async ({ pid }) => {
    const snapshot = await inspectProcess(pid, { native: 'python' });
    expect(snapshot.python?.library).toBe(stripped);
    expect(snapshot.warnings).toEqual([]);
    const seen = seeSorted(pid, snapshot, []);
    expect(kinds(seen)).toBe('C Python C Python C');
    const bare = ofInterpreter(seen, snapshot);
    expect(bare.some(({ symbol, address }) => symbol === null && /^0x[0-9a-f]+$/.test(address))).toBe(true);
    expect(bare.every(({ file, line }) => file === null && line === null)).toBe(true);
  });
});

function stripLibrary({ executable, minorVersion }: Interpreter): string {
  const libraries = join(dirname(dirname(executable)), 'lib');
  const name = readdirSync(libraries).find((each) => each.startsWith(`libpython${minorVersion}`) && /\.so/.test(each));
  if (!name) throw new Error(`there is no libpython in ${libraries}`);
  const real = realpathSync(join(libraries, name));
  const copy = join(folder, basename(real));
  copyFileSync(real, copy);
  execFileSync('strip', ['--strip-all', copy]);
  return copy;
}
