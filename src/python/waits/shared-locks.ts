/**
 * Which locks of `multiprocessing` does a process have that others share? Each process has an object of its own for the
 * semaphore, which says how often that process has taken it, and by which thread.
 *
 * A child of a plain `os.fork()` inherits what its parent's object said, and a release by another process is not noted at
 * all: what one object says counts only beside what all the others do.
 * https://github.com/python/cpython/blob/v3.12.1/Modules/_multiprocessing/semaphore.c
 */
import { offsetBy, toAddress } from '../../memory/address.js';
import type { WaitFields } from '../layouts/wait-fields.js';
import type { Python } from '../python.js';
import type { HolderAnswer } from './answers.js';
import { type AnsweredThread, Holders } from './holders.js';
import { lockKindOf, readSemLockCount } from './lock-words.js';
import type { Objects } from './objects.js';
import { WaitTools } from './tools.js';

export interface SharedLockAnswer {
  /** Where its `sem_t` is. */
  readonly handle: number;
  /** How often this process has taken it, less how often it has released it. */
  readonly count: number;
  /** Who, if it has it. */
  readonly holder: HolderAnswer | null;
}

/** Of those among `words` that are the handle in a lock: addresses at which the address of a semaphore was found. */
export function readSharedLocks(
  python: Python,
  threads: readonly AnsweredThread[],
  words: readonly number[],
): SharedLockAnswer[] {
  const tools = python.the(WaitTools);
  const { objects, fields } = tools;
  if (!fields) return [];
  const holders = new Holders(tools, fields, threads);
  return words.flatMap((word): SharedLockAnswer[] => {
    const object = word - objects.layout.PyObject.sizeof;
    if (lockKindOf(objects, object) !== 'sem-lock' || !isAlive(objects, fields, object)) return [];
    const count = objects.attempt(() => readSemLockCount(objects, object));
    if (count === null) return [];
    const holder = count > 0 ? (holders.of(object).holders[0] ?? null) : null;
    return [{ handle: objects.pointer(word), count, holder }];
  });
}

/**
 * Whether it is an object still: what is freed keeps its words but the first, which then leads to the next free piece.
 * Without a GIL that word is another, and the two counts are gone.
 */
function isAlive(objects: Objects, { freeThreaded }: WaitFields, object: number): boolean {
  const { ob_type, sizeof } = objects.layout.PyObject;
  const view = objects.attempt(() => objects.memory.read(offsetBy(toAddress(object), 0), sizeof));
  if (!view) return false;
  const refcnt = view.getBigInt64(ob_type - 8, true);
  if (!freeThreaded) return refcnt > 0n && refcnt < 2n ** 32n;
  return view.getUint32(ob_type - 12, true) > 0 || refcnt >> 2n > 0n;
}
