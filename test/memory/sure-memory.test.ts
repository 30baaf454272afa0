/** When does a zero that was read count, where pages of memory may be lost? */
import { beforeEach, expect, test } from 'vitest';
import { type Address, toAddress } from '../../src/memory/address.js';
import { PAGE_BYTES } from '../../src/memory/pages.js';
import { MemoryFault, type MemoryReader, readContent, readPointer } from '../../src/memory/reader.js';
import { SureMemory } from '../../src/memory/sure-memory.js';
import { hasZeroedPage, isLostZero, readTable } from '../../src/memory/zeroed-pages.js';

const START = 0x10000;
const PAGES = 6;
let bytes: Uint8Array;
let sure: SureMemory;
const beneath: MemoryReader = {
  read(address: Address, size: number) {
    const at = address - START;
    if (at < 0 || at + size > bytes.length) throw new MemoryFault(address, size);
    return new DataView(bytes.buffer, at, size);
  },
};

/** The address of a byte of the page of that number. */
const at = (page: number, offset = 0) => toAddress(START + page * PAGE_BYTES + offset);

beforeEach(() => {
  bytes = new Uint8Array(PAGES * PAGE_BYTES);
  sure = new SureMemory(beneath, false);
});

const isBelieved = (read: () => unknown) => {
  try {
    read();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(MemoryFault);
    expect(`${error}`).toContain('may be lost');
    return false;
  }
};

test('a zero counts where something else stands on its page', () => {
  bytes[8] = 1;
  expect(readPointer(sure, at(0))).toBe(0);
  expect(sure.read(at(0), 8).getUint32(0)).toBe(0);
  expect(isBelieved(() => readPointer(sure, at(1)))).toBe(false);
  expect(isBelieved(() => sure.read(at(1, 16), 8))).toBe(false);
  // Partly on a page that is lost.
  expect(isBelieved(() => sure.read(at(0, PAGE_BYTES - 8), 16))).toBe(false);
  expect(isBelieved(() => readPointer(sure, at(0, PAGE_BYTES - 4)))).toBe(false);
  // What cannot be read is that.
  expect(() => readPointer(sure, at(PAGES))).toThrow('cannot be read');
});

test('zeros of content are true, unless they begin or end where the page does', () => {
  const whole = { start: at(0, 100), end: at(3, 100) };
  const content = () => isBelieved(() => readContent(sure, at(1), 200, whole));
  bytes[50] = 1;
  bytes[3 * PAGE_BYTES + 2000] = 1;
  expect(content()).toBe(true);
  // It is believed from then on, and what else is on its pages is not.
  expect(isBelieved(() => sure.read(at(1, 8), 8))).toBe(true);
  expect(isBelieved(() => readContent(sure, at(2), 8, { start: at(1), end: at(2, 100) }))).toBe(true);
  expect(isBelieved(() => sure.read(at(2, 200), 8))).toBe(false);
  for (const edge of [PAGE_BYTES - 1, 3 * PAGE_BYTES]) {
    beforeAgain();
    bytes[edge] = 1;
    expect(content()).toBe(false);
    bytes[edge] = 0;
  }
});

function beforeAgain(): void {
  sure = new SureMemory(beneath, false);
}

test('memory of its own that begins within a page of zeros is lost with what the allocator keeps there', () => {
  const whole = { start: at(1, 64), end: at(1, 128) };
  const read = (isOwn: boolean) => isBelieved(() => readContent(sure, at(1, 64), 8, whole, isOwn));
  expect(read(true)).toBe(false);
  beforeAgain();
  expect(read(false)).toBe(true);
  // Of memory that is known to be damaged nothing is taken for true.
  sure = new SureMemory(beneath, true);
  expect(read(false)).toBe(false);
});

test('a page that is lost makes all others doubtful', () => {
  expect(isBelieved(() => readPointer(sure, at(2)))).toBe(false);
  expect(isBelieved(() => readContent(sure, at(1, 64), 8, { start: at(1, 64), end: at(1, 128) }, false))).toBe(false);
});

test('tables are read as they stand, and who reads them is told to count', () => {
  bytes[PAGE_BYTES] = 1;
  expect(readTable(sure, at(0), 16).byteLength).toBe(16);
  expect(hasZeroedPage(sure, at(0), 16)).toBe(true);
  expect(hasZeroedPage(sure, at(1), 16)).toBe(false);
  expect(hasZeroedPage(sure, at(1), PAGE_BYTES + 1)).toBe(true);
  // Of memory that cannot have lost anything, a page of zeros is one.
  expect(hasZeroedPage(beneath, at(0), 16)).toBe(false);
  // What asks for lost zeros sees them here, too.
  expect(isLostZero(sure, at(1), at(2))).toBe(true);
});
