/** Which rows may a place be read under? Those of neighbouring versions are alike: what passes for one may be another. */
import { expect, test } from 'vitest';
import { type LayoutChoice, saysVersion } from '../../src/locate/layout-choice.js';
import type { PythonVersion } from '../../src/locate/python-version.js';
import { layoutFor } from '../../src/python/layouts/index.js';

function choice(version: Partial<PythonVersion>, isGuess = false): LayoutChoice {
  const layout = layoutFor(3, 8, 18);
  if (!layout) throw new Error('no row');
  const whole = { major: 3, minor: 8, patch: 18, releaseLevel: 'final', serial: 0, ...version } as const;
  return { layout, version: whole, freeThreaded: false, approximate: false, isGuess, because: 'it is made up' };
}

test.each<[string, LayoutChoice[], boolean]>([
  ['nothing', [], false],
  ['the name of a file', [choice({ patch: null })], false],
  ['a number that may be of something else', [choice({}, true)], false],
  ['its own text', [choice({})], true],
  ['its own text, after a guess', [choice({ minor: 9 }, true), choice({})], true],
])('what says for sure which version it is: %s', (_, choices, expected) => {
  expect(saysVersion(choices)).toBe(expected);
});
