/** Does memory of a core hold what was dumped, and nothing that was not? */
import { expect, test } from 'vitest';
import type { ByteSource } from '../../../src/elf/byte-source.js';
import { toAddress } from '../../../src/memory/address.js';
import { bytesOf, MemoryFault, pointerAt } from '../../../src/memory/reader.js';
import { CachedSource } from '../../../src/process/core/cached-source.js';
import { CoreMemory } from '../../../src/process/core/core-memory.js';
import { PAGE } from './forge.js';
import { SparseSource, source } from './sources.js';

function load(vaddr: number, filesz: number, offset: number, memsz = filesz) {
  return { type: 1, flags: 6, vaddr, filesz, offset, memsz, align: 4096 };
}

function memoryOf(bytes: Uint8Array, ...loads: ReturnType<typeof load>[]): CoreMemory {
  return new CoreMemory(new CachedSource(source(bytes)), loads);
}

function read(memory: CoreMemory, address: number, size: number): number[] | string {
  try {
    return [...bytesOf(memory.read(toAddress(address), size))];
  } catch (error) {
    if (error instanceof MemoryFault) return error.message;
    throw error;
  }
}

test('reads within, across and outside of segments', () => {
  const memory = memoryOf(
    Buffer.concat([PAGE, PAGE]),
    load(0x20000, 4096, 4096),
    load(0x10000, 4096, 0),
    load(0x11000, 64, 10),
  );
  expect(read(memory, 0x10004, 4)).toEqual([...PAGE.subarray(4, 8)]);
  expect(read(memory, 0x10ffe, 4)).toEqual([...PAGE.subarray(4094), ...PAGE.subarray(10, 12)]);
  expect(read(memory, 0x2003f, 1)).toEqual([PAGE[0x3f]]);
  expect(read(memory, 0x1103e, 4)).toMatch(/^4 bytes at 0x1103e are not in the core/);
  expect(read(memory, 0x9fff, 1)).toMatch(/not in the core/);
  expect(read(memory, 0x30000, 1)).toMatch(/not in the core/);
  expect(read(memory, 0x10000, 2 ** 40)).toMatch(/more than is ever read/);
  expect(memory.dumpedWithin(0x10800, 0x20001)).toBe(0x800 + 64 + 1);
});

test('a pointer is what a read of eight bytes says, wherever it lies', () => {
  const bytes = Uint8Array.from({ length: 3 * 4096 }, (_, i) => (i * 7) % 251);
  // A chunk of the file ends within the first segment.
  const memory = memoryOf(bytes, load(0x10000, 3 * 4096 - 8, 0), load(0x12ff8, 4096, 8), load(0x20000, 4096, 2 ** 30));
  for (let address = 0x11fe0; address < 0x13010; address++) {
    const expected = pointerAt(memory.read(toAddress(address), 8), 0);
    expect(memory.pointer(toAddress(address)), `0x${address.toString(16)}`).toBe(expected);
  }
  expect(() => memory.pointer(toAddress(0x13ff4))).toThrow(/not in the core/);
  expect(() => memory.pointer(toAddress(0x30000))).toThrow(/not in the core/);
  expect(() => memory.pointer(toAddress(0x20000))).toThrow(/beyond the end of the core file/);
});

test('units of four hold what a read gives, where there are any', () => {
  const bytes = Uint8Array.from({ length: 5 * 4096 + 6 }, (_, i) => (i * 7) % 251);
  const unaligned = 3;
  const loads = [load(0x10000, 4 * 4096, 0), load(0x20000, 4096, unaligned), load(0x30000, 8192, 4 * 4096)];
  const memory = new CoreMemory(new CachedSource(readInto(bytes)), loads);
  let units = 0;
  for (let address = 0x11fc0; address < 0x14000; address++) units += expectSame(memory, address, 24);
  expect(units).toBeGreaterThan(2000);
  for (let address = 0x20000; address < 0x20100; address++) units += expectSame(memory, address, 8);
  // The file ends before the segment does.
  for (let address = 0x30fe0; address < 0x31020; address++) units += expectSame(memory, address, 8);
  expect(units).toBeLessThan(2200);
  // What was told before stays as it was when other chunks are read.
  const at = memory.unitAt(toAddress(0x10000), 8);
  const of = memory.units;
  memory.read(toAddress(0x13000), 8);
  expect(of[at]).toBe(memory.read(toAddress(0x10000), 4).getUint32(0, true));
  expect(memoryOf(bytes, ...loads).unitAt(toAddress(0x10000), 8)).toBe(-1);
});

/** A source that reads into what it is given, as files do. */
function readInto(bytes: Uint8Array): ByteSource {
  return {
    ...source(bytes),
    readInto(offset, into) {
      const found = bytes.subarray(offset, offset + into.length);
      into.set(found);
      return found.length;
    },
  };
}

/** Whether there are units; they are then compared with what is read. */
function expectSame(memory: CoreMemory, address: number, size: number): number {
  const at = memory.unitAt(toAddress(address), size);
  if (at < 0) return 0;
  const { units } = memory;
  expect([...bytesOf(memory.read(toAddress(address), size))], `0x${address.toString(16)}`).toEqual([
    ...new Uint8Array(units.buffer, units.byteOffset + at * 4, size),
  ]);
  return 1;
}

test('p_memsz is not what was dumped', () => {
  const memory = memoryOf(PAGE, load(0x10000, 4096, 0, 8192));
  expect(read(memory, 0x10ff0, 32)).toMatch(/not in the core/);
});

test('what was cut off is missing, and is not looked for elsewhere', () => {
  const memory = memoryOf(PAGE, load(0x10000, 8192, 0), load(0x13000, 4096, 2 ** 40));
  memory.fillWith((_address, size) => new Uint8Array(size));
  expect(read(memory, 0x10000, 4096)).toEqual([...PAGE]);
  expect(read(memory, 0x10fff, 2)).toMatch(/beyond the end of the core file/);
  expect(read(memory, 0x13000, 1)).toMatch(/beyond the end of the core file/);
  expect(memory.dumpedBytes).toBe(12288);
  expect(memory.missingBytes).toBe(8192);
  expect(read(memory, 0x12000, 2)).toEqual([0, 0]);
});

test('of overlapping segments the lower one is believed', () => {
  const memory = memoryOf(
    Buffer.concat([PAGE, new Uint8Array(8192)]),
    load(0x10800, 4096, 4096),
    load(0x10000, 4096, 0),
  );
  expect(memory.overlapping).toBe(1);
  expect(read(memory, 0x10ffe, 4)).toEqual([...PAGE.subarray(4094), 0, 0]);
  expect(memory.dumpedBytes).toBe(6144);
});

test('what is filled in reaches from dumped bytes to dumped bytes', () => {
  const asked: [number, number][] = [];
  const memory = memoryOf(PAGE, load(0x10000, 16, 0), load(0x10040, 16, 16));
  memory.fillWith((address, size) => {
    asked.push([address, size]);
    return new Uint8Array(Math.min(size, 20)).fill(0xee);
  });
  expect(read(memory, 0x1000c, 0x40)).toEqual([
    ...PAGE.subarray(12, 16),
    ...Array.from({ length: 48 }, () => 0xee),
    ...PAGE.subarray(16, 28),
  ]);
  expect(asked).toEqual([
    [0x10010, 48],
    [0x10024, 28],
    [0x10038, 8],
  ]);
  expect(() => memory.dumpedOnly.read(toAddress(0x1000c), 8)).toThrow(MemoryFault);
});

test('a terabyte is read where it is touched, and a bounded part of it kept', () => {
  const size = 2 ** 40;
  const sparse = new SparseSource(size, [{ at: size - 4096, bytes: PAGE }]);
  const memory = new CoreMemory(new CachedSource(sparse), [load(0x10000, size, 0)]);
  expect(read(memory, 0x10000 + size - 4096, 8)).toEqual([...PAGE.subarray(0, 8)]);
  expect(sparse.bytesRead).toBeLessThan(100_000);
  const before = process.memoryUsage().arrayBuffers;
  for (let at = 0; at < 20_000; at++) memory.read(toAddress(0x10000 + at * 65_536), 8);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 1024 * 1024);
});

test('the cache gives the same bytes as the source', () => {
  const bytes = Uint8Array.from({ length: 100_001 }, (_, i) => (i * 31) % 251);
  const cached = new CachedSource(source(bytes), 32 * 1024);
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed % below;
  };
  for (let i = 0; i < 2000; i++) {
    const offset = random(110_000);
    const length = random(40_000);
    expect(Buffer.from(cached.read(offset, length)).equals(bytes.subarray(offset, offset + length))).toBe(true);
    const view = cached.view(offset, length);
    expect(view === null).toBe(length > 0 && offset + length > bytes.length);
  }
  expect(cached.read(-1, 5).length).toBe(0);
  expect(cached.read(Number.NaN, 5).length).toBe(0);
});
