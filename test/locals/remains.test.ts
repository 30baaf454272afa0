/** Is what is left in emptied tables found, and text in its old form read? */
import { expect, test } from 'vitest';
import { inspectProcess } from '../../src/inspect.js';
import type { PythonFrame } from '../../src/snapshot.js';
import { anyInterpreter, type Interpreter, isAtLeast } from '../support/interpreters.js';
import { onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

async function localsOf(pid: number): Promise<Record<string, string>> {
  const snapshot = await inspectProcess(pid, { locals: {} });
  const frames = snapshot.threads.flatMap(({ frames }) => frames);
  const shown = frames.filter(
    (each): each is PythonFrame => each.kind === 'python' && /^(hold|more)$/.test(each.function),
  );
  expect(snapshot.warnings).toEqual([]);
  return Object.fromEntries(shown.flatMap(({ locals }) => locals ?? []).map(({ name, value }) => [name, value.repr]));
}

async function expectRemains(interpreter: Interpreter, count: number): Promise<void> {
  await withProgram(interpreter, 'drained_tables.py', { args: [`${count}`] }, async ({ pid }) => {
    const { emptied, some, last, first, middle, apart } = await localsOf(pid);
    expect({ emptied, last, first, middle }).toEqual({
      emptied: '{}',
      last: `{'req-${count - 1}': ${count - 1}}`,
      first: "{'req-0': 0}",
      middle: `{'req-${count / 2}': ${count / 2}}`,
    });
    expect(some).toContain(`${count - 1}`);
    expect(apart?.match(/'req-\d+': \d+/g)?.sort()).toEqual(
      [0, Math.floor(count / 3), count - 1].map((i) => `'req-${i}': ${i}`).sort(),
    );
  });
}

onEveryInterpreter('what is left of many', async (interpreter) => {
  for (const count of [1000, 100_000]) await expectRemains(interpreter, count);
});

test('what is left of a million', async () => {
  await withProgram(anyInterpreter(), 'drained_tables.py', { args: ['1000000', 'few'] }, async ({ pid }) => {
    const { last, some, turned } = await localsOf(pid);
    expect(turned).toMatch(/^OrderedDict\([[{]\(?149999[:,] None\)?, \(?0[:,] None/);
    expect(last).toBe("{'req-999999': 999999}");
    expect(some).toContain('999999');
  });
});

onEveryInterpreter('text in its old form', (interpreter, context) => {
  if (!isAtLeast(interpreter, 3) || isAtLeast(interpreter, 12)) return context.skip('there is none');
  return withProgram(interpreter, 'legacy_strings.py', {}, async ({ pid }) => {
    expect(await localsOf(pid)).toEqual({
      word: "'hél€o'",
      plain: "'plain'",
      beyond: "'😀\\udc80'",
      long: `'${'x'.repeat(200)}'… (300 characters)`,
      inside: "['in', 1]",
    });
  });
});
