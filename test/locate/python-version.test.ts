import { describe, expect, test } from 'vitest';
import { decodeFileName, decodeVersionHex, decodeVersionText, formatVersion } from '../../src/locate/python-version.js';

const shown = (version: ReturnType<typeof decodeVersionHex>) => (version ? formatVersion(version) : null);

test('PY_VERSION_HEX', () => {
  expect(shown(decodeVersionHex(0x030c01f0))).toBe('3.12.1');
  expect(shown(decodeVersionHex(0x030e00a3))).toBe('3.14.0a3');
  expect(shown(decodeVersionHex(0x030e00c2))).toBe('3.14.0rc2');
  expect(decodeVersionHex(0x020712f0)).toMatchObject({ major: 2, minor: 7, patch: 18, releaseLevel: 'final' });
  for (const hex of [0, -1, 0.5, 0x030c0100, 0x7f0c01f0, 0x1_030c_01f0]) expect(decodeVersionHex(hex)).toBeNull();
});

test('the text of sys.version', () => {
  expect(shown(decodeVersionText('3.10.13 (main, Aug  5 2026, 10:00:00) [GCC 12.2.0]'))).toBe('3.10.13');
  expect(shown(decodeVersionText('3.13.0a3+ (heads/main:1a2b3c4, Jan  1 2026)'))).toBe('3.13.0a3');
  expect(shown(decodeVersionText('3.14.0rc2'))).toBe('3.14.0rc2');
  expect(decodeVersionText('3.9.18+ (default)')).toMatchObject({ patch: 18, releaseLevel: 'final', serial: 0 });
  for (const text of ['', '3.10', '4.0.0', 'x3.10.1', '3.x.1']) expect(decodeVersionText(text)).toBeNull();
});

describe('file names', () => {
  for (const [name, version] of [
    ['libpython3.12.so.1.0', '3.12'],
    ['libpython3.7m.so.1.0', '3.7'],
    ['python3.9-dbg', '3.9'],
    ['libpython3.13t.so.1.0', '3.13'],
    ['python2.7', '2.7'],
    ['python3', null],
    ['libpython3.so', null],
    ['uwsgi', null],
  ] as const) {
    test(name, () => expect(shown(decodeFileName(name))).toBe(version));
  }
});
