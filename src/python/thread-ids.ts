/**
 * Which kernel thread is a Python thread? From 3.11 on the interpreter notes `gettid()`. Before, it knows only
 * `pthread_self()`: the address of the C library's `struct pthread`, in which the kernel's id stands somewhere. Where,
 * the process itself shows: it is the word that holds one of its thread ids in every thread, another one in each.
 */
import type { Address } from '../memory/address.js';
import { isUserSpace, toAddress } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';
import { reasonOf } from './problem.js';
import type { ThreadStateWalk } from './runtime.js';

/**
 * Offset of `tid` in glibc's struct pthread on x86-64, since 2.10 or before. Tried first: with few threads another word
 * may hold the same number by chance (once `pid` stood right behind it).
 * https://sourceware.org/git/?p=glibc.git;a=blob;f=nptl/descr.h;hb=refs/tags/glibc-2.36
 */
const GLIBC_X86_64_TID = 0x2d0;

/** Bytes of struct pthread in which it is looked for; AArch64's glibc (0xd0) and musl (0x30, 0x38) lie below as well. */
const SCAN_BYTES = 0x400;

function* candidates(): Generator<number> {
  yield GLIBC_X86_64_TID;
  for (let offset = 0; offset < SCAN_BYTES; offset += 4) yield offset;
}

/** Threads that the offset is found by; then it holds for all, since one C library made them. */
const SAMPLE = 64;

type Identified = Pick<ThreadStateWalk, 'address' | 'interpreter' | 'threadId' | 'nativeThreadId' | 'uniqueId'>;

/**
 * The kernel's thread id (in the target's own pid namespace) of each thread state, by its address; null: its thread is
 * gone, has not started yet, or cannot be told. `innerTids` are the process's thread ids there. `hasFrames`, if known,
 * tells which of two thread states that claim one thread is in use: a new one carries its creator's id until its own
 * thread begins, and a forgotten one may carry an id that has been used again.
 */
export function resolveNativeIds(
  memory: MemoryReader,
  threadStates: readonly Identified[],
  innerTids: Iterable<number>,
  hasFrames: (threadState: Identified) => boolean = () => true,
  pointers: ReadonlyMap<number, number> = new Map(),
): Map<Address, number | null> {
  const processIds = new Set(innerTids);
  const byPointer = new Map([...pointers].map(([tid, pointer]) => [pointer, tid]));
  const ids = new Map<Address, number | null>();
  const unresolved: Identified[] = [];
  for (const threadState of threadStates) {
    const noted = threadState.nativeThreadId;
    const pointed = byPointer.get(threadState.threadId) ?? null;
    if (noted !== null && processIds.has(noted)) {
      ids.set(threadState.address, noted);
    } else if (pointed !== null && processIds.has(pointed)) {
      ids.set(threadState.address, pointed);
    } else {
      // Not noted, or noted before a fork() that the interpreter was not told of.
      ids.set(threadState.address, null);
      if (isUserSpace(threadState.threadId)) unresolved.push(threadState);
    }
  }
  const structs = [...new Set(unresolved.map(({ threadId }) => threadId))];
  // Nearly always it is found at the offset that is tried first.
  memory.ahead?.(structs.map((struct) => struct + GLIBC_X86_64_TID));
  const offset = structs.length === 0 ? null : findTidOffset(memory, structs, processIds);
  if (offset !== null) {
    for (const threadState of unresolved) {
      const tid = readWord(memory, threadState.threadId, offset);
      if (tid !== null && processIds.has(tid)) ids.set(threadState.address, tid);
    }
  }
  dropDoubleClaims(threadStates, ids, hasFrames);
  return ids;
}

/**
 * The offset at which most structs hold a thread id, each a different one (a thread that has ended has 0 there, or no
 * memory any more). null: there is no such word.
 */
function findTidOffset(memory: MemoryReader, structs: readonly number[], ids: ReadonlySet<number>): number | null {
  const some = structs.slice(0, SAMPLE);
  let best: number | null = null;
  let bestCount = 0;
  for (const offset of candidates()) {
    const count = distinctIds(memory, some, offset, ids);
    if (count > bestCount) {
      best = offset;
      bestCount = count;
      if (count === some.length) break;
    }
  }
  return best;
}

/** How many structs hold a thread id at `offset`; 0 if two hold the same, for then it is something else. */
function distinctIds(
  memory: MemoryReader,
  structs: readonly number[],
  offset: number,
  ids: ReadonlySet<number>,
): number {
  const found = new Set<number>();
  for (const struct of structs) {
    const word = readWord(memory, struct, offset);
    if (word === null || !ids.has(word)) continue;
    if (found.has(word)) return 0;
    found.add(word);
  }
  return found.size;
}

/** The int at `offset` of a struct pthread; null: a thread that is gone takes its memory along. */
function readWord(memory: MemoryReader, struct: number, offset: number): number | null {
  try {
    return memory.read(toAddress(struct + offset), 4).getInt32(0, true);
  } catch (error) {
    reasonOf(error);
    return null;
  }
}

/** Of several thread states of one interpreter that claim one thread, leaves it to the one in use, else the oldest. */
function dropDoubleClaims(
  threadStates: readonly Identified[],
  ids: Map<Address, number | null>,
  hasFrames: (threadState: Identified) => boolean,
): void {
  const owners = new Map<string, Identified>();
  for (const threadState of threadStates) {
    const tid = ids.get(threadState.address) ?? null;
    if (tid === null) continue;
    // A thread may well have a thread state in each of several interpreters.
    const key = `${threadState.interpreter}/${tid}`;
    const owner = owners.get(key);
    if (owner === undefined) {
      owners.set(key, threadState);
      continue;
    }
    const used = Number(hasFrames(threadState)) - Number(hasFrames(owner));
    const replaces = used > 0 || (used === 0 && threadState.uniqueId < owner.uniqueId);
    ids.set((replaces ? owner : threadState).address, null);
    if (replaces) owners.set(key, threadState);
  }
}
