import { describe, expect, test } from 'vitest';
import { loadBiases } from '../../src/elf/load-bias.js';
import type { Segment } from '../../src/elf/segments.js';
import { toAddress } from '../../src/memory/address.js';
import type { Mapping } from '../../src/memory/mapping.js';

/** [flags, offset, vaddr, filesz] */
function loads(...rows: [number, number, number, number][]): Segment[] {
  return rows.map(([flags, offset, vaddr, filesz]) => ({
    type: 1,
    flags,
    offset,
    vaddr,
    filesz,
    memsz: filesz + 0x500,
    align: 4096,
  }));
}

/** [start, end, permissions, offset] */
function mapped(...rows: [number, number, string, number][]): Mapping[] {
  return rows.map(([start, end, permissions, fileOffset]) => ({
    start: toAddress(start),
    end: toAddress(end),
    readable: permissions.includes('r'),
    writable: permissions.includes('w'),
    executable: permissions.includes('x'),
    fileOffset,
    path: '/lib/libpython3.so',
    deleted: false,
    device: '08:01',
    inode: 7,
  }));
}

const R = 4;
const RX = 5;
const RW = 6;
const library = loads([R, 0, 0, 0x1000], [RX, 0x1000, 0x1000, 0x2000], [RW, 0x3de0, 0x4de0, 0x400]);

describe('the bias', () => {
  test('of a library, the relocation-read-only part split off', () => {
    const at = 0x7f12_3456_0000;
    const mappings = mapped(
      [at, at + 0x1000, 'r', 0],
      [at + 0x1000, at + 0x3000, 'rx', 0x1000],
      [at + 0x4000, at + 0x5000, 'r', 0x3000],
      [at + 0x5000, at + 0x6000, 'rw', 0x4000],
    );
    expect(loadBiases(library, mappings)).toEqual([at]);
  });

  test('of a program linked at a fixed address: none', () => {
    const program = loads([R, 0, 0x400000, 0x1000], [RX, 0x1000, 0x401000, 0x1000], [RW, 0x2dc8, 0x403dc8, 0x300]);
    const mappings = mapped(
      [0x400000, 0x401000, 'r', 0],
      [0x401000, 0x402000, 'rx', 0x1000],
      [0x403000, 0x404000, 'rw', 0x2000],
    );
    expect(loadBiases(program, mappings)).toEqual([0]);
  });

  test('of a prelinked library that could not be put where it wanted: it may be negative', () => {
    const prelinked = loads([RX, 0, 0x3000_0000, 0x2000], [RW, 0x2000, 0x3020_2000, 0x1000]);
    const mappings = mapped([0x1000_0000, 0x1000_2000, 'rx', 0], [0x1020_2000, 0x1020_3000, 'rw', 0x2000]);
    expect(loadBiases(prelinked, mappings)).toEqual([-0x2000_0000]);
  });

  test('with segments that share a page of the file, and 64 KiB pages', () => {
    const shared = loads([RX, 0, 0, 0x12340], [RW, 0x12340, 0x22340, 0x100]);
    const at = 0xffff_8000_0000;
    expect(
      loadBiases(shared, mapped([at, at + 0x20000, 'rx', 0], [at + 0x20000, at + 0x30000, 'rw', 0x10000])),
    ).toEqual([at]);
  });

  test('of a library mapped twice: both', () => {
    const [a, b] = [0x7f00_0000_0000, 0x7e00_0000_0000];
    const copies = [b, a].flatMap((at) =>
      mapped(
        [at, at + 0x1000, 'r', 0],
        [at + 0x1000, at + 0x3000, 'rx', 0x1000],
        [at + 0x4000, at + 0x6000, 'rw', 0x3000],
      ),
    );
    expect(loadBiases(library, copies)).toEqual([b, a]);
  });

  test('of a library that is read as data as well: the one it runs at', () => {
    const at = 0x7f00_0000_0000;
    const mappings = mapped(
      [0x7d00_0000_0000, 0x7d00_0000_5000, 'r', 0],
      [at, at + 0x1000, 'r', 0],
      [at + 0x1000, at + 0x3000, 'rx', 0x1000],
      [at + 0x4000, at + 0x6000, 'rw', 0x3000],
    );
    expect(loadBiases(library, mappings)).toEqual([at]);
  });

  test('of what is not mapped', () => {
    expect(loadBiases(library, [])).toEqual([]);
    expect(loadBiases([], mapped([0x400000, 0x401000, 'r', 0]))).toEqual([]);
  });
});
