/**
 * Which threads are there, when nothing leads to them? Every thread state holds the thread's pointer to itself
 * (`pthread_self()`), which the registers of a core tell of each thread, and of a process that runs the C library's own block
 * of each thread. So memory is searched for these words; what they stand in has to show that it is a thread state.
 */
import type { Address } from '../memory/address.js';
import { isUserSpace, toAddress } from '../memory/address.js';
import { readChunks } from '../memory/chunks.js';
import type { Range } from '../memory/ranges.js';
import { findWords, Words } from '../memory/word-scan.js';
import type { Locatable } from '../process/process.js';
import { readFrames } from '../python/frames.js';
import { readDataStack } from '../python/lost/data-stack.js';
import { partOf } from '../python/part.js';
import { reasonOf } from '../python/problem.js';
import type { Python } from '../python/python.js';
import type { Search } from './strategy.js';

const WORD = 8;
/** What malloc aligns to. */
const MALLOC_ALIGNMENT = 16;
/** More than any interpreter has counted up to. */
const MOST_ID = 2 ** 40;
/** More threads than any process has started; numbers so small are seldom anything else. */
const MOST_AT_ONCE = 2 ** 20;
/** Proofs that a thread state needs; each by itself could be chance. */
const ENOUGH = 2;
/** ... and of one that would be the only one of its interpreter: in locks stand pointers of threads, too. */
const LEAST = 1;

/** Threads by their pointers to themselves. */
export type ThreadPointers = ReadonlyMap<number, { readonly tid: number }>;

const THREAD_STATE = partOf(({ PyThreadState: { prev, next, interp, native_thread_id, id, exc_info }, frames }) => ({
  current: frames.kind === 'frame-objects' ? frames.tstate_frame : frames.tstate_current,
  prev,
  next,
  interp,
  native_thread_id,
  id,
  exc_info,
}));

/** Where one of the pointers stands in memory: with what it may be the thread state of, read by each layout. */
export interface Sighting {
  readonly at: Address;
  readonly pointer: number;
}

export interface SearchedThreads {
  readonly pointers: ThreadPointers;
  readonly sightings: readonly Sighting[];
}

/** All places that may be in a thread state. `ranges`: memory that can be written to. */
export function sightThreads(
  target: Locatable,
  pointers: ThreadPointers,
  ranges: readonly Range[],
  outOfTime: () => boolean,
): SearchedThreads {
  const words = new Words();
  for (const pointer of pointers.keys()) words.add(pointer);
  const sightings: Sighting[] = [];
  if (words.size > 0) {
    for (const { at, word } of findWords(target.memory, ranges, words, outOfTime))
      sightings.push({ at, pointer: word });
  }
  return { pointers, sightings };
}

/**
 * The thread states among what was seen, as this layout has them. Of several that are of one thread and one interpreter the
 * best proven counts: thread states of threads that are over lie about, and their pointers are used again. `known`: interpreters
 * that were found otherwise.
 */
export function threadStatesAt(
  python: Python,
  { pointers, sightings }: SearchedThreads,
  search: Pick<Search, 'isWritable'>,
  known: Iterable<number> = [],
): Address[] {
  const best = new Map<string, { address: Address; proofs: number }>();
  /** With nothing but themselves to speak for them, by pointer. */
  const alone = new Map<number, { address: number; interpreter: number; proofs: number }[]>();
  const proven = new Set<number>();
  const interpreters = new Set(known);
  for (const { at, pointer } of sightings) {
    const address = at - python.layout.PyThreadState.thread_id;
    const found = proofsOf(python, address, pointers.get(pointer)?.tid ?? 0, search);
    if (found === null) continue;
    if (found.proofs < ENOUGH) {
      if (found.isAtWork) alone.set(pointer, [...(alone.get(pointer) ?? []), { address, ...found }]);
      continue;
    }
    proven.add(pointer);
    interpreters.add(found.interpreter);
    const key = `${pointer}/${found.interpreter}`;
    const before = best.get(key);
    if (!before || before.proofs < found.proofs) best.set(key, { address: toAddress(address), proofs: found.proofs });
  }
  const addresses = [...best.values()].map(({ address }) => address);
  for (const [pointer, [only, ...more]] of alone) {
    if (only === undefined || more.length > 0 || proven.has(pointer)) continue;
    const isOne = interpreters.size === 0 ? only.proofs >= LEAST : interpreters.has(only.interpreter);
    if (isOne && only.address % MALLOC_ALIGNMENT === 0) addresses.push(toAddress(only.address));
  }
  return addresses;
}

/** How much speaks for a thread state at `address`, and whether it is whole in itself; null: it is none. */
function proofsOf(
  python: Python,
  address: number,
  tid: number,
  { isWritable }: Pick<Search, 'isWritable'>,
): { proofs: number; interpreter: number; isAtWork: boolean } | null {
  if (!isUserSpace(address) || address % WORD !== 0) return null;
  try {
    const at = toAddress(address);
    const { sizeof, next: nextOffset, prev: prevOffset } = python.layout.PyThreadState;
    const state = THREAD_STATE(python).read(python.memory, at);
    const { prev = 0, next, interp: interpreter, native_thread_id, id, exc_info, current } = state;
    if (!isLink(prev) || !isLink(next) || interpreter === 0 || !isLink(interpreter) || (id ?? 0) > MOST_ID) return null;
    // The list has two ends: who is linked to itself, or twice to the same, is the head of some other list.
    if (prev === address || next === address || (prev !== 0 && prev === next)) return null;
    // The pointer and the id of one thread, side by side: that is no chance.
    const isNamed = native_thread_id === tid;
    // It runs Python, and leads to memory wherever it leads: what is left of a thread that is over has no frame.
    const isAtWork =
      (id === undefined ? hasFrames(python, at) : id > 0 && id < MOST_AT_ONCE) &&
      [interpreter, exc_info ?? interpreter, current].every(isWritable) &&
      [prev, next].every((link) => link === 0 || isWritable(link));
    const points = [
      isNamed,
      isNamed,
      exc_info !== undefined && exc_info >= address && exc_info < address + sizeof,
      next !== 0 && prevOffset !== undefined && pointsTo(python, next + prevOffset, address),
      prev !== 0 && pointsTo(python, prev + nextOffset, address),
      pointsTo(python, interpreter + python.layout.PyInterpreterState.threads_head, address),
      hasFrames(python, at),
    ];
    return { proofs: points.filter(Boolean).length, interpreter, isAtWork };
  } catch (error) {
    reasonOf(error);
    return null;
  }
}

function isLink(value: number): boolean {
  return value === 0 || (isUserSpace(value) && value % WORD === 0);
}

function pointsTo(python: Python, at: number, address: number): boolean {
  try {
    return python.pointer(toAddress(at), 0) === address;
  } catch (error) {
    reasonOf(error);
    return false;
  }
}

/** Whether a call is found from the thread state at `address`. Never throws for what memory holds. */
export function hasFrames(python: Python, address: Address): boolean {
  if (readFrames(python, { address }).frames.length > 0) return true;
  return readDataStack(python, address)?.frames().next().done === false;
}

/** Bytes of the C library's block of a thread in which its id stands: see python/thread-ids.ts. */
const BLOCK_BYTES = 0x400;

/**
 * Threads of a process that runs, without its registers: the C library's block of each begins with its own address, and
 * holds the thread's id. https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/x86_64/nptl/tls.h (tcbhead_t), and musl's
 * pthread_impl.h.
 */
export function threadBlocks(
  target: Locatable,
  tids: ReadonlySet<number>,
  ranges: readonly Range[],
  outOfTime: () => boolean,
): ThreadPointers {
  const found = new Map<number, { tid: number }>();
  for (const range of ranges) {
    const aligned = { start: Math.ceil(range.start / WORD) * WORD, end: range.end };
    for (const { start, view } of readChunks(target.memory, aligned, BLOCK_BYTES)) {
      if (outOfTime()) return found;
      for (let i = 0; i + BLOCK_BYTES <= view.byteLength; i += WORD) {
        // The lower half first: of most words that is enough.
        if (view.getUint32(i, true) !== (start + i) % 2 ** 32) continue;
        if (view.getUint32(i + 4, true) !== Math.floor((start + i) / 2 ** 32)) continue;
        for (let word = 16; word < BLOCK_BYTES; word += 4) {
          const tid = view.getInt32(i + word, true);
          if (tids.has(tid) && ![...found.values()].some((one) => one.tid === tid)) {
            found.set(start + i, { tid });
            break;
          }
        }
      }
    }
  }
  return found;
}
