import { expect, test } from 'vitest';
import { toAddress } from '../../src/memory/address.js';
import {
  FetchedPage,
  PAGE_BYTES,
  PagedMemory,
  PageRecorder,
  type PageSet,
  type PageSource,
  ReaderPages,
  unitsOf,
} from '../../src/memory/pages.js';
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

test('pages fetched ahead are fetched together, once, and count as read by nobody', () => {
  const calls: number[][] = [];
  const source = new ReaderPages(
    () => expect.unreachable('one by one'),
    (addresses, into, ok) => {
      calls.push([...addresses].map((address) => address / PAGE_BYTES));
      addresses.forEach((address, i) => {
        ok[i] = address / PAGE_BYTES < 20 ? 1 : 0;
        into.fill(address / PAGE_BYTES, i * PAGE_BYTES, (i + 1) * PAGE_BYTES);
      });
    },
  );
  const memory = new PageRecorder(source);
  const owner: PageSet = new Set();
  memory.recordInto(owner);
  memory.prefetch([3, 30, 5]);
  memory.prefetch(new Set([5, 3]));
  memory.prefetch([5, 6]);
  expect(calls).toEqual([[3, 30, 5], [6]]);
  expect(memory.peek(5 * PAGE_BYTES + 8)).toBe(0x05050505 * (2 ** 32 + 1));
  expect(memory.peek(5 * PAGE_BYTES - 7 + PAGE_BYTES)).toBeNull();
  expect(memory.peek(30 * PAGE_BYTES)).toBeNull();
  expect(memory.peek(7 * PAGE_BYTES)).toBeNull();
  expect([memory.has(30 * PAGE_BYTES + 1), memory.has(7 * PAGE_BYTES)]).toEqual([true, false]);
  expect([...owner]).toEqual([]);
  expect(memory.read(toAddress(3 * PAGE_BYTES + 1), 1).getUint8(0)).toBe(3);
  expect(() => memory.pointer(toAddress(30 * PAGE_BYTES))).toThrow();
  expect([...owner]).toEqual([3, 30]);
});

test('a source that has them one by one only is asked when they are read', () => {
  const memory = new PagedMemory({ fetch: () => new DataView(new ArrayBuffer(PAGE_BYTES)) });
  memory.prefetch([1, 2]);
  expect(memory.pages.size).toBe(0);
});

test('a page that the source holds is not fetched, and counts as read by who reads it', () => {
  const bytes = new Uint8Array(3 * PAGE_BYTES);
  for (let page = 0; page < 3; page++) bytes.fill(page + 1, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
  const block = new DataView(bytes.buffer);
  const fetched: number[][] = [];
  const memory = new PageRecorder({
    held: (page) => (page < 3 ? new FetchedPage(block, page * PAGE_BYTES, unitsOf(bytes)) : null),
    fetch: (page) => expect.unreachable(`page ${page} one by one`),
    fetchAll: (pages) => {
      fetched.push([...pages]);
      return { bytes: new Uint8Array(pages.length * PAGE_BYTES).fill(9), ok: new Uint8Array(pages.length).fill(1) };
    },
  });
  const owner: PageSet = new Set();
  memory.recordInto(owner);
  memory.ahead([at(1, 8), at(7, 100), 0, 5, Number.NaN, at(7, 200), at(2)]);
  expect([...owner]).toEqual([]);
  expect(fetched).toEqual([[7]]);
  expect(memory.pointer(at(1, 8))).toBe(0x02020202 * (2 ** 32 + 1));
  expect(bytesOf(memory.read(at(1, PAGE_BYTES - 1), 2))).toEqual(Uint8Array.of(2, 3));
  expect(memory.read(at(7), 1).getUint8(0)).toBe(9);
  expect([...owner]).toEqual([1, 2, 7]);
});

test('units are the bytes that a read gives, where they are in one piece', () => {
  const source: PageSource = {
    fetch: (page) => (page < 9 ? new DataView(new Uint8Array(PAGE_BYTES).map((_, i) => page + i).buffer) : null),
  };
  const memory = new PageRecorder(source);
  const owner: PageSet = new Set();
  memory.recordInto(owner);
  const unit = memory.unitAt(at(3, 12), 8);
  expect(memory.units[unit]).toBe(memory.read(at(3, 12), 4).getUint32(0, true));
  expect([...owner]).toEqual([3]);
  expect(memory.unitAt(at(3, 13), 8)).toBe(-1);
  expect(memory.unitAt(at(3, PAGE_BYTES - 4), 8)).toBe(-1);
  expect(() => memory.unitAt(at(9), 8)).toThrow(MemoryFault);
});
