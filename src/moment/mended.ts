/**
 * What if memory is lost that stacks lead through? Of what does not move (a core), that will not come back; but what is left
 * may still tell which frames belong together (python/lost). Only stacks that lack something are touched.
 */
import { type Address, toAddress } from '../memory/address.js';
import { PAGE_BYTES } from '../memory/pages.js';
import { overlaps, type Range } from '../memory/ranges.js';
import { bytesOf } from '../memory/reader.js';
import { type DataStack, readDataStack } from '../python/lost/data-stack.js';
import { linkedFrameObjects } from '../python/lost/frame-objects.js';
import { RunningGenerators, type SearchedMemory } from '../python/lost/generators.js';
import { innermostFrame, joinFrames, lacksFrames } from '../python/lost/joined-frames.js';
import { reasonOf } from '../python/problem.js';
import type { Python } from '../python/python.js';
import type { ThreadStateWalk } from '../python/runtime.js';
import { type CodeResult, type WalkedFrame, type WalkedStack, withCode } from '../questions/stacks.js';

/** What is left besides what links lead to. */
export interface Left {
  /** All memory in which objects may lie, in address order. */
  readonly writable: readonly Range[];
  /** What is left of all memory, in address order; null: all is. */
  readonly written: readonly Range[] | null;
  /** A thread's C stack, from its stack pointer on; null: not known. */
  cStackOf(state: ThreadStateWalk): Range | null;
}

/** What searching all that is left may take, ms. */
const SEARCH_MS = 10_000;

/** The same stacks, those that lack frames with what is left of them. */
export function mendedStacks(
  python: Python,
  states: readonly ThreadStateWalk[],
  stacks: readonly WalkedStack[],
  left: Left,
): WalkedStack[] {
  const joined = joinedStacks(python, states, stacks, left);
  if (python.strays.length === 0 && !joined.some(isDamaged)) return joined;
  const zeroed = new Map<CodeResult, CodeResult>();
  return joined.map((stack) => withoutZeroedLines(python, stack, zeroed));
}

/** Whether something of it is lost. */
function isDamaged({ ending, frames, innerGap }: WalkedStack): boolean {
  const isLost = innerGap !== undefined || ending.kind === 'truncated';
  return isLost || frames.some(({ ran, gap }) => 'problem' in ran || gap !== undefined);
}

/**
 * Where a page was lost, zeros may stand: a table of lines there says that all is one line. A table may be empty; a whole
 * page is not.
 */
function withoutZeroedLines(python: Python, stack: WalkedStack, known: Map<CodeResult, CodeResult>): WalkedStack {
  const isEmpty = ({ ran }: WalkedFrame) => 'code' in ran && ran.code.lineTable.length === 0;
  if (!stack.frames.some(isEmpty)) return stack;
  const frames = stack.frames.map((frame) => {
    if (!isEmpty(frame)) return frame;
    let ran = known.get(frame.ran);
    if (ran === undefined) {
      ran = hasZeroedLines(python, frame.code) ? { problem: 'its table of lines is lost' } : frame.ran;
      known.set(frame.ran, ran);
    }
    return { ...frame, ran };
  });
  return { ...stack, frames };
}

function hasZeroedLines(python: Python, code: Address): boolean {
  try {
    const table = python.get(code, python.fields.PyCodeObject.co_linetable);
    const page = toAddress(Math.floor(table / PAGE_BYTES) * PAGE_BYTES);
    return bytesOf(python.memory.read(page, PAGE_BYTES)).every((byte) => byte === 0);
  } catch (error) {
    reasonOf(error);
    return false;
  }
}

function joinedStacks(
  python: Python,
  states: readonly ThreadStateWalk[],
  stacks: readonly WalkedStack[],
  { writable, written, cStackOf }: Left,
): WalkedStack[] {
  if (python.layout.frames.kind === 'frame-objects') {
    return stacks.map((stack, i) => (stack.ending.kind === 'complete' ? stack : linked(python, states[i], stack)));
  }
  const lacking = new Map<number, DataStack>();
  states.forEach(({ address }, i) => {
    const stack = stacks[i];
    const data = stack && readDataStack(python, address);
    if (data && lacksFrames(stack, data)) lacking.set(i, data);
  });
  if (lacking.size === 0) return [...stacks];
  const cStacks = states.map((state) => cStackOf(state));
  const generators = generatorsOf(python, lacking, cStacks, { writable, written });
  return stacks.map((walked, i) => {
    const stack = lacking.get(i);
    const state = states[i];
    if (!stack || !state) return walked;
    const joined = joinFrames(python, innermostFrame(python, state.address), {
      stack,
      generators,
      cStack: cStacks[i] ?? null,
    });
    const { length } = walked.frames;
    const isMore =
      joined.frames.length > length || (joined.frames.length === length && joined.ending.kind === 'complete');
    return isMore ? withCode(python, joined) : walked;
  });
}

/** Up to 3.10: with those frames whose code objects are lost. */
function linked(python: Python, state: ThreadStateWalk | undefined, stack: WalkedStack): WalkedStack {
  if (!state?.currentFrame) return stack;
  const found = linkedFrameObjects(python, state.currentFrame);
  return found.frames.length > stack.frames.length ? withCode(python, { ...stack, ...found }) : stack;
}

function generatorsOf(
  python: Python,
  lacking: ReadonlyMap<number, DataStack>,
  cStacks: readonly (Range | null)[],
  { writable, written }: Pick<Left, 'writable' | 'written'>,
): RunningGenerators {
  const frames: number[] = [];
  const entered: Range[] = [];
  for (const [i, stack] of lacking) {
    for (const { address } of stack.frames()) frames.push(address);
    const cStack = cStacks[i];
    if (cStack) entered.push(cStack);
  }
  const end = Date.now() + SEARCH_MS;
  const isStack = ({ start, end: to }: Range) =>
    cStacks.some((stack) => stack && stack.start >= start && stack.start < to);
  const ranges = writable.filter((range) => !isStack(range));
  const memory: SearchedMemory = {
    ranges: written === null ? ranges : overlaps(ranges, written),
    outOfTime: () => Date.now() > end,
  };
  return RunningGenerators.find(python, frames, entered, memory);
}
