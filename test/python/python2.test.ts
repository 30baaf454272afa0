/** Is text of Python 2 written as its `repr` does, whichever width its characters were built with? */
import { expect, it } from 'vitest';
import { layoutFor } from '../../src/python/layouts/index.js';
import { decodeWide } from '../../src/python/objects/python2-texts.js';
import { Python } from '../../src/python/python.js';
import { readWideCharacters } from '../../src/python/python2-text.js';
import { decodeWideRepr } from '../../src/python/repr/string-repr.js';
import { FakeMemory } from '../support/memory.js';

function units(kind: 2 | 4, ...values: number[]): DataView {
  const view = new DataView(new ArrayBuffer(kind * values.length));
  values.forEach((value, i) => {
    if (kind === 2) view.setUint16(2 * i, value, true);
    else view.setUint32(4 * i, value, true);
  });
  return view;
}

function wideRepr(view: DataView, unit: 2 | 4): string {
  const { text, points } = decodeWide({ view, kind: unit }, 0);
  return decodeWideRepr(text, points, unit);
}

it('joins surrogates to a character where characters are two bytes wide', () => {
  expect(wideRepr(units(2, 0xd83d, 0xde00, 0xd800, 0x61), 2)).toBe(String.raw`u'\U0001f600\ud800a'`);
  expect(wideRepr(units(4, 0xd83d, 0xde00, 0x1f600), 4)).toBe(String.raw`u'\ud83d\ude00\U0001f600'`);
  expect(wideRepr(units(4, 0x27, 0xe9, 0x20ac, 10), 4)).toBe(String.raw`u"'\xe9\u20ac\n"`);
  expect(() => wideRepr(units(4, 0x110000), 4)).toThrow('is not a character');
});

it('does not guess how wide they are', () => {
  const row = layoutFor(2, 7, 18);
  if (!row?.python2) throw new Error('no row');
  const { python2 } = row;
  const memory = new FakeMemory();
  const text = memory.allocate(64);
  memory.word(text + python2.PyUnicodeObject.length, 3);
  const characters = memory.allocate(16);
  memory.word(text + python2.PyUnicodeObject.str, characters);
  const built = (unicodeUnit: 2 | 4 | null): Python => {
    const layout = { ...row, python2: { ...python2, unicodeUnit } };
    return new Python({ address: text, layout, version: { major: 2, minor: 7, patch: 18 } }, memory);
  };
  expect(readWideCharacters(built(2), text, 2).view.byteLength).toBe(4);
  expect(readWideCharacters(built(4), text, 2)).toMatchObject({ kind: 4, length: 3 });
  expect(() => readWideCharacters(built(null), text, 2)).toThrow('2 or 4 bytes');
});
