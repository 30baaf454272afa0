/**
 * Which calls are in a core whose threads are not known? Asked only where threads' states are lost, and only if all memory is
 * to be searched for them: it takes time. What a thread that is known may have been in is not among them.
 */
import { workBudget } from '../memory/budget.js';
import { overlaps } from '../memory/ranges.js';
import type { Process } from '../process/process.js';
import { readDataStack } from '../python/lost/data-stack.js';
import { findLooseStacks, type LooseStack, type LooseStacks } from '../python/lost/loose-frames.js';
import type { Python } from '../python/python.js';
import { withCode } from '../questions/stacks.js';
import type { CapturedProcess } from './captured.js';

/** What searching all that is left may take, ms of work. */
const SEARCH_MS = 60_000;

/** With what they run. `found`: where locating has found nothing else, what it has. */
export function looseStacksOf(
  process: Process,
  python: Python,
  captured: CapturedProcess,
  found: LooseStacks | undefined,
): CapturedProcess['loose'] {
  const loose = found ?? (isLacking(process, captured) ? search(process, python) : null);
  if (!loose) return null;
  const isKnown = knownFrames(python, captured);
  const stacks = loose.stacks
    .filter(({ frames }) => !frames.some(({ address }) => isKnown(address)))
    .map(({ frames, ending }): ReturnType<typeof walked> => walked(python, { frames, ending }));
  return { stacks, isCutShort: loose.isCutShort };
}

function walked(python: Python, stack: LooseStack) {
  const { frames, ending } = withCode(python, { ...stack, enteredAt: null, fitsEvalLoops: false });
  return { frames, ending };
}

/** Whether something is lost, and there are threads without a state. */
function isLacking(process: Process, { runtime, threads }: CapturedProcess): boolean {
  if (!process.isDamaged && runtime.problems.length === 0) return false;
  const known = new Set(threads.map(({ tid }) => tid));
  return process.threads().some(({ tid }) => !known.has(tid));
}

function search(process: Process, python: Python): LooseStacks {
  const { memory, written } = process;
  const writable = process.mappings().filter((one) => one.readable && one.writable);
  const ranges = written === null ? writable : overlaps(writable, written);
  return findLooseStacks(python.over(memory), { ranges, outOfTime: workBudget(SEARCH_MS) });
}

/** Whether a frame is of a thread that is known, or lies where such a thread's frames lie. */
function knownFrames(python: Python, { threads }: CapturedProcess): (address: number) => boolean {
  const shown = new Set<number>();
  for (const { walk } of threads) for (const { address } of walk.stack.frames) shown.add(address);
  const hasDataStacks = python.layout.frames.kind === 'interpreter-frames';
  const stacks = hasDataStacks ? threads.map(({ walk }) => readDataStack(python, walk.state.address)) : [];
  return (address) => shown.has(address) || stacks.some((stack) => stack?.holds(address));
}
