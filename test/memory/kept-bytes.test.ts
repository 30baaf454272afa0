/** Is what is kept exactly what was read, once, and nothing beside it? */
import { describe, expect, test } from 'vitest';
import { toAddress } from '../../src/memory/address.js';
import { KeptBytes, keeping } from '../../src/memory/kept-bytes.js';
import { bytesOf, MemoryFault, type MemoryReader } from '../../src/memory/reader.js';

const at = toAddress;
/** Memory in which every byte tells its address and a number; none at 0x9000 and above. */
const memoryOf = (number: number): MemoryReader => ({
  read(address, size) {
    if (address + size > 0x9000) throw new MemoryFault(address, size);
    return new DataView(Uint8Array.from({ length: size }, (_, i) => (address + i + number) % 256).buffer);
  },
});
const bytes = (memory: MemoryReader, address: number, size: number) => [...bytesOf(memory.read(at(address), size))];

describe('completed from a source', () => {
  test('what was read reads the same again, and the first reading counts', () => {
    const kept = new KeptBytes();
    const expected = bytes(memoryOf(0), 0x1ffe, 4);
    expect(bytes(kept.completedFrom(memoryOf(0)), 0x1ffe, 4)).toEqual(expected);
    expect(bytes(kept, 0x1ffe, 4)).toEqual(expected);
    // Two bytes are kept already, two are new.
    expect(bytes(kept.completedFrom(memoryOf(7)), 0x2000, 4)).toEqual([
      ...bytes(memoryOf(0), 0x2000, 2),
      ...bytes(memoryOf(7), 0x2002, 2),
    ]);
    expect(kept.ranges()).toEqual([{ start: 0x1ffe, end: 0x2004 }]);
    expect(kept.pages().map(({ address }) => address)).toEqual([0x1000, 0x2000]);
  });

  test('what the source does not have is not kept, nor are zeros read in its place', () => {
    const kept = new KeptBytes();
    expect(() => kept.completedFrom(memoryOf(0)).read(at(0x9000), 1)).toThrow(MemoryFault);
    kept.keep(0x3000, Uint8Array.of(1));
    expect(() => kept.read(at(0x3000), 2)).toThrow(MemoryFault);
    expect(() => kept.read(at(0x3000), 2 ** 40)).toThrow(MemoryFault);
    expect(kept.ranges()).toEqual([{ start: 0x3000, end: 0x3001 }]);
    expect(bytes(kept, 0x3000, 0)).toEqual([]);
  });
});

test('keeping does not change what is read', () => {
  const kept = new KeptBytes();
  kept.keep(0x1000, Uint8Array.of(255));
  const copy = kept.copy();
  expect(bytes(keeping(copy, memoryOf(0)), 0x1000, 2)).toEqual([0, 1]);
  expect(bytes(copy, 0x1000, 2)).toEqual([255, 1]);
  expect(kept.ranges()).toEqual([{ start: 0x1000, end: 0x1001 }]);
});
