/**
 * What do native frames say of a thread that the interpreter's own words do not, on every version that tells its
 * functions' names? That it waits for the GIL, or collects.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { StateWords } from '../../src/native-stack/eval-loop.js';
import { NativeStacks } from '../../src/native-stack/native-stacks.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
import { findInterpreters, type Interpreter } from '../support/interpreters.js';
import { NotOnThisPython, withProgram } from '../support/target.js';
import { copyStopped } from './standing.js';

const TRIES = 40;

/** Looks until some thread is in such a state; the names of its functions, or null. */
async function find(pid: number, wanted: (state: StateWords) => boolean, tries = TRIES): Promise<string[] | null> {
  for (let n = 0; n < tries; n++) {
    const target = openLiveProcess(pid);
    try {
      const stacks = new NativeStacks(target, { interpreterLibrary: null });
      for (const { tid } of target.threads()) {
        const stack = stacks.stack(copyStopped(target, tid));
        if (wanted(stack.state)) return stack.frames.map(({ rawSymbol }) => rawSymbol ?? '?');
      }
    } finally {
      target.close();
    }
    await sleep(10);
  }
  return null;
}

/** One of each minor version is enough. */
const named = findInterpreters().filter(
  ({ hasSymbols, minorVersion }, i, all) =>
    hasSymbols && all.findIndex((other) => other.hasSymbols && other.minorVersion === minorVersion) === i,
);

function onNamed(name: string, body: (interpreter: Interpreter) => Promise<void>): void {
  describe(name, () => {
    for (const interpreter of named) {
      test(interpreter.label, async (context) => {
        try {
          await body(interpreter);
        } catch (error) {
          if (error instanceof NotOnThisPython) context.skip(error.message);
          throw error;
        }
      });
    }
  });
}

onNamed('a thread that waits for the GIL', (interpreter) =>
  withProgram(interpreter, 'contention.py', {}, async ({ pid }) => {
    const names = await find(pid, ({ gil }) => gil === 'waiting');
    // Python 2 takes it as it takes any lock.
    if (interpreter.version.major > 2) expect(names?.join()).toMatch(/\btake_gil\b/);
    expect(await find(pid, ({ collecting }) => collecting, 3)).toBeNull();
  }),
);

onNamed('a thread that collects garbage', (interpreter) =>
  withProgram(interpreter, 'collecting.py', {}, async ({ pid }) => {
    expect(await find(pid, ({ collecting }) => collecting)).not.toBeNull();
  }),
);

onNamed('a finalizer that a collection called, without the GIL', (interpreter) =>
  withProgram(interpreter, 'finalizer_in_collection.py', {}, async ({ pid }) => {
    const names = await find(pid, ({ collecting }) => collecting);
    expect(names).not.toBeNull();
  }),
);
