/**
 * Does `--compat` print what the Python pystack 1.7.2 prints, line for line? Asked of that one itself, as PyPI has it,
 * on programs that stand and on their cores; where it cannot be installed, this is skipped.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { realPython } from '../../scripts/real-packages.mjs';
import { runCommand, runPystack } from '../support/command.js';
import { noGcore, withGcore } from '../support/cores.js';
import { findInterpreters } from '../support/interpreters.js';
import { withProgram } from '../support/target.js';

const python = realPython();
const theirs = python === null ? null : join(dirname(python), 'pystack');
const there = theirs !== null && existsSync(theirs);
if (!there)
  console.warn('compat: the Python pystack is not installed here (npm pretest does where there is a network)');

/** Those that stand still, so that two looks see the same; and that theirs shows in full. */
const PROGRAMS: [string, readonly string[]][] = [
  ['idle.py', []],
  ['many_threads.py', ['5', '7']],
  ['callbacks.py', []],
  ['pool_service.py', []],
  ['generators.py', []],
];
const MODES = [[], ['--no-block'], ['--native'], ['--native-all'], ['--native-last']];
/** Without a debug build or a table of its own: theirs is for what distributions have. */
const interpreters = findInterpreters().filter(
  ({ version, debug, freeThreaded, provisioned }) => version.major === 3 && !debug && !freeThreaded && !provisioned,
);

/** Versions of symbols, as `@@GLIBC_2.34`, it takes for part of the name. */
const unversioned = (text: string) => text.replaceAll(/@@?GLIBC_[\d.]+/g, '');

describe.skipIf(!there).each(interpreters.map((one) => [one.label, one] as const))('%s', (_, interpreter) => {
  test.each(PROGRAMS)('%s', (name, args) =>
    withProgram(interpreter, name, { args }, async ({ pid, file }) => {
      // Sources are found by what the code says, from where one stands.
      expect(file).toMatch(/^\//);
      for (const mode of MODES) {
        const expected = await runCommand(String(theirs), ['remote', ...mode, `${pid}`]);
        if (expected.code !== 0) continue;
        // What it cannot merge, it leaves out, and says so.
        if (expected.stdout.includes('Unable to merge native stack')) continue;
        const { stdout } = await runPystack(['remote', '--compat', ...mode, `${pid}`]);
        expect(stdout, `${name} ${mode}`).toBe(unversioned(expected.stdout));
      }
    }),
  );

  test('the layout of variables; what they hold is ours, in the order of the code', () =>
    withProgram(interpreter, 'locals_names.py', {}, async ({ pid }) => {
      const shape = (text: string) =>
        text
          .split('\n')
          .filter((line) => !/^ {8}[\w.]+: /.test(line))
          .join('\n');
      const names = (text: string) => [...text.matchAll(/^ {8}([\w.]+): /gm)].map(([, name]) => name).sort();
      const { code, stdout: expected } = await runCommand(String(theirs), ['remote', '--locals', `${pid}`]);
      if (code !== 0) return;
      const { stdout } = await runPystack(['remote', '--compat', '--locals', `${pid}`]);
      const headings = (text: string) =>
        shape(text)
          .split('\n')
          .filter((line) => !/^ {6}(Arguments|Locals):$/.test(line));
      expect(headings(stdout)).toEqual(headings(expected));
      expect(names(stdout)).toEqual(expect.arrayContaining(names(expected)));
    }));

  test.skipIf(noGcore !== null)('a core', () =>
    withGcore(interpreter, 'many_threads.py', { args: ['3', '4'] }, async (core) => {
      for (const mode of [[], ['--native'], ['--native-last']]) {
        const expected = await runCommand(String(theirs), ['core', ...mode, core, interpreter.executable]);
        if (expected.code !== 0) continue;
        const ours = await runPystack(['core', '--compat', ...mode, core, interpreter.executable]);
        expect(ours.stdout, `${mode}`).toBe(unversioned(expected.stdout));
      }
    }),
  );
});

test.skipIf(!there)('PYSTACK_COMPAT does the same, and an option has the last word', () =>
  withProgram(interpreters[0] ?? raise(), 'idle.py', {}, async ({ pid }) => {
    const compat = await runPystack(['remote', '--compat', `${pid}`]);
    expect((await runPystack(['remote', `${pid}`], { PYSTACK_COMPAT: '1' })).stdout).toBe(compat.stdout);
    const plain = await runPystack(['remote', '--plain', `${pid}`]);
    expect((await runPystack(['remote', '--plain', `${pid}`], { PYSTACK_COMPAT: '1' })).stdout).toBe(plain.stdout);
  }),
);

function raise(): never {
  throw new Error('no interpreter');
}
