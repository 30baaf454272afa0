import { expect, test } from 'vitest';
import { toAddress } from '../../src/memory/address.js';
import { PAGE_BYTES, type PageSource } from '../../src/memory/pages.js';
import { WordRecorder } from '../../src/memory/touched-words.js';

/** Page n is there below 100, all zeros. */
const zeros: PageSource = {
  fetch: (page) => (page < 100 ? new DataView(new ArrayBuffer(PAGE_BYTES)) : null),
};
const at = (page: number, offset = 0) => toAddress(page * PAGE_BYTES + offset);
const changedAt = (offset: number) => new Uint8Array(PAGE_BYTES).fill(1, offset, offset + 1);

test('a page is the same as long as no word that was read has changed', () => {
  const memory = new WordRecorder(zeros);
  memory.pointer(at(7, 64));
  memory.read(at(7, 131), 2);
  expect(memory.isSame(7, new Uint8Array(PAGE_BYTES))).toBe(true);
  const noticed = Array.from({ length: PAGE_BYTES }, (_, i) => i).filter((i) => !memory.isSame(7, changedAt(i)));
  expect(noticed).toEqual([64, 65, 66, 67, 68, 69, 70, 71, 128, 129, 130, 131, 132, 133, 134, 135]);
});

test('words that were read as units count like others', () => {
  const memory = new WordRecorder(zeros);
  expect(memory.unitAt(at(7, 60), 8)).toBe(15);
  expect(memory.unitAt(at(7, 130), 2)).toBe(-1);
  const noticed = Array.from({ length: PAGE_BYTES }, (_, i) => i).filter((i) => !memory.isSame(7, changedAt(i)));
  expect(noticed).toEqual(Array.from({ length: 16 }, (_, i) => 56 + i));
});

test('words that were read across pages count on each of them', () => {
  const memory = new WordRecorder(zeros);
  memory.read(at(3, PAGE_BYTES - 8), 2 * 8 + PAGE_BYTES);
  memory.pointer(at(9, PAGE_BYTES - 4));
  for (const [page, offset, same] of [
    [3, PAGE_BYTES - 9, true],
    [3, PAGE_BYTES - 1, false],
    [4, 2000, false],
    [5, 7, false],
    [5, 8, true],
    [9, PAGE_BYTES - 1, false],
    [10, 3, false],
    [10, 8, true],
  ] as const) {
    expect(memory.isSame(page, changedAt(offset)), `${page}+${offset}`).toBe(same);
  }
});

test('a page that could not be read is the same only where it cannot be read either', () => {
  const memory = new WordRecorder(zeros);
  memory.pointer(at(7));
  expect(() => memory.pointer(at(100))).toThrow();
  expect(memory.isSame(7, null)).toBe(false);
  expect(memory.isSame(100, null)).toBe(true);
  expect(memory.isSame(100, new Uint8Array(PAGE_BYTES))).toBe(false);
});

test('thousands of pages are told apart', () => {
  const memory = new WordRecorder({ fetch: () => new DataView(new ArrayBuffer(PAGE_BYTES)) });
  for (let page = 1; page < 3000; page++) memory.pointer(at(page, 8 * (page % 512)));
  for (let page = 1; page < 3000; page++) {
    expect(memory.isSame(page, changedAt(8 * (page % 512)))).toBe(false);
    expect(memory.isSame(page, changedAt(8 * ((page + 1) % 512)))).toBe(true);
  }
});

test.each([0, 1, 31, 32, 33, 63, 447])('of a range from word %i on each word counts, and no other', (first) => {
  for (const count of [1, 2, 31, 32, 33, 64, 65]) {
    const memory = new WordRecorder(zeros);
    memory.read(at(7, 8 * first), 8 * count);
    const counts = Array.from({ length: 512 }, (_, word) => !memory.isSame(7, changedAt(8 * word)));
    expect(counts, `${count} words`).toEqual(counts.map((_, word) => word >= first && word < first + count));
  }
});
