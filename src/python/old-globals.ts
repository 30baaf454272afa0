/**
 * What do the variables of 2.7 and 3.6 say that later stand in `_PyRuntime`: who holds the GIL, does the collector run,
 * which interpreter is which? Without a symbol table most of these variables cannot be found; then that is not known.
 */
import type { Address } from '../memory/address.js';
import { isUserSpace, toAddress } from '../memory/address.js';
import type { Range } from '../memory/ranges.js';
import { type MemoryReader, readPointer } from '../memory/reader.js';
import type { GilWalk } from './gil-walk.js';
import type { GlobalAddresses, GlobalName } from './layouts/old-layout.js';

/** https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/nptl/bits/pthreadtypes.h (of glibc and musl on x86-64 and AArch64) */
const PTHREAD_COND_BYTES = 48;
/** 48 on AArch64 with glibc; its futex is the first word. */
const PTHREAD_MUTEX_BYTES = 40;
/** A sem_t: its value, which is the futex, comes first. */
const SEM_BYTES = 32;

/** 3.6: the GIL is as later, in variables of their own. null: it cannot be told who holds it. */
export function readGilVariables(memory: MemoryReader, globals: GlobalAddresses): GilWalk | null {
  const { gil_locked, gil_last_holder } = globals;
  const locked = gil_locked === undefined ? null : readInt(memory, gil_locked);
  const waits = {
    taking: ranges(globals, [
      ['gil_cond', PTHREAD_COND_BYTES],
      ['gil_mutex', PTHREAD_MUTEX_BYTES],
    ]),
    switching: ranges(globals, [
      ['switch_cond', PTHREAD_COND_BYTES],
      ['switch_mutex', PTHREAD_MUTEX_BYTES],
    ]),
  };
  // -1: no thread but the main one has ever been started, so there is no GIL yet.
  if (locked === null || locked < 0 || gil_last_holder === undefined) return currentHolds(memory, globals, waits);
  return {
    address: toAddress(gil_locked ?? 0),
    enabled: true,
    locked: locked === 1,
    last_holder: readLink(memory, gil_last_holder),
    ...waits,
  };
}

/** 2.7: a lock that does not say who has it; the one whose thread state is current does. null: as above. */
export function readGilLock(memory: MemoryReader, globals: GlobalAddresses): GilWalk | null {
  const { interpreter_lock } = globals;
  // NULL until a thread is started.
  const lock = interpreter_lock === undefined ? null : readLink(memory, interpreter_lock);
  const waited = lock === null ? [] : [{ start: lock, end: toAddress(lock + SEM_BYTES) }];
  const walk = currentHolds(memory, globals, {
    taking: interpreter_lock === undefined ? null : waited,
    switching: [],
  });
  if (walk === null || lock === null) return walk;
  // Taken, but by nobody yet: one has just got it, or is about to let go of it.
  return { ...walk, locked: walk.locked || readInt(memory, lock) === 0 };
}

/** A thread state is made current once its thread has the GIL, and no longer is before it lets go of it. */
function currentHolds(
  memory: MemoryReader,
  { _PyThreadState_Current }: GlobalAddresses,
  waits: Pick<GilWalk, 'taking' | 'switching'>,
): GilWalk | null {
  if (_PyThreadState_Current === undefined) return null;
  const last_holder = readLink(memory, _PyThreadState_Current);
  return {
    address: toAddress(_PyThreadState_Current),
    enabled: true,
    locked: last_holder !== null,
    last_holder,
    ...waits,
  };
}

/** Whether a collection is under way; null: not known. */
export function readCollectingVariable(memory: MemoryReader, { collecting }: GlobalAddresses): boolean | null {
  return collecting === undefined ? null : readInt(memory, collecting) !== 0;
}

/**
 * Whether there is an interpreter that is not being finalized; null: not known.
 * https://github.com/python/cpython/blob/v2.7.18/Python/pythonrun.c (Py_InitializeEx, Py_Finalize)
 */
export function readInitializedVariable(memory: MemoryReader, globals: GlobalAddresses): boolean | null {
  const initialized = globals['Py_IsInitialized()'];
  return initialized === undefined ? null : readInt(memory, initialized) !== 0;
}

/** The thread state that finalizes; null: none, or not known (2.7 does not note it). */
export function readFinalizingVariable(memory: MemoryReader, { _Py_Finalizing }: GlobalAddresses): Address | null {
  return _Py_Finalizing === undefined ? null : readLink(memory, _Py_Finalizing);
}

interface Lists {
  readonly interpreters: readonly { readonly address: Address; id: number | null; isMain: boolean }[];
  readonly threadStates: readonly { readonly interpreter: Address; interpreterId: number | null; uniqueId: number }[];
  /** Why one of them ends early. */
  readonly problems: readonly string[];
}

/**
 * Numbers interpreters and thread states by age, as later versions do: lists have the newest first. Of a list that ends
 * early that cannot be told.
 */
export function numberByAge(walk: Lists): void {
  if (walk.problems.length > 0) return;
  const count = walk.interpreters.length;
  walk.interpreters.forEach((interpreter, i) => {
    interpreter.id = count - 1 - i;
    interpreter.isMain = interpreter.id === 0;
    const states = walk.threadStates.filter((state) => state.interpreter === interpreter.address);
    states.forEach((state, j) => {
      state.interpreterId = interpreter.id;
      state.uniqueId = states.length - j;
    });
  });
}

/** null: one of them is not known. */
function ranges(globals: GlobalAddresses, wanted: readonly (readonly [GlobalName, bytes: number])[]): Range[] | null {
  const found: Range[] = [];
  for (const [name, bytes] of wanted) {
    const start = globals[name];
    if (start === undefined) return null;
    found.push({ start: toAddress(start), end: toAddress(start + bytes) });
  }
  return found;
}

function readInt(memory: MemoryReader, address: number): number {
  return memory.read(toAddress(address), 4).getInt32(0, true);
}

function readLink(memory: MemoryReader, address: number): Address | null {
  const value = readPointer(memory, toAddress(address));
  return isUserSpace(value) ? (value as Address) : null;
}
