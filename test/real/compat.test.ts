/**
 * Does `--compat` print what the Python pystack 1.7.2 prints, line for line? Asked of that one itself, as PyPI has it,
 * on programs that stand and on their cores; where it cannot be installed, this is skipped.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { realPython } from '../../scripts/real-packages.mjs';
import { type CommandResult, runCommand, runPystack, runPystackHere } from '../support/command.js';
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

/** What theirs says to each of these arguments, one after the other. */
async function askTheirs(...all: string[][]): Promise<Pick<CommandResult, 'code' | 'stdout'>[]> {
  const program = fileURLToPath(new URL('python_pystack.py', import.meta.url));
  const { stdout, stderr } = await runCommand(String(python), [program, JSON.stringify(all)]);
  const answers = JSON.parse(stdout || '[]');
  expect(answers, stderr).toHaveLength(all.length);
  return answers;
}

/** Versions of symbols, as `@@GLIBC_2.34`, it takes for part of the name. */
const unversioned = (text: string) => text.replaceAll(/@@?GLIBC_[\d.]+/g, '');

describe.skipIf(!there).each(interpreters.map((one) => [one.label, one] as const))('%s', (_, interpreter) => {
  test.each(PROGRAMS)('%s', (name, args) =>
    withProgram(interpreter, name, { args }, async ({ pid, file }) => {
      // Sources are found by what the code says, from where one stands.
      expect(file).toMatch(/^\//);
      const answers = await askTheirs(...MODES.map((mode) => ['remote', ...mode, `${pid}`]));
      for (const [i, mode] of MODES.entries()) {
        const expected = answers[i];
        if (expected?.code !== 0) continue;
        // What it cannot merge, it leaves out, and says so.
        if (expected.stdout.includes('Unable to merge native stack')) continue;
        const { stdout } = await runPystackHere(['remote', '--compat', ...mode, `${pid}`]);
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
      const [answer] = await askTheirs(['remote', '--locals', `${pid}`]);
      if (answer?.code !== 0) return;
      const expected = answer.stdout;
      const { stdout } = await runPystackHere(['remote', '--compat', '--locals', `${pid}`]);
      const headings = (text: string) =>
        shape(text)
          .split('\n')
          .filter((line) => !/^ {6}(Arguments|Locals):$/.test(line));
      expect(headings(stdout)).toEqual(headings(expected));
      expect(names(stdout)).toEqual(expect.arrayContaining(names(expected)));
    }));

  test.skipIf(noGcore !== null)('a core', () =>
    withGcore(interpreter, 'many_threads.py', { args: ['3', '4'] }, async (core) => {
      const modes = [[], ['--native'], ['--native-last']];
      const answers = await askTheirs(...modes.map((mode) => ['core', ...mode, core, interpreter.executable]));
      for (const [i, mode] of modes.entries()) {
        const expected = answers[i];
        if (expected?.code !== 0) continue;
        const ours = await runPystackHere(['core', '--compat', ...mode, core, interpreter.executable]);
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
