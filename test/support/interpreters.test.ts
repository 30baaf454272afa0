import { expect, test } from 'vitest';
import { discover, discovery, findInterpreters, isSupported } from './interpreters.js';

test('every interpreter found is a supported one, once', () => {
  const found = findInterpreters();
  for (const { version, executable } of found) expect(isSupported(version), executable).toBe(true);
  expect(new Set(found.map(({ executable }) => executable)).size).toBe(found.length);
  expect(new Set(found.map(({ label }) => label)).size).toBe(found.length);
});

test('every interpreter left out has a reason', () => {
  for (const { reason } of discovery().skipped) expect(reason).not.toBe('');
});

test('a path named but not there is reported, not ignored', () => {
  const { skipped } = discover({ PATH: '', PYENV_ROOT: '/nowhere', PYSTACK_TEST_PYTHONS: '/nowhere/python3' });
  expect(skipped).toContainEqual({
    executable: '/nowhere/python3',
    version: null,
    reason: 'named in PYSTACK_TEST_PYTHONS but not there',
  });
});
