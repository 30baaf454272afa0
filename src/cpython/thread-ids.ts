/**
 * Which kernel thread is a Python thread? From 3.11 on the interpreter notes `gettid()`. Before, it knows only
 * `pthread_self()`: the address of the C library's `struct pthread`, in which the kernel's id stands somewhere. Where,
 * the process itself shows: it is the word that holds one of its thread ids in every thread, another one in each.
 */
import type { Address } from '../memory/address.js';
import { isUserSpace } from '../memory/address.js';
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
): Map<Address, number | null> {
  const processIds = new Set(innerTids);
  const ids = new Map<Address, number | null>();
  const unresolved: Identified[] = [];
  for (const threadState of threadStates) {
    const noted = threadState.nativeThreadId;
    if (noted !== null && processIds.has(noted)) {
      ids.set(threadState.address, noted);
    } else {
      // Not noted, or noted before a fork() that the interpreter was not told of.
      ids.set(threadState.address, null);
      if (isUserSpace(threadState.threadId)) unresolved.push(threadState);
    }
  }
  const structs = readThreadStructs(memory, unresolved);
  const offset = findTidOffset([...structs.values()], processIds);
  if (offset !== null) {
    for (const threadState of unresolved) {
      const tid = wordAt(structs.get(threadState.threadId), offset);
      if (tid !== null && processIds.has(tid)) ids.set(threadState.address, tid);
    }
  }
  dropDoubleClaims(threadStates, ids, hasFrames);
  return ids;
}

/** The beginning of each `struct pthread`, by pthread_self; those of threads that are gone may not be there any more. */
function readThreadStructs(memory: MemoryReader, threadStates: readonly Identified[]): Map<number, Int32Array> {
  const structs = new Map<number, Int32Array>();
  for (const { threadId } of threadStates) {
    if (structs.has(threadId)) continue;
    const words = readWords(memory, threadId as Address, SCAN_BYTES) ?? readWords(memory, threadId as Address, 0x2d4);
    if (words) structs.set(threadId, words);
  }
  return structs;
}

function readWords(memory: MemoryReader, address: Address, bytes: number): Int32Array | null {
  try {
    const view = memory.read(address, bytes);
    const words = new Int32Array(bytes / 4);
    for (let i = 0; i < words.length; i++) words[i] = view.getInt32(4 * i, true);
    return words;
  } catch (error) {
    reasonOf(error);
    return null;
  }
}

/**
 * The offset at which most structs hold a thread id, each a different one, and all others none (0: the kernel clears it
 * when a thread ends). null: there is no such word.
 */
function findTidOffset(structs: readonly Int32Array[], innerTids: ReadonlySet<number>): number | null {
  let best: number | null = null;
  let bestCount = 0;
  const offsets = [GLIBC_X86_64_TID];
  for (let offset = 0; offset < SCAN_BYTES; offset += 4) offsets.push(offset);
  for (const offset of offsets) {
    const count = distinctIds(structs, offset, innerTids);
    if (count > bestCount) {
      best = offset;
      bestCount = count;
      if (count === structs.length) break;
    }
  }
  return best;
}

/** How many structs hold a thread id at `offset`; 0 if two hold the same, for then it is something else. */
function distinctIds(structs: readonly Int32Array[], offset: number, innerTids: ReadonlySet<number>): number {
  const found = new Set<number>();
  for (const struct of structs) {
    const word = wordAt(struct, offset);
    if (word === null || !innerTids.has(word)) continue;
    if (found.has(word)) return 0;
    found.add(word);
  }
  return found.size;
}

function wordAt(struct: Int32Array | undefined, offset: number): number | null {
  return struct?.[offset / 4] ?? null;
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
