import { expect, test } from 'vitest';
import { readChunks } from '../../src/memory/chunks.js';
import { FakeMemory } from '../support/memory.js';

const BASE = 0x10_0000;
const PAGE = 4096;
const MEBIBYTE = 2 ** 20;

const found = (memory: FakeMemory, size: number, overlap: number) =>
  [...readChunks(memory, { start: BASE, end: BASE + size }, overlap)].map(({ start, view }) => [
    start - BASE,
    view.byteLength,
  ]);

test('large chunks, each reaching into the next', () => {
  const memory = new FakeMemory();
  memory.allocate(2 * MEBIBYTE + 100, BASE);
  expect(found(memory, 2 * MEBIBYTE + 100, 16)).toEqual([
    [0, MEBIBYTE + 16],
    [MEBIBYTE, MEBIBYTE + 16],
    [2 * MEBIBYTE, 100],
  ]);
});

test('page by page where there is a hole, and never past what can be read', () => {
  const memory = new FakeMemory();
  memory.allocate(2 * PAGE, BASE);
  memory.allocate(PAGE, BASE + 3 * PAGE);
  expect(found(memory, 4 * PAGE, 16)).toEqual([
    [0, PAGE + 16],
    [PAGE, PAGE],
    [3 * PAGE, PAGE],
  ]);
});

test('a range outside of user space is empty', () => {
  expect([...readChunks(new FakeMemory(), { start: 0, end: 100 })]).toEqual([]);
  expect([...readChunks(new FakeMemory(), { start: 2 ** 60, end: 2 ** 60 + 8 })]).toEqual([]);
});
