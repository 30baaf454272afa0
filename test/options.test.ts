import { expect, test } from 'vitest';
import { PystackError } from '../src/errors.js';
import { inspectCore, inspectProcess, snapshotProcess } from '../src/index.js';
import { DEFAULT_LOCALS, settleCoreOptions, settleInspectOptions } from '../src/options.js';

test('what is not given has its default', () => {
  expect(settleInspectOptions({ locals: { depth: 0 } }).locals).toEqual({ ...DEFAULT_LOCALS, depth: 0 });
  expect(settleCoreOptions({ locals: true }).locals).toEqual(DEFAULT_LOCALS);
  expect(settleCoreOptions().locals).toBeNull();
});

test.each([
  [{ redact: ['pin', '('] }, /locals\.redact: '\(' is no regular expression/],
  [{ redact: ['[a'] }, /no regular expression/],
  [{ depth: -1 }, /locals\.depth must be a whole number from 0 on, not -1/],
  [{ maxString: 1.5 }, /locals\.maxString/],
  [{ maxItems: Number.NaN }, /locals\.maxItems/],
])('%j is refused with a next step, before anything is looked at', async (locals, message) => {
  for (const look of [
    () => inspectProcess(process.pid, { locals }),
    () => inspectCore('/nonexistent', { locals }),
    () => snapshotProcess(process.pid, '/nonexistent/file', { locals }),
  ]) {
    const error = await look().catch((reason: unknown) => reason);
    if (!(error instanceof PystackError)) throw error;
    expect(error.message).toMatch(message);
    expect([error.code, typeof error.details.nextStep]).toEqual(['usage', 'string']);
  }
});
