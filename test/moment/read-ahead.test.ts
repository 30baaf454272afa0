/** Are the pages of many stacks fetched before they are walked, with few calls, whatever their links say? */
import { expect, test } from 'vitest';
import { type Address, toAddress } from '../../src/memory/address.js';
import { PAGE_BYTES, PagedMemory, ReaderPages } from '../../src/memory/pages.js';
import { readAhead } from '../../src/moment/read-ahead.js';
import { layoutFor } from '../../src/python/layouts/index.js';
import { walkOf } from './walks.js';

const page = (n: number) => n * PAGE_BYTES;

/** What readAhead fetches, call by call, where `links` are pointers by address and all pages below 1000 are there. */
function fetched(links: Record<number, number>, firsts: number[], minor: number): number[][] {
  const layout = layoutFor(3, minor, null);
  if (!layout) throw new Error(`no layout for 3.${minor}`);
  const calls: number[][] = [];
  const memory = new PagedMemory(
    new ReaderPages(
      () => 0,
      (addresses, into, ok) => {
        calls.push([...addresses].map((address) => address / PAGE_BYTES));
        const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
        addresses.forEach((start, i) => {
          ok[i] = start < page(1000) ? 1 : 0;
          for (const [at, value] of Object.entries(links)) {
            const offset = Number(at) - start;
            if (offset < 0 || offset >= PAGE_BYTES) continue;
            view.setBigUint64(i * PAGE_BYTES + offset, BigInt(value), true);
          }
        });
      },
    ),
  );
  const { state } = walkOf('5000:6000@2');
  readAhead(
    memory,
    layout,
    firsts.map((currentFrame) => ({ ...state, currentFrame: currentFrame === 0 ? null : toAddress(currentFrame) })),
  );
  return calls;
}

function linkOf(minor: number): number {
  const frames = layoutFor(3, minor, null)?.frames;
  if (frames?.kind === 'frame-objects') return frames.PyFrameObject.f_back;
  return frames?._PyInterpreterFrame.previous ?? 0;
}

test('a step of all threads is one call', () => {
  const link = linkOf(10);
  const links = { [page(10) + link]: page(20), [page(11) + link]: page(21), [page(20) + link]: page(30) + 64 };
  expect(fetched(links, [page(10), page(11), 0], 10)).toEqual([[10, 11], [20, 21], [30]]);
});

test('through the frames of eval loops, and past frames on pages that are there', () => {
  const link = linkOf(11);
  const frames = layoutFor(3, 11, null)?.frames;
  const current = (frames?.kind === 'interpreter-frames' && frames.cframe_current_frame) || 0;
  const links = {
    [page(10) + current]: page(20),
    [page(20) + link]: page(20) + 512,
    [page(20) + 512 + link]: page(19),
  };
  expect(fetched(links, [page(10)], 11)).toEqual([[10], [20], [19]]);
});

test.each([
  ['a cycle', { [page(10) + linkOf(13)]: page(10) }, [[10]]],
  ['a link to nowhere', { [page(10) + linkOf(13)]: 2 ** 60 }, [[10]]],
  ['a page that is not there', { [page(10) + linkOf(13)]: page(2000) }, [[10], [2000]]],
])('%s ends it', (_, links, calls) => {
  expect(fetched(links as Record<Address, number>, [page(10)], 13)).toEqual(calls);
});

test('however long a chain is, the calls are few', () => {
  const links = Object.fromEntries(Array.from({ length: 900 }, (_, n) => [page(n + 1) + linkOf(10), page(n + 2)]));
  expect(fetched(links, [page(1)], 10).length).toBeLessThan(12);
});
