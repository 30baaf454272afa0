/**
 * Are the structures that no header shows (deque, OrderedDict, locks, Decimal …) where the row says? Every interpreter
 * found looks at its own objects through ctypes.
 */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { layoutFor } from '../../../src/cpython/layouts/index.js';
import { discovery, findInterpreters, noteCovered } from '../../support/interpreters.js';

const PROGRAM = new URL('./private_structures.py', import.meta.url).pathname;
const PROGRAM_2_7 = new URL('./private_structures_2_7.py', import.meta.url).pathname;

describe('private structures', () => {
  const interpreters = findInterpreters();
  it.skipIf(interpreters.length === 0).each(interpreters)('of $label are as in its row', (interpreter) => {
    const { major, minor, patch } = interpreter.version;
    const row = layoutFor(major, minor, patch, { freeThreaded: interpreter.freeThreaded });
    const ran = spawnSync(interpreter.executable, [PROGRAM], { input: JSON.stringify(row), encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toBe('verified\n');
    noteCovered(interpreter);
  });

  const old = discovery().skipped.filter(({ version }) => /^(2\.7|3\.6)\./.test(version ?? ''));
  it.skipIf(old.length === 0).each(old)('of $version are as in its row', ({ executable, version }) => {
    const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
    const row = layoutFor(major, minor, null);
    const program = major === 2 ? PROGRAM_2_7 : PROGRAM;
    const ran = spawnSync(executable, [program], { input: JSON.stringify(row), encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toBe('verified\n');
  });
});
