/** What is taken for a core, and what is said of everything else? */
import { describe, expect, test } from 'vitest';
import { PystackError } from '../../../src/errors.js';
import { readCoreHeaders } from '../../../src/process/core/core-headers.js';
import { PYSTACK_NOTE } from '../../../src/process/core/core-notes.js';
import { mapping, smallCore } from './forge.js';
import { source } from './sources.js';

function refusalOf(bytes: Uint8Array): string {
  try {
    readCoreHeaders(source(bytes));
  } catch (error) {
    if (error instanceof PystackError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

function changed(change: (core: Buffer) => void): Buffer {
  const core = smallCore();
  change(core);
  return core;
}

describe('refused, each for its own reason', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /^not-a-core: .* is empty$/],
    ['zeros', new Uint8Array(8192), /^not-a-core: .* is not a core file$/],
    ['text', Buffer.from('Segmentation fault (core dumped)\n'.repeat(10)), /^not-a-core/],
    ['a few letters', Buffer.from('ab'), /^not-a-core/],
    ['an executable', changed((core) => core.writeUInt16LE(2, 16)), /^not-a-core: .* is a program or library/],
    ['a library', changed((core) => core.writeUInt16LE(3, 16)), /^not-a-core: .* is a program or library/],
    ['an object file', changed((core) => core.writeUInt16LE(1, 16)), /^not-a-core: .* is an object file/],
    ['32 bits', changed((core) => core.writeUInt8(1, 4)), /^wrong-architecture: .*32-bit/],
    ['big-endian', changed((core) => core.writeUInt8(2, 5)), /^wrong-architecture: .*big-endian/],
    ['RISC-V', changed((core) => core.writeUInt16LE(243, 18)), /^wrong-architecture: .*RISC-V/],
    ['no such class', changed((core) => core.writeUInt8(9, 4)), /^core-unreadable/],
    ['no segments', changed((core) => core.writeUInt16LE(0, 56)), /^core-unreadable: .*holds no program headers/],
    ['strange headers', changed((core) => core.writeUInt16LE(57, 54)), /^core-unreadable: .*57 bytes/],
    ['headers nowhere', changed((core) => core.writeBigUInt64LE(2n ** 63n, 32)), /^core-unreadable/],
    ['headers in the header', changed((core) => core.writeBigUInt64LE(0n, 32)), /^core-unreadable/],
  ])('%s', (_name, bytes, expected) => {
    expect(refusalOf(bytes)).toMatch(expected);
  });

  test.each([1, 3, 4, 15, 16, 17, 19, 20, 40, 63, 64, 100])('cut after %i bytes', (length) => {
    expect(refusalOf(smallCore().subarray(0, length))).toMatch(length < 4 ? /^not-a-core/ : /^core-unreadable/);
  });
});

test('another machine that is supported', () => {
  expect(readCoreHeaders(source(smallCore({ machine: 'aarch64' }))).machine).toBe('aarch64');
});

test('missing program headers are counted', () => {
  const whole = readCoreHeaders(source(smallCore()));
  const cut = readCoreHeaders(source(smallCore().subarray(0, 64 + 3 * 56 + 7)));
  expect(cut.loads).toEqual(whole.loads.slice(0, 2));
  expect(cut.problems).toEqual(['2 of its 5 program headers are missing']);
});

test('more segments than the header can count', () => {
  const count = 70_000;
  const mappings = Array.from({ length: count }, (_, i) => mapping(0x100000 + i * 8192, 0x101000 + i * 8192));
  const core = smallCore({ pages: [], mappings });
  expect(core.readUInt16LE(56)).toBe(0xffff);
  const headers = readCoreHeaders(source(core));
  expect(headers.loads.length).toBe(count);
  expect(headers.problems).toEqual([]);
  expect(headers.writtenBy).toBe('kernel');
  // Where that section header is lost, what the file holds is taken.
  core.writeBigUInt64LE(2n ** 62n, 40);
  const without = readCoreHeaders(source(core));
  expect(without.loads.length).toBeGreaterThanOrEqual(count);
  expect(without.problems[0]).toMatch(/number of its segments/);
  core.writeBigUInt64LE(BigInt(64 + (count + 1) * 56), 40);
  core.writeUInt32LE(0xffff_ffff, 64 + (count + 1) * 56 + 44);
  expect(readCoreHeaders(source(core)).problems[0]).toMatch(/program headers are missing/);
});

test('segments that make no sense are left out', () => {
  const core = changed((bytes) => bytes.writeBigUInt64LE(2n ** 62n, 64 + 56 + 32));
  const headers = readCoreHeaders(source(core));
  expect(headers.loads.length).toBe(readCoreHeaders(source(smallCore())).loads.length - 1);
  expect(headers.problems).toEqual(['1 of its program headers make no sense']);
});

test('our own note has our name', () => {
  expect(PYSTACK_NOTE.owner).toBe('pystack');
  expect(smallCore().includes('pystack\0')).toBe(true);
});
