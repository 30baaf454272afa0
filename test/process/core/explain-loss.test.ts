/** What is said of a core in which no Python was found? */
import { expect, test } from 'vitest';
import { PystackError } from '../../../src/errors.js';
import type { CoreProcess } from '../../../src/process/core/core-process.js';
import { explainLoss } from '../../../src/process/core/index.js';

const notFound = new PystackError('not-python', 'the process is not a Python process');
const thread = { tid: 7 };

/** A core that was cut short, with what its notes tell. */
function cut(notes: object, message = 'the core file c was cut short'): CoreProcess {
  return {
    path: 'c',
    notes: { threads: [], files: null, process: null, auxv: new Map(), ...notes },
    modules: [],
    warnings: () => [{ code: 'core-truncated', message }],
  } as unknown as CoreProcess;
}

test('one that was cut before its notes, which debuggers write last', () => {
  const error = explainLoss(cut({}), notFound) as PystackError;
  expect(error.code).toBe('core-unreadable');
  expect(error.details.cause).toMatch(/^its notes are lost, .* at the very end: .*; the core file c was cut short$/);
});

test('one that has notes was cut, and that is all', () => {
  for (const notes of [{ threads: [thread] }, { files: [] }, { process: {} }, { auxv: new Map([[3, 64n]]) }]) {
    const error = explainLoss(cut(notes), notFound) as PystackError;
    expect(error).toMatchObject({ code: 'core-unreadable', details: { cause: 'the core file c was cut short' } });
  }
});

test('what is no loss stays what it is', () => {
  const other = new PystackError('permission', 'no');
  expect(explainLoss(cut({}), other)).toBe(other);
});
