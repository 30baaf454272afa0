/** Is what a tensor keeps of its gradients never read as another version's would be? Drawn as each version lays it out. */
import { expect, test } from 'vitest';
import type { MemoryReader } from '../../../src/memory/reader.js';
import { readRequiresGrad } from '../../../src/python/objects/tensor-gradients.js';

const META = 0x10000;

/** What is kept, with a name that is empty and kept in itself, and bytes by their place. */
function drawn(bytes: Readonly<Record<number, number>>, name = META + 24): MemoryReader {
  const content = Buffer.alloc(176);
  content.writeBigUInt64LE(BigInt(name), 8);
  for (const [at, byte] of Object.entries(bytes)) content.writeUInt8(byte, Number(at));
  return {
    read: (address, size) => new DataView(content.buffer, content.byteOffset + (address - META), size),
  };
}

const cases: readonly (readonly [what: string, bytes: Readonly<Record<number, number>>, asks: boolean | null])[] = [
  ['nothing set', {}, false],
  ['computed', { 49: 0x12 }, true],
  ['one pointer: asks', { 128: 1 }, true],
  ['one pointer: asks, and chance beside', { 128: 1, 131: 0x31, 136: 0xb0, 139: 7 }, true],
  ['one pointer: chance looks like an older version', { 136: 1 }, null],
  ['one pointer: a view', { 130: 1 }, null],
  ['one pointer: a lock that is held', { 144: 1, 152: 77, 156: 1 }, null],
  ['two pointers: asks', { 144: 1, 147: 0x55 }, true],
  ['two pointers: a view', { 146: 1 }, null],
  ['two pointers: hooks', { 128: 0x40, 129: 0x21, 144: 1 }, null],
  ['two pointers, older: asks', { 136: 1 }, null],
  ['another output than the first', { 128: 1, 132: 1 }, null],
];

test.each(cases)('%s', (_, bytes, asks) => {
  expect(readRequiresGrad(META, drawn(bytes))).toBe(asks);
});

test('nothing kept, an older string, no memory', () => {
  expect(readRequiresGrad(0, drawn({}))).toBe(false);
  expect(readRequiresGrad(META, drawn({ 49: 1, 128: 1 }, 0x7f0000001000))).toBeNull();
  expect(readRequiresGrad(8, drawn({}))).toBeNull();
});
