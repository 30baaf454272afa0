/**
 * In which thread does a greenlet run? All of one thread have the same main one, and where one of them begins is an address
 * on that thread's C stack.
 */
import type { RanFrame } from '../waits/value-stack.js';
import type { GreenletWalk } from './greenlets.js';

/** A thread of Python's, as far as it takes to find its greenlets. */
export interface GreenletThread {
  /** Kernel id. */
  readonly tid: number;
  /** `pthread_self()`: the address of what lies on top of its stack, but for the main thread. */
  readonly ident: number;
  /** Its stack pointer; null: not known. */
  readonly sp: number | null;
  /** Whether it is in a system call. */
  readonly isInCall: boolean;
  /** Innermost first: of the greenlet that runs in it. */
  readonly frames: readonly RanFrame[];
}

/** Larger than a stack is made. */
const STACK_LIMIT = 2 ** 30;

/** By main greenlet the thread that it is the main one of; what cannot be told is left out. */
export function threadsOfMains(
  greenlets: readonly GreenletWalk[],
  threads: readonly GreenletThread[],
): Map<number, GreenletThread> {
  const found = new Map<number, GreenletThread | null>();
  const note = (main: number, thread: GreenletThread | null) => {
    if (main === 0 || thread === null) return;
    const known = found.get(main);
    // Two that say otherwise say nothing.
    found.set(main, known === undefined || known === thread ? thread : null);
  };
  const mains = mainsOf(greenlets);
  for (const greenlet of greenlets) {
    const main = mains.get(greenlet.address) ?? 0;
    for (const address of [greenlet.stackStart, greenlet.stackStop]) {
      if (address !== 0) note(main, threadOfStack(address, threads));
    }
  }
  const [only] = threads;
  const all = new Set(mains.values());
  all.delete(0);
  if (only && threads.length === 1 && all.size === 1) for (const main of all) note(main, only);
  return new Map([...found].flatMap(([main, thread]) => (thread ? [[main, thread]] : [])));
}

/** By greenlet the main one of its thread, by its own word or its parents'; 0: not known. */
export function mainsOf(greenlets: readonly GreenletWalk[]): Map<number, number> {
  const byAddress = new Map(greenlets.map((greenlet) => [greenlet.address, greenlet]));
  const mains = new Map<number, number>();
  for (const greenlet of greenlets) {
    let at: GreenletWalk | undefined = greenlet;
    for (let steps = 0; at && at.main === 0 && steps < greenlets.length; steps++) at = byAddress.get(at.parent);
    mains.set(greenlet.address, at?.main ?? 0);
  }
  return mains;
}

/** null: none, or more than one that may be. */
function threadOfStack(address: number, threads: readonly GreenletThread[]): GreenletThread | null {
  // What pthread_self() points to lies on top of its thread's stack.
  const above = threads.filter(({ ident }) => ident > address && ident - address < STACK_LIMIT);
  const nearest = above.reduce<GreenletThread | null>((one, two) => (one && one.ident < two.ident ? one : two), null);
  if (nearest && (nearest.sp === null || (nearest.sp < nearest.ident && nearest.ident - nearest.sp < STACK_LIMIT))) {
    return nearest;
  }
  // The main thread's does not: its stack is where its stack pointer is.
  const others = threads.filter(
    ({ sp, ident }) => sp !== null && !(sp < ident && ident - sp < STACK_LIMIT) && Math.abs(sp - address) < STACK_LIMIT,
  );
  return others.length === 1 ? (others[0] ?? null) : null;
}
