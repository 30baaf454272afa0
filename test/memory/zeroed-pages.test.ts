/** When does a zero that was read tell nothing? */
import { expect, test } from 'vitest';
import type { Address } from '../../src/memory/address.js';
import { PAGE_BYTES } from '../../src/memory/pages.js';
import { MemoryFault, type MemoryReader } from '../../src/memory/reader.js';
import { isLostZero, isZeroedPage } from '../../src/memory/zeroed-pages.js';

const START = 0x10000;
/** Three pages: one with a word at its end, one of zeros, one with a word at its end; behind them there is nothing. */
const bytes = new Uint8Array(3 * PAGE_BYTES);
bytes[PAGE_BYTES - 8] = 1;
bytes[3 * PAGE_BYTES - 1] = 1;
const memory: MemoryReader = {
  read(address: Address, size: number) {
    const at = address - START;
    if (at < 0 || at + size > bytes.length) throw new MemoryFault(address, size);
    return new DataView(bytes.buffer, at, size);
  },
};

test('a page of zeros is one from whichever of its bytes it is asked', () => {
  const pages = [0, 1, 2, 3].map((page) => isZeroedPage(memory, START + page * PAGE_BYTES + 100));
  // What cannot be read is no page of zeros.
  expect(pages).toEqual([false, true, false, false]);
  expect(isZeroedPage(memory, 0)).toBe(false);
});

test('a zero is lost on a page of zeros behind the page where something is', () => {
  const known = START + PAGE_BYTES - 8;
  expect(isLostZero(memory, known, START + PAGE_BYTES)).toBe(true);
  expect(isLostZero(memory, known, known - 64)).toBe(false);
  expect(isLostZero(memory, known + PAGE_BYTES, START + 2 * PAGE_BYTES)).toBe(false);
});

test('no more is read than tells it: it may be in a file', () => {
  let last = 0;
  const noting: MemoryReader = {
    read(address, size) {
      last = Math.max(last, address + size);
      return memory.read(address, size);
    },
  };
  const some = new Uint8Array(bytes.buffer, 2 * PAGE_BYTES + 16, 8);
  some.fill(1);
  expect(isZeroedPage(noting, START + 3 * PAGE_BYTES - 1)).toBe(false);
  some.fill(0);
  expect(last).toBe(START + 2 * PAGE_BYTES + 24);
});
