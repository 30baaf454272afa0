/**
 * Are the structures that no header shows (deque, OrderedDict, locks, Decimal …) where the row says? Every interpreter
 * found looks at its own objects through ctypes.
 */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { layoutFor } from '../../../src/python/layouts/index.js';
import { findInterpreters, noteCovered } from '../../support/interpreters.js';

const PROGRAM = new URL('./private_structures.py', import.meta.url).pathname;
const PROGRAM_2_7 = new URL('./private_structures_2_7.py', import.meta.url).pathname;

describe('private structures', () => {
  const interpreters = findInterpreters();
  if (interpreters.length === 0) it.skip('no supported Python found');
  it.each(interpreters)('of $label are as in its row', (interpreter) => {
    const { major, minor, patch } = interpreter.version;
    const row = layoutFor(major, minor, patch, { freeThreaded: interpreter.freeThreaded });
    const ran = spawnSync(interpreter.executable, [interpreter.version.major === 2 ? PROGRAM_2_7 : PROGRAM], {
      input: JSON.stringify(row),
      encoding: 'utf8',
    });
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toBe('verified\n');
    noteCovered(interpreter);
  });
});
