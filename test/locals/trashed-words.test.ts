/** Does a wrong word in a core cost only the values that need it? On every interpreter found; all words by `bench/trashed-words.mjs`. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { noGcore, withFolder, withGcore } from '../support/cores.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { trashWordsOf } from './trashed-words.js';

/** For each interpreter. */
const TRIALS = 200;
const WITHIN_MS = 1500;

onEveryInterpreter('a trashed word costs the values that need it', async (interpreter, context) => {
  if (noGcore !== null) return context.skip(noGcore);
  await withFolder((folder) =>
    withGcore(interpreter, 'locals_oracle.py', { args: [join(folder, 'expected.json'), '9', '200'] }, async (core) => {
      const found = await trashWordsOf(core, { most: TRIALS, withinMs: WITHIN_MS });
      expect(found.wrong.join('\n')).toBe('');
      expect(found.values).toBeGreaterThan(150);
      expect(found.words).toBeGreaterThan(2000);
      expect(found.trials).toBeGreaterThan(20);
      expect(found.changed).toBeGreaterThan(0);
    }),
  );
});
