/** Is it told what a blocked thread waits on: which descriptor, and what that is connected to? Of a core, which one. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectCore, inspectProcess, type Snapshot, snapshotProcess } from '../../src/index.js';
import { renderText } from '../../src/render/text.js';
import { gcore, noGcore, withFolder } from '../support/cores.js';
import { anyInterpreter } from '../support/interpreters.js';
import { MODES, onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';

type Words = Record<string, string | null>;

function waits(snapshot: Snapshot, expected: Words): Words {
  const named = snapshot.threads.filter(({ name }) => name !== null && name in expected);
  return Object.fromEntries(named.map(({ name, os }) => [name, os?.waitingOn ?? null]));
}

onEveryInterpreter('descriptors of waiting threads', (interpreter) =>
  withProgram(interpreter, 'waiting_on.py', {}, async (program) => {
    const expected = program.ready['expected'] as Words;
    expect(Object.keys(expected).length).toBeGreaterThan(10);
    for (const mode of MODES) {
      const snapshot = await inspectProcess(program.pid, { mode });
      expect(waits(snapshot, expected)).toEqual(expected);
      const text = renderText(snapshot, { verbose: true });
      expect(text).toContain(`  * In system call recvfrom (${expected['connected']})`);
      expect(text).toContain('\\x1b[2J');
      expect(text).not.toContain('\x1b');
    }
  }),
);

test('a snapshot keeps the words', () =>
  withFolder((folder) =>
    withProgram(anyInterpreter(), 'waiting_on.py', {}, async (program) => {
      const expected = program.ready['expected'] as Words;
      const file = join(folder, 'snapshot');
      await snapshotProcess(program.pid, file);
      expect(waits(await inspectCore(file), expected)).toEqual(expected);
    }),
  ));

/** A core knows no descriptors, so only their numbers. */
const numbersOf = (words: string | null) => words?.replace(/(fd \d+) \(.*?\)+(?=,| and|$)/g, '$1') ?? null;

test.skipIf(noGcore)('a core tells which descriptors', () =>
  withFolder((folder) =>
    withProgram(anyInterpreter(), 'waiting_on.py', {}, async (program) => {
      const expected = program.ready['expected'] as Words;
      const snapshot = await inspectCore(gcore(program.pid, folder));
      const numbers = Object.fromEntries(Object.entries(expected).map(([name, words]) => [name, numbersOf(words)]));
      expect(waits(snapshot, expected)).toEqual(numbers);
    }),
  ),
);
