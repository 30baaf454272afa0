/**
 * Does a wrong word cost only the values that need it? On every interpreter found, words that are drawn; all words by
 * `bench/trashed-words.mjs`.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noGcore, withFolder, withGcore } from '../support/cores.js';
import { anyInterpreter } from '../support/interpreters.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { locateForTest, ProcessMemory } from '../support/process-memory.js';
import { withProgram } from '../support/target.js';
import { type Damage, trashWords, trashWordsOf } from './trashed-words.js';

/** Words replaced for each interpreter, and which: PYSTACK_DAMAGE_TRIALS and PYSTACK_DAMAGE_SEED make it more and others. */
const TRIALS = Number(process.env['PYSTACK_DAMAGE_TRIALS'] ?? 1700);
const SEED = Number(process.env['PYSTACK_DAMAGE_SEED'] ?? 7);
/** Some words are needed by hundreds. */
const NEEDING = 5;

function expectNoHarm({ wrong, values, words, trials, changed }: Damage): void {
  expect(wrong.join('\n')).toBe('');
  expect(values).toBeGreaterThan(300);
  expect(words).toBeGreaterThan(4000);
  expect(trials).toBe(TRIALS);
  expect(changed).toBeGreaterThan(TRIALS / 10);
}

onEveryInterpreter('a wrong word costs the values that need it', (interpreter) =>
  withFolder((folder) =>
    withProgram(interpreter, 'locals_oracle.py', { args: [join(folder, 'expected.json'), '5', '400'] }, ({ pid }) => {
      const memory = new ProcessMemory(pid);
      const found = trashWords(locateForTest(pid, interpreter), memory, {
        drawn: { trials: TRIALS, seed: SEED },
        needing: NEEDING,
      });
      memory.close();
      expectNoHarm(found);
    }),
  ),
);

// What a core lacks of a process does not depend on the Python.
test.skipIf(noGcore !== null)('in a core', () =>
  withFolder((folder) =>
    withGcore(
      anyInterpreter(),
      'locals_oracle.py',
      { args: [join(folder, 'expected.json'), '9', '400'] },
      async (core) => {
        expectNoHarm(await trashWordsOf(core, { drawn: { trials: TRIALS, seed: SEED }, needing: NEEDING }));
      },
    ),
  ),
);
