/**
 * Where does memory look like a runtime structure? For programs without symbols, sections or cookie: every place in a
 * module's writable memory is tried at which `interpreters.head`, `.main` and `.next_id` could stand, the same three
 * words in a row since 3.7. Almost all fail the first look (two pointers to writable memory and a small number); the rest
 * have to pass the proof like any candidate.
 * https://github.com/python/cpython/blob/v3.12.1/Include/internal/pycore_runtime.h#L87
 */
import { isUserSpace, toAddress } from '../memory/address.js';
import { readChunks } from './chunks.js';
import type { Module } from './module.js';
import type { Candidate, Search, Strategy } from './strategy.js';

const WORD = 8;
/** Searched in one module: the structure is in the first megabytes of data of every program seen. */
const MAX_SEARCH = 64 * 1024 * 1024;

export const byScan: Strategy = {
  name: 'scan',
  *candidates(module, search): Generator<Candidate, string> {
    const heads = headOffsets(module, search);
    if (heads.length === 0) return 'nothing about it says that it is Python (--exhaustive looks all the same)';
    const isWritable = (address: number) => search.isWritable(address);
    // What belongs to no file is searched for as long as there is time.
    let left = module.isAnonymous ? Number.POSITIVE_INFINITY : MAX_SEARCH;
    for (const range of module.writableRanges) {
      const end = Math.min(range.end, range.start + left);
      for (const { start, view } of readChunks(module.memory, { start: range.start, end }, 2 * WORD)) {
        if (search.outOfTime()) return 'no such place in what could be searched in time';
        left -= view.byteLength;
        for (const at of findWords(view, start, isWritable)) {
          for (const head of heads) {
            if (isUserSpace(at - head)) {
              yield { address: toAddress(at - head), how: 'a place that looks like it', isGuess: true, head };
            }
          }
        }
      }
      if (left <= 0) return 'no such place in the part searched';
    }
    return 'no such place in its data';
  },
};

/** More interpreters than any process has ever had. */
const MAX_NEXT_ID = 2 ** 24;

/** Addresses at which `head`, `main` and `next_id` could stand. */
function* findWords(view: DataView, start: number, isWritable: (address: number) => boolean): Generator<number> {
  const first = Math.ceil(start / WORD) * WORD - start;
  for (let i = first; i + 3 * WORD <= view.byteLength; i += WORD) {
    const low = view.getUint32(i, true);
    if (low === 0 || low % WORD !== 0) continue;
    const nextId = view.getUint32(i + 2 * WORD, true);
    if (nextId === 0 || nextId >= MAX_NEXT_ID || view.getUint32(i + 2 * WORD + 4, true) !== 0) continue;
    const head = low + view.getUint32(i + 4, true) * 0x1_0000_0000;
    if (!isWritable(head)) continue;
    const main = view.getUint32(i + WORD, true) + view.getUint32(i + WORD + 4, true) * 0x1_0000_0000;
    if (main % WORD === 0 && isWritable(main)) yield start + i;
  }
}

/** Offsets of `interpreters.head` that the layouts worth trying have. */
function headOffsets(module: Module, search: Search): number[] {
  const rows = search.layouts(module).map(({ _PyRuntimeState: fields }) => fields);
  // A row where the two words are not neighbours would not be of the shape looked for.
  const fitting = rows.filter((fields) => fields['interpreters.main'] === fields['interpreters.head'] + WORD);
  return [...new Set(fitting.map((fields) => fields['interpreters.head']))];
}
