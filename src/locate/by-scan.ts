/**
 * Where does memory look like a runtime structure? For programs without symbols, sections or cookie: every place in a
 * module's writable memory is tried at which `interpreters.head`, `.main` and `.next_id` could stand, the same three
 * words in a row since 3.7. Almost all fail the first look (two pointers to writable memory and a small number); the rest
 * have to pass the proof like any candidate.
 * https://github.com/python/cpython/blob/v3.12.1/Include/internal/pycore_runtime.h#L87
 */
import { isUserSpace, toAddress } from '../memory/address.js';
import { readChunks } from '../memory/chunks.js';
import { pointerAt } from '../memory/reader.js';
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
/** `next_id` of who never made a second interpreter. */
const ONE = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);

/**
 * Addresses at which `head`, `main` and `next_id` could stand: first those where the latter is 1, as almost always, which
 * are found without looking at every word.
 */
function* findWords(view: DataView, start: number, isWritable: (address: number) => boolean): Generator<number> {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  for (let i = bytes.indexOf(ONE, 2 * WORD); i >= 0; i = bytes.indexOf(ONE, i + 1)) {
    if ((start + i) % WORD === 0 && isPair(view, i - 2 * WORD, isWritable)) yield start + i - 2 * WORD;
  }
  const first = Math.ceil(start / WORD) * WORD - start;
  for (let i = first; i + 3 * WORD <= view.byteLength; i += WORD) {
    const nextId = view.getUint32(i + 2 * WORD, true);
    if (nextId <= 1 || nextId >= MAX_NEXT_ID || view.getUint32(i + 2 * WORD + 4, true) !== 0) continue;
    if (isPair(view, i, isWritable)) yield start + i;
  }
}

/** Whether two pointers to writable memory stand at `i`. */
function isPair(view: DataView, i: number, isWritable: (address: number) => boolean): boolean {
  const head = pointerAt(view, i);
  if (head === 0 || head % WORD !== 0 || !isWritable(head)) return false;
  const main = pointerAt(view, i + WORD);
  return main % WORD === 0 && isWritable(main);
}

/** Offsets of `interpreters.head` that the layouts worth trying have. */
function headOffsets(module: Module, search: Search): number[] {
  const rows = search.layouts(module).map(({ _PyRuntimeState: fields }) => fields);
  // A row where the two words are not neighbours would not be of the shape looked for.
  const fitting = rows.filter((fields) => fields['interpreters.main'] === fields['interpreters.head'] + WORD);
  return [...new Set(fitting.map((fields) => fields['interpreters.head']))];
}
