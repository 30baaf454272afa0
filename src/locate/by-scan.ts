/**
 * Where does memory look like a runtime structure? For programs without symbols, sections or cookie: every place in a
 * module's writable memory is tried at which the words of `interpreters.head` and `.main` could stand. Almost all fail
 * the first look (an ordinary pointer to writable memory, equal to its neighbour or followed by one); the rest have to
 * pass the proof like any candidate.
 */
import { isUserSpace, toAddress } from '../memory/address.js';
import { readChunks } from './chunks.js';
import type { MemoryRange, Module } from './module.js';
import type { Candidate, Search, Strategy } from './strategy.js';

const WORD = 8;
/** Searched in one module: the structure is in the first megabytes of data of every program seen. */
const MAX_SEARCH = 64 * 1024 * 1024;
/** With `--exhaustive`. */
const MAX_EXHAUSTIVE = 1024 * 1024 * 1024;

/** Offsets of the two words that a layout leads us to look for. */
interface Shape {
  readonly head: number;
  readonly main: number;
}

export const byScan: Strategy = {
  name: 'scan',
  *candidates(module, search): Generator<Candidate, string> {
    const shapes = shapesOf(module, search);
    if (shapes.length === 0) return 'nothing about it says that it is Python (--exhaustive looks all the same)';
    const ranges = search.exhaustive ? [...module.writableRanges, ...search.anonymousRanges()] : module.writableRanges;
    const isWritable = membership(search.writableRanges());
    let left = search.exhaustive ? MAX_EXHAUSTIVE : MAX_SEARCH;
    // In a process with one interpreter, head and main are the same; only with more of them must they differ.
    for (const alike of [true, false]) {
      for (const range of ranges) {
        const end = Math.min(range.end, range.start + left);
        for (const { start, view } of readChunks(module.memory, { start: range.start, end })) {
          if (search.outOfTime()) return 'no such place in what could be searched in time';
          left -= view.byteLength;
          for (const at of findPairs(view, start, alike, isWritable)) {
            for (const { head } of shapes) {
              if (isUserSpace(at - head))
                yield { address: toAddress(at - head), how: 'a place that looks like it', isGuess: true };
            }
          }
        }
        if (left <= 0) return 'no such place in the part searched';
      }
    }
    return 'no such place in its data';
  },
};

/** Addresses of pairs of words that could be `head` and `main`; alike, or different ones. */
function* findPairs(
  view: DataView,
  start: number,
  alike: boolean,
  isWritable: (address: number) => boolean,
): Generator<number> {
  const first = Math.ceil(start / WORD) * WORD - start;
  for (let i = first; i + 2 * WORD <= view.byteLength; i += WORD) {
    const low = view.getUint32(i, true);
    if (low === 0 || low % WORD !== 0) continue;
    const high = view.getUint32(i + 4, true);
    // User space ends at 2^56; most words of data are small numbers or text and end here.
    if (high >= 0x1000000) continue;
    const same = view.getUint32(i + 8, true) === low && view.getUint32(i + 12, true) === high;
    if (same !== alike) continue;
    const pointer = low + high * 0x1_0000_0000;
    // Empty lists point to themselves.
    if (pointer === start + i || pointer === start + i + WORD || !isWritable(pointer)) continue;
    if (!alike) {
      const other = view.getUint32(i + 8, true) + view.getUint32(i + 12, true) * 0x1_0000_0000;
      if (other % WORD !== 0 || !isWritable(other)) continue;
    }
    yield start + i;
  }
}

function shapesOf(module: Module, search: Search): Shape[] {
  const shapes: Shape[] = [];
  for (const { _PyRuntimeState: fields } of search.layouts(module)) {
    const head = fields['interpreters.head'];
    const main = fields['interpreters.main'];
    if (main !== head + WORD) continue;
    if (!shapes.some((shape) => shape.head === head)) shapes.push({ head, main });
  }
  return shapes;
}

/** A quick test whether an address lies in one of `ranges`, which are in order and do not overlap. */
function membership(ranges: readonly MemoryRange[]): (address: number) => boolean {
  return (address) => {
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const range = ranges[middle];
      if (range === undefined || address < range.start) high = middle;
      else if (address >= range.end) low = middle + 1;
      else return true;
    }
    return false;
  };
}
