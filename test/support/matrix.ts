/**
 * On what is a live test run? On every interpreter found and in both modes of looking. A program that says it cannot
 * run on a Python is counted as skipped.
 */
import { describe, type TestContext, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { Snapshot } from '../../src/snapshot.js';
import { findInterpreters, type Interpreter } from './interpreters.js';
import { NotOnThisPython, type Program, type ProgramOptions, withProgram } from './target.js';

export const MODES = ['blocking', 'non-blocking'] as const;
export type Mode = (typeof MODES)[number];

const interpreters = findInterpreters();

/** One test a found interpreter; one that is skipped where there is none, so that it shows. `more`: besides those found. */
export function onEveryInterpreter(
  name: string,
  body: (interpreter: Interpreter, context: TestContext) => Promise<void>,
  more: readonly Interpreter[] = [],
): void {
  describe(name, () => {
    if (interpreters.length === 0) test.skip('no supported Python found');
    for (const interpreter of [...interpreters, ...more]) {
      test(interpreter.label, async (context) => {
        try {
          await body(interpreter, context);
        } catch (error) {
          if (error instanceof NotOnThisPython) context.skip(error.message);
          throw error;
        }
      });
    }
  });
}

/** Starts the program on every interpreter and hands over what is seen of it, in one mode and then in the other. */
export function lookAt(
  name: string,
  program: string,
  options: ProgramOptions | (() => ProgramOptions),
  check: (snapshot: Snapshot, program: Program, mode: Mode) => void | Promise<void>,
): void {
  onEveryInterpreter(name, (interpreter) =>
    withProgram(interpreter, program, typeof options === 'function' ? options() : options, async (started) => {
      for (const mode of MODES) await check(await inspectProcess(started.pid, { mode }), started, mode);
    }),
  );
}
