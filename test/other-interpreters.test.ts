/** What becomes of the first interpreter's answer, when another one of the process cannot be had? */
import { expect, test } from 'vitest';
import { PystackError } from '../src/errors.js';
import type { Address } from '../src/memory/address.js';
import { CorruptData, MemoryFault } from '../src/memory/reader.js';
import { settleInspectOptions } from '../src/options.js';
import { withOthers } from '../src/other-interpreters.js';
import type { Process } from '../src/process/process.js';
import type { Snapshot } from '../src/snapshot.js';
import { Stopwatch } from '../src/timings.js';

const settings = { ...settleInspectOptions({}), registers: false };
const OTHERS = [0x1000, 0x2000].map((address) => ({ address: address as Address, library: null }));
const warnings = OTHERS.map(({ address }) => ({
  code: 'other-interpreter' as const,
  message: `another interpreter is at work, at 0x${address.toString(16)} (--library 0x${address.toString(16)} shows it)`,
}));
const snapshot = { threads: [], warnings, complete: false } as unknown as Snapshot;

/** What is said where looking for another one fails so. */
function afterFailure(error: unknown): Promise<Snapshot> {
  const process = {
    name: 'it',
    mappings: () => {
      throw error;
    },
    explain: (what: unknown) => what,
  } as unknown as Process;
  return withOthers(process, { snapshot, located: { others: OTHERS } as never }, settings, new Stopwatch());
}

test.each([
  ['it has ended', new PystackError('process-exited', 'process 7 ended while it was looked at'), 'process 7 ended'],
  ['it runs another program', new PystackError('not-python', 'process 7 is no Python'), 'process 7 is no Python'],
  ['memory fails', new MemoryFault(0x1000, 8), 'the interpreter of it cannot be read'],
  ['memory is damaged', new CorruptData('a cycle'), 'the interpreter of it cannot be read'],
])('%s: the first is kept, and is said to be partial', async (_, error, reason) => {
  const kept = await afterFailure(error);
  expect(kept).toMatchObject({ threads: [], complete: false });
  expect(kept).not.toHaveProperty('others');
  expect(kept.warnings).toHaveLength(2);
  kept.warnings.forEach(({ code, message }, i) => {
    expect(code).toBe('other-interpreter');
    expect(message).toContain(`at 0x${OTHERS[i]?.address.toString(16)}: ${reason}`);
    expect(message).not.toContain('--library');
  });
});

test('a fault of ours goes on up', async () => {
  await expect(afterFailure(new TypeError('ours'))).rejects.toThrow(TypeError);
});
