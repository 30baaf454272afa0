import { expect, test } from 'vitest';
import { toAddress } from '../../src/memory/address.js';
import { PAGE_BYTES, PagedMemory } from '../../src/memory/pages.js';
import { MemoryFault } from '../../src/memory/reader.js';
import { attribute, ReadLog } from '../../src/moment/attribution.js';
import type { ThreadStateWalk } from '../../src/python/runtime.js';

const at = (page: number, offset = 0) => toAddress(page * PAGE_BYTES + offset);
const stateAt = (page: number, offset = 0) => ({ address: at(page, offset) }) as ThreadStateWalk;

/** "owner:page" of each page noted for these reads. */
function owners(reads: [page: number, offset: number, size: number][], states: ThreadStateWalk[], tids: number[]) {
  const log = new ReadLog({ read: (_, size) => new DataView(new ArrayBuffer(size)) });
  for (const [page, offset, size] of reads) log.read(at(page, offset), size);
  const noted: string[] = [];
  const tidOf = new Map(states.map((state, i) => [state.address, tids[i] ?? null]));
  attribute(log.reads, states, 300, tidOf, (tid, page) => noted.push(`${tid ?? 'all'}:${page}`));
  return noted;
}

test('a thread state is its thread’s, everything else is everybody’s', () => {
  const states = [stateAt(20), stateAt(10, 64)];
  const reads: [number, number, number][] = [
    [10, 0, 64],
    [10, 64, 100],
    [10, 64 + 299, 1],
    [10, 64 + 300, 1],
    [20, 16, 8],
    [5, 0, 8],
  ];
  expect(owners(reads, states, [200, 100])).toEqual(['all:10', '100:10', '100:10', 'all:10', '200:20', 'all:5']);
});

test('a read that crosses a page is noted for both', () => {
  expect(owners([[10, PAGE_BYTES - 8, 300]], [stateAt(10, PAGE_BYTES - 8)], [100])).toEqual(['100:10', '100:11']);
});

test('a thread state without a thread is everybody’s', () => {
  expect(owners([[10, 0, 8]], [stateAt(10)], [])).toEqual(['all:10']);
});

test('a read is noted once, whichever way it is asked for, and one that fails as well', () => {
  const page = (number: number) => (number === 2 ? null : new DataView(new ArrayBuffer(PAGE_BYTES)));
  const log = new ReadLog(new PagedMemory({ fetch: page }));
  log.pointer(at(1, 8));
  log.unitAt(at(1, 16), 24);
  expect(log.unitAt(at(1, 17), 24)).toBe(-1);
  log.read(at(1, 17), 24);
  expect(() => log.unitAt(at(2, 16), 24)).toThrow(MemoryFault);
  expect(() => log.pointer(at(2, 8))).toThrow(MemoryFault);
  const expected = [at(1, 8), at(1, 16), at(1, 17), at(2, 16), at(2, 8)];
  expect(log.reads.map(({ address }) => address)).toEqual(expected);
});
