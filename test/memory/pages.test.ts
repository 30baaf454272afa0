import { expect, test } from 'vitest';
import { toAddress } from '../../src/memory/address.js';
import { PAGE_BYTES, PagedMemory, PageRecorder, type PageSource, ReaderPages } from '../../src/memory/pages.js';
import { bytesOf, MemoryFault } from '../../src/memory/reader.js';

/** Page n holds the byte n everywhere; pages from 100 on are not there. */
class Numbered implements PageSource {
  readonly fetched: number[] = [];

  fetch(page: number): DataView | null {
    this.fetched.push(page);
    return page >= 100 ? null : new DataView(new Uint8Array(PAGE_BYTES).fill(page).buffer);
  }
}

const at = (page: number, offset = 0) => toAddress(page * PAGE_BYTES + offset);

test('a page is fetched once, however many reads it answers', () => {
  const source = new Numbered();
  const memory = new PagedMemory(source);
  for (let i = 0; i < 10; i++) expect(memory.read(at(7, i * 8), 8).getUint8(0)).toBe(7);
  expect(source.fetched).toEqual([7]);
});

test('a read across pages has the bytes of each', () => {
  const memory = new PagedMemory(new Numbered());
  const bytes = bytesOf(memory.read(at(3, PAGE_BYTES - 2), PAGE_BYTES + 4));
  expect([bytes[1], bytes[2], bytes[PAGE_BYTES + 1], bytes[PAGE_BYTES + 2]]).toEqual([3, 4, 4, 5]);
});

test('a page that is not there is a fault, also in the middle of a read, and asked for once', () => {
  const source = new Numbered();
  const memory = new PagedMemory(source);
  expect(() => memory.read(at(100), 1)).toThrow(MemoryFault);
  expect(() => memory.read(at(99, PAGE_BYTES - 4), 8)).toThrow(MemoryFault);
  expect(source.fetched.filter((page) => page === 100)).toHaveLength(1);
});

test('an absurd size is a fault before anything is allocated for it', () => {
  const source: PageSource = { fetch: (page) => (page < 20 ? new DataView(new ArrayBuffer(PAGE_BYTES)) : null) };
  expect(() => new PagedMemory(source).read(at(10), 2 ** 45)).toThrow(MemoryFault);
});

test('pages are noted for the owner of the moment, each once', () => {
  const memory = new PageRecorder(new Numbered());
  const [one, other] = [new Set<number>(), new Set<number>()];
  memory.recordInto(one);
  memory.read(at(1), 8);
  memory.read(at(1, 100), 8);
  memory.read(at(2), 8);
  expect(memory.recordInto(other)).toBe(one);
  memory.read(at(2), 8);
  memory.read(at(3, PAGE_BYTES - 1), 2);
  expect([...one]).toEqual([1, 2]);
  expect([...other]).toEqual([2, 3, 4]);
});

test('a page of which only a part can be read is not there', () => {
  const pages = new ReaderPages((_, into) => into.length - 1);
  expect(pages.fetch(1)).toBeNull();
});
