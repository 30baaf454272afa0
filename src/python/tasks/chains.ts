/**
 * What is a task in? From its coroutine over what each awaits to what none of them can name any more: a future, or something
 * without frames. All tasks go step by step together, so that the pages of each step are fetched at once.
 */
import { formatAddress } from '../../memory/address.js';
import type { StackEnding } from '../../snapshot.js';
import { reasonOf } from '../problem.js';
import type { RanFrame } from '../waits/value-stack.js';
import type { AwaitableTypes } from './kinds.js';
import type { Suspended, SuspendedFrames } from './suspended.js';

/** Coroutines of one task; a chain longer than that is damaged. */
const CHAIN_LIMIT = 10_000;

export interface Chain {
  /** Where it begins. */
  readonly coro: number;
  /** Outermost first. */
  readonly links: Link[];
  /** What the innermost awaits that has no frame: a future, a task, an iterator of a class; 0: nothing. */
  leaf: number;
  ending: StackEnding;
  /** The words that it was read from. */
  readonly words: number[];
}

export interface Link extends Suspended {
  readonly frame: RanFrame;
}

/**
 * What is sent to a coroutine to run it on lies for an instant on top of what it awaits, before it is noted as running
 * (gen_send_ex). Loops send None, which nobody can await.
 * https://github.com/python/cpython/blob/v3.8.20/Objects/genobject.c (gen_send_ex)
 */
const NONE = 'NoneType';

const COMPLETE: StackEnding = { kind: 'complete', reason: null };

/** A chain on its way. */
interface Walk {
  readonly chain: Chain;
  at: number;
  readonly seen: Set<number>;
}

/**
 * The chains of coroutines. `ahead` is told where the next step reads. Throws only what is not a failure of the target's
 * memory: a chain that ends early says why.
 */
export function readChains(
  starts: readonly { readonly coro: number; readonly words: number[] }[],
  frames: SuspendedFrames,
  types: AwaitableTypes,
  ahead: (addresses: readonly number[]) => void,
): Chain[] {
  const walks = starts.map(({ coro, words }): Walk => {
    const chain: Chain = { coro, links: [], leaf: 0, ending: COMPLETE, words };
    return { chain, at: coro, seen: new Set() };
  });
  for (let active = walks; active.length > 0; ) {
    ahead(active.map(({ at }) => at));
    active = active.filter((walk) => step(walk, frames, types));
  }
  frames.noteInto(null);
  return walks.map(({ chain }) => chain);
}

/** Whether there is more to follow. */
function step(walk: Walk, frames: SuspendedFrames, types: AwaitableTypes): boolean {
  const { chain, seen, at } = walk;
  if (seen.has(at) || seen.size >= CHAIN_LIMIT) {
    chain.ending = { kind: 'truncated', reason: `cycle in what is awaited at ${formatAddress(at)}` };
    return false;
  }
  seen.add(at);
  frames.noteInto(chain.words);
  try {
    const kind = types.of(at)?.kind;
    // What ends a chain is no generator; a moment before or later its place may have been one's.
    if (at % 8 === 0) frames.note(at + types.typeAt, types.wordOf(at));
    if (kind === 'wrapper') {
      walk.at = frames.pointer(at, types.wrappedAt);
      return walk.at !== 0;
    }
    if (kind !== 'generator') {
      if (types.of(at)?.name === NONE) markAsRunning(chain);
      else chain.leaf = at;
      return false;
    }
    const standing = frames.read(at);
    if (!standing.frame) return false;
    chain.links.push({ ...standing, frame: standing.frame });
    walk.at = standing.awaits;
    return standing.awaits !== 0;
  } catch (error) {
    chain.ending = { kind: 'truncated', reason: reasonOf(error) };
    return false;
  }
}

/** The innermost: it is just being run on. */
function markAsRunning({ links }: Chain): void {
  const last = links.pop();
  if (last) links.push({ ...last, state: 'running' });
}
