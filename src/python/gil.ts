/**
 * Does this thread hold the interpreter's lock, want it, or is it just letting go of it? From the runtime's own words,
 * and for a thread blocked in the kernel from what it waits on. Pure.
 */

import type { Range } from '../memory/ranges.js';
import type { GilState } from '../snapshot.js';
import type { GilWalk } from './gil-walk.js';
import type { InterpreterWalk, ThreadStateWalk } from './runtime.js';

/** The system call a thread is blocked in: number and arguments as the kernel tells them (/proc/<pid>/task/<tid>/syscall). */
export interface BlockedSyscall {
  nr: number;
  /** The first is enough; it is `uaddr` of a futex. */
  args: ArrayLike<number>;
}

/**
 * `futex`, and `restart_syscall`, which a timed wait goes on as after a stop (its arguments still in place); each on
 * x86-64 and AArch64. On the other machine the numbers are accept, getrusage and rt_sigtimedwait (128), whose first
 * argument is never inside a GIL, so that no machine need be known.
 */
const FUTEX_CALLS: ReadonlySet<number> = new Set([202, 219, 98, 128]);

/**
 * The state of one thread. `gil` is its interpreter's. `syscall`: the one it is blocked in; null: it runs, or stands
 * outside a system call; 'unknown': not known (some cores).
 */
export function gilStateOf(
  threadState: Pick<ThreadStateWalk, 'address'>,
  gil: GilWalk | null,
  syscall: BlockedSyscall | null | 'unknown',
): GilState {
  if (gil === null) return 'unknown';
  if (!gil.enabled) return 'disabled';
  if (holds(threadState, gil)) return 'holding';
  if (syscall === 'unknown') return 'unknown';
  // It is taken, and nobody is noted as the one who has it (up to 3.6, for an instant): whoever runs may be that one.
  if (syscall === null) return gil.locked && gil.last_holder === null ? 'unknown' : 'none';
  if (!FUTEX_CALLS.has(syscall.nr)) return 'none';
  const uaddr = syscall.args[0];
  if (uaddr === undefined) return 'unknown';
  if (inside(gil.taking, uaddr)) return 'waiting';
  if (inside(gil.switching, uaddr)) return 'dropping';
  return gil.taking === null || gil.switching === null ? 'unknown' : 'none';
}

/**
 * Whether this thread runs the garbage collector: a collection is under way in its interpreter, and it is the one that
 * holds the GIL, or the only one there is. null when that cannot be told: nobody holds it (a finalizer has let go of it),
 * or there is none.
 */
export function collectingOf(
  threadState: Pick<ThreadStateWalk, 'address'>,
  interpreter: Pick<InterpreterWalk, 'collecting' | 'gil'>,
  threadStates: readonly AttachmentOf[],
): boolean | null {
  const { collecting, gil } = interpreter;
  if (collecting !== true) return collecting;
  // Whatever it does meanwhile: a finalizer may have let go of the GIL.
  if (isOnlyOne(threadState, threadStates)) return true;
  if (gil !== null && !gil.enabled) return standsAlone(threadState, threadStates);
  if (gil === null || !gil.locked || gil.last_holder === null) return null;
  return holds(threadState, gil);
}

function isOnlyOne(thread: Pick<ThreadStateWalk, 'address'>, all: readonly AttachmentOf[]): boolean {
  const own = all.find(({ address }) => address === thread.address);
  return own !== undefined && all.every((each) => each === own || each.interpreter !== own.interpreter);
}

type AttachmentOf = Pick<ThreadStateWalk, 'address' | 'interpreter' | 'attachment'>;

/**
 * Whether all threads of the interpreter but this one are suspended, as the collector has them where there is no GIL;
 * null when there is no such thread: while finalizers run, all go on.
 * https://github.com/python/cpython/blob/v3.13.0/Python/pystate.c (search for stop_the_world)
 */
function standsAlone(thread: Pick<ThreadStateWalk, 'address'>, all: readonly AttachmentOf[]): boolean | null {
  const own = all.find(({ address }) => address === thread.address);
  const attached = all.filter(({ interpreter, attachment }) => {
    return interpreter === own?.interpreter && attachment !== 'suspended';
  });
  const [alone, ...more] = attached;
  if (alone?.attachment !== 'attached' || more.length > 0) return null;
  return alone.address === thread.address;
}

function holds(threadState: Pick<ThreadStateWalk, 'address'>, gil: GilWalk): boolean {
  return gil.locked && gil.last_holder === threadState.address;
}

function inside(ranges: readonly Range[] | null, address: number): boolean {
  return ranges?.some(({ start, end }) => address >= start && address < end) ?? false;
}
