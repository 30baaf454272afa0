/**
 * Where is a pointer to an interpreter? Before 3.7 there is no `_PyRuntime`, and a stripped program has no symbol for
 * `interp_head`. But a PyInterpreterState is known by its thread states, which point back to it; so every word that
 * could be such a pointer is tried: first those beside `_PyThreadState_Current`, which is always exported and defined in
 * the same file, then all of the module's data.
 * https://github.com/python/cpython/blob/v2.7.18/Python/pystate.c#L36-L46
 */

import { type Address, isUserSpace, offsetBy, toAddress } from '../memory/address.js';
import { readChunks } from '../memory/chunks.js';
import { PAGE_BYTES, PagedMemory } from '../memory/pages.js';
import type { Range } from '../memory/ranges.js';
import { MemoryFault, type MemoryReader, pointerAt, readPointer } from '../memory/reader.js';
import type { Layout } from '../python/layouts/layout.js';
import type { Module } from './module.js';
import type { Candidate, Search, Strategy } from './strategy.js';

const WORD = 8;
/** What malloc aligns to; interpreters are never elsewhere. */
const MALLOC_ALIGNMENT = 16;
/** Bytes before and behind: a handful of variables. */
const NEIGHBOURHOOD = 256;
/** Searched in one module: no build of these versions has more data. */
const MAX_SEARCH = 16 * 1024 * 1024;

export const byNeighbour: Strategy = {
  name: 'symbol',
  *candidates(module, search): Generator<Candidate, string> {
    const symbol = module.dynamicSymbol('_PyThreadState_Current');
    if (!symbol) return 'exports no symbol _PyThreadState_Current';
    const ranges = module.biases.map((bias) => {
      const at = bias + Math.floor(symbol.value / WORD) * WORD;
      return { start: Math.max(0, at - NEIGHBOURHOOD), end: at + NEIGHBOURHOOD };
    });
    yield* pointersToInterpreters(module, search, ranges, 'beside the symbol _PyThreadState_Current in .dynsym');
    return 'no interpreter beside the symbol _PyThreadState_Current';
  },
};

export const byInterpreter: Strategy = {
  name: 'scan',
  *candidates(module, search): Generator<Candidate, string> {
    if (oldLayouts(module, search).length === 0) return 'nothing about it says that it is a Python before 3.7';
    const how = 'a pointer to what looks like an interpreter';
    yield* pointersToInterpreters(module, search, module.writableRanges, how);
    return search.outOfTime() ? 'no interpreter in what could be searched in time' : 'no interpreter in its data';
  },
};

function oldLayouts(module: Module, search: Search): Layout[] {
  return search.layouts(module).filter(({ root }) => root.kind === 'variables');
}

/** Candidates for `interp_head`: those that lead to most interpreters first, as others point to only one of them. */
function* pointersToInterpreters(
  module: Module,
  search: Search,
  ranges: readonly Range[],
  how: string,
): Generator<Candidate> {
  const layouts = oldLayouts(module, search);
  const found: { address: Address; interpreters: number }[] = [];
  const counted = new Map<number, number>();
  // A core is read in place; asked for more than is needed, it would tell of files that it lacks.
  const memory = module.isLive ? pageByPage(module.memory) : module.memory;
  let left = MAX_SEARCH;
  for (const range of ranges) {
    const end = Math.min(range.end, range.start + left);
    for (const { start, view } of readChunks(module.memory, { start: range.start, end })) {
      if (search.outOfTime() || left <= 0) break;
      left -= view.byteLength;
      for (let i = Math.ceil(start / WORD) * WORD - start; i + WORD <= view.byteLength; i += WORD) {
        const pointer = pointerAt(view, i);
        if (pointer === 0 || pointer % MALLOC_ALIGNMENT !== 0 || !search.isWritable(pointer)) continue;
        let interpreters = counted.get(pointer);
        if (interpreters === undefined) {
          interpreters = Math.max(...layouts.map((layout) => countInterpreters(memory, pointer, layout)));
          counted.set(pointer, interpreters);
        }
        if (interpreters > 0) found.push({ address: toAddress(start + i), interpreters });
      }
    }
  }
  found.sort((a, b) => b.interpreters - a.interpreters);
  for (const { address } of found) yield { address, how, isGuess: true };
}

/**
 * The same memory, each page read once: thousands of words may be pointers, to few pages. What is found is proven by
 * another reading. Where not all of a page is there, its words are read one by one.
 */
function pageByPage(memory: MemoryReader): MemoryReader {
  const paged = new PagedMemory({
    fetch(page) {
      try {
        return memory.read(toAddress(page * PAGE_BYTES), PAGE_BYTES);
      } catch (error) {
        if (error instanceof MemoryFault) return null;
        throw error;
      }
    },
  });
  return {
    read(address, size) {
      try {
        return paged.read(address, size);
      } catch (error) {
        if (error instanceof MemoryFault) return memory.read(address, size);
        throw error;
      }
    },
  };
}

/** More than any process has. */
const INTERPRETERS_LIMIT = 1024;

/** How many interpreters there are from `pointer` on, each with a thread state that points back; 0: there is none. */
function countInterpreters(memory: MemoryReader, pointer: number, layout: Layout): number {
  const seen = new Set<number>();
  try {
    for (
      let at = pointer;
      at !== 0;
      at = readPointer(memory, offsetBy(at as Address, layout.PyInterpreterState.next))
    ) {
      if (!isUserSpace(at) || seen.has(at) || seen.size >= INTERPRETERS_LIMIT) return 0;
      seen.add(at);
      const thread = readPointer(memory, offsetBy(at as Address, layout.PyInterpreterState.threads_head));
      if (!isUserSpace(thread) || thread % WORD !== 0) return 0;
      if (readPointer(memory, offsetBy(thread as Address, layout.PyThreadState.interp)) !== at) return 0;
    }
  } catch (error) {
    if (error instanceof MemoryFault) return 0;
    throw error;
  }
  return seen.size;
}
