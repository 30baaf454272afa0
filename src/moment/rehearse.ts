/**
 * Which pages does the walk need? Found by walking the running target. What is read here may be wrong, so it counts for
 * nothing by itself: the page numbers stay, each with its owner, and what was found where the copy turns out to say the
 * same (unchanged.ts).
 */

import type { Address } from '../memory/address.js';
import { PageRecorder, ReaderPages } from '../memory/pages.js';
import type { MemoryReader } from '../memory/reader.js';
import { WordRecorder } from '../memory/touched-words.js';
import type { NativeProcess } from '../process/native.js';
import { Python, type PythonRuntime } from '../python/python.js';
import type { RuntimeWalk, ThreadStateWalk } from '../python/runtime.js';
import { resolveNativeIds } from '../python/thread-ids.js';
import type { CopiedQuestion } from '../questions/question.js';
import { attribute, type Read, ReadLog } from './attribution.js';
import type { KnownStacks } from './known-stacks.js';
import type { PagePlan } from './plan.js';
import { readAhead } from './read-ahead.js';
import { type ThreadWalk, Walk } from './walker.js';

/** Kernel thread ids as seen from inside the target's pid namespace -> as seen from here. */
export type TidMap = ReadonlyMap<number, number>;

export interface Rehearsal {
  readonly runtime: RuntimeWalk;
  /** What of the memory `runtime` was read from. */
  readonly runtimeReads: readonly Read[];
  /** Which OS thread a thread state belongs to: kernel id as seen from here, null when it has none. */
  readonly tidOf: ReadonlyMap<Address, number | null>;
  readonly threads: readonly ThreadWalk[];
  /** Of which stacks it had not to walk. */
  readonly known: KnownStacks;
  /** What the walk was of, and which words of it the walk read. */
  readonly memory: WordRecorder;
  /** The same of objects, for what is asked beside the stacks; null: nothing is. */
  readonly objects: WordRecorder | null;
}

export interface RehearseOptions {
  /** What is asked of each thread beside its stack. */
  readonly questions: readonly CopiedQuestion<unknown>[];
  readonly known: KnownStacks;
}

/**
 * Walks the running target and adds what it touched to `plan`.
 * Throws MemoryFault or CorruptData when not even the runtime can be read; single threads only end early.
 */
export function rehearse(
  process: NativeProcess,
  python: PythonRuntime,
  tids: TidMap,
  plan: PagePlan,
  { questions, known }: RehearseOptions,
): Rehearsal {
  const memory = new WordRecorder(pagesOf(process));
  const log = new ReadLog(memory);
  const runtime = new Walk(new Python(python, log)).shared();
  const tidOf = tidsOf(process, runtime.threadStates, tids);
  attribute(log.reads, runtime.threadStates, python.layout.PyThreadState.sizeof, tidOf, (tid, page) =>
    plan.pagesOf(tid).add(page),
  );
  const stackOf = (state: ThreadStateWalk) => known.stackOf(state, tidOf.get(state.address) ?? null);
  readAhead(
    memory,
    python.layout,
    runtime.threadStates.filter((state) => stackOf(state) === null),
  );
  // Objects may be any thread's: their pages are copied when all of them stand.
  const objects = questions.length > 0 ? new WordRecorder(pagesOf(process)) : null;
  objects?.recordInto(plan.shared);
  const walk = new Walk(new Python(python, memory), questions, objects ? new Python(python, objects) : undefined);
  const threads = runtime.threadStates.map((state) => {
    const tid = tidOf.get(state.address) ?? null;
    memory.recordInto(plan.pagesOf(tid));
    const stack = stackOf(state);
    return stack ? walk.askAgain(state, stack) : walk.thread(state);
  });
  return { runtime, runtimeReads: log.reads, tidOf, threads, known, memory, objects };
}

/** A page cache over the live process, empty. */
export function livePages(process: NativeProcess): PageRecorder {
  return new PageRecorder(pagesOf(process));
}

/** Its pages, as they are when each is first asked for. */
export function pagesOf(process: NativeProcess): ReaderPages {
  return new ReaderPages(
    (address, into) => process.read(address, into),
    (addresses, into, ok) => process.readPages(addresses, into, ok),
  );
}

/** Thread ids do not change while a thread lives, so the running target may be asked. */
export function tidsOf(
  process: NativeProcess,
  states: readonly ThreadStateWalk[],
  tids: TidMap,
): Map<Address, number | null> {
  const inner = nativeIds(livePages(process), states, tids.keys());
  const outer = new Map<Address, number | null>();
  for (const state of states) {
    const id = inner.get(state.address) ?? null;
    outer.set(state.address, id === null ? null : (tids.get(id) ?? null));
  }
  return outer;
}

/** As seen from inside the target's pid namespace; null: no OS thread. `pointers`: as registers tell them. */
export function nativeIds(
  memory: MemoryReader,
  states: readonly ThreadStateWalk[],
  innerTids: Iterable<number>,
  pointers?: ReadonlyMap<number, number>,
): Map<Address, number | null> {
  const framed = new Set(states.filter((state) => state.currentFrame !== null).map((state) => state.address));
  return resolveNativeIds(memory, states, innerTids, ({ address }) => framed.has(address), pointers);
}
