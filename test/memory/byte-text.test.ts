import { expect, test } from 'vitest';
import { decodeBytes, encodeBytes, systemPath } from '../../src/memory/byte-text.js';

test.each<[string, number[], string]>([
  ['UTF-8', [...Buffer.from('/tmp/Поток 😀')], '/tmp/Поток 😀'],
  ['Latin-1', [0x2f, 0x63, 0x61, 0x66, 0xe9], '/caf\udce9'],
  ['both', [0xc3, 0xa9, 0xe9, 0x2e, 0xff], 'é\udce9.\udcff'],
  ['a replacement character that is one', [0xef, 0xbf, 0xbd, 0x80], '\ufffd\udc80'],
  ['what is cut', [0x61, 0xe2, 0x82], 'a\udce2\udc82'],
  ['a surrogate as UTF-8', [0xed, 0xa0, 0x80], '\udced\udca0\udc80'],
  ['longer than need be', [0xc0, 0x80, 0xe0, 0x80, 0x80], '\udcc0\udc80\udce0\udc80\udc80'],
  ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80], '\udcf4\udc90\udc80\udc80'],
])('%s', (_, bytes, text) => {
  expect(decodeBytes(Uint8Array.from(bytes))).toBe(text);
  expect([...encodeBytes(text)]).toEqual(bytes);
});

test('every pair of bytes comes back', () => {
  for (let pair = 0; pair < 0x10000; pair++) {
    const bytes = Buffer.of(pair >> 8, pair & 0xff, 0x2f);
    if (!encodeBytes(decodeBytes(bytes)).equals(bytes)) throw new Error(`${bytes.toString('hex')} does not`);
  }
});

test('only a path that needs it is bytes to the system', () => {
  expect(systemPath('/tmp/ü')).toBe('/tmp/ü');
  expect(systemPath('/tmp/\udcfc')).toEqual(Buffer.of(0x2f, 0x74, 0x6d, 0x70, 0x2f, 0xfc));
});
