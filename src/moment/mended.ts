/**
 * What if memory is lost that stacks lead through? Of what does not move (a core), that will not come back; but what is left
 * may still tell which frames belong together (python/lost). Only stacks that lack something are touched.
 */
import type { Address } from '../memory/address.js';
import { workBudget } from '../memory/budget.js';
import { overlaps, type Range } from '../memory/ranges.js';
import { describeLost, readCodeLeft } from '../python/code-left.js';
import { type DataStack, readDataStack } from '../python/lost/data-stack.js';
import { linkedFrameObjects } from '../python/lost/frame-objects.js';
import { learnFrameType } from '../python/lost/frame-type.js';
import { type FramesOnStack, framesOnStack, joinByStack } from '../python/lost/frames-on-stack.js';
import { linkedGenerators, RunningGenerators, type SearchedMemory } from '../python/lost/generators.js';
import { innermostFrame, joinFrames, lacksFrames } from '../python/lost/joined-frames.js';
import type { Python } from '../python/python.js';
import type { ThreadStateWalk } from '../python/runtime.js';
import { type CodeResult, type WalkedFrame, type WalkedStack, withCode, withoutPlace } from '../questions/stacks.js';
import { mayLackCode } from './whole-stacks.js';

/** What is left besides what links lead to: asked for where something is lost. */
export interface Left {
  /** All memory in which objects may lie, in address order. */
  writable(): readonly Range[];
  /** What is left of all memory, in address order; null: all is. */
  written(): readonly Range[] | null;
  /** Whether a page that holds only zeros does so for it was lost, or held them: not because nobody needed it. */
  readonly hasWholePages: boolean;
  /** A thread's C stack, from its stack pointer on; null: not known. */
  cStackOf(state: ThreadStateWalk): Range | null;
}

/** What searching all that is left may take, ms of work. */
const SEARCH_MS = 10_000;

/** The same stacks, those that lack frames with what is left of them. */
export function mendedStacks(
  python: Python,
  states: readonly ThreadStateWalk[],
  stacks: readonly WalkedStack[],
  left: Left,
): WalkedStack[] {
  const joined = joinedStacks(python, states, stacks, left);
  const known = new Map<CodeResult, CodeResult>();
  return joined.map((stack) => withCodeLeft(python, stack, left, known));
}

/** With what is left of code objects that lost something. */
function withCodeLeft(
  python: Python,
  stack: WalkedStack,
  { hasWholePages }: Left,
  known: Map<CodeResult, CodeResult>,
): WalkedStack {
  const mayLack = (frame: WalkedFrame) => mayLackCode(python, frame, hasWholePages);
  if (!stack.frames.some(mayLack)) return stack;
  const frames = stack.frames.map((frame) => {
    if (!mayLack(frame)) return frame;
    // Of one code, frames at a place that is lost are told otherwise than the rest.
    if (frame.isPlaceLost) return { ...frame, ran: ranLeft(python, frame) };
    let ran = known.get(frame.ran);
    if (ran === undefined) {
      ran = ranLeft(python, frame);
      known.set(frame.ran, ran);
    }
    return { ...frame, ran };
  });
  return { ...stack, frames };
}

function ranLeft(python: Python, { code, ran, isPlaceLost }: WalkedFrame): CodeResult {
  const left = readCodeLeft(python, code);
  const problem = left && describeLost(python, left);
  if (!left || problem === null) return ran;
  return isPlaceLost ? withoutPlace({ problem, left }) : { problem, left };
}

function joinedStacks(
  python: Python,
  states: readonly ThreadStateWalk[],
  stacks: readonly WalkedStack[],
  { writable, written, cStackOf }: Left,
): WalkedStack[] {
  if (python.layout.frames.kind === 'frame-objects') {
    if (stacks.every(({ ending }) => ending.kind === 'complete')) return [...stacks];
    learnFrameType(python, addressesIn(stacks));
    const walked = stacks.map((stack, i) =>
      stack.ending.kind === 'complete' ? stack : linked(python, states[i], stack),
    );
    return walked.some(({ ending }) => ending.kind !== 'complete')
      ? foundByStack(python, states, walked, cStackOf)
      : walked;
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
  const join = (stack: DataStack, i: number) =>
    joinFrames(python, innermostFrame(python, states[i]?.address ?? null), {
      stack,
      generators,
      order: states[i] ? linkedGenerators(python, states[i].address) : [],
      cStack: cStacks[i] ?? null,
    });
  // What links there are tell how long frames are whose code is lost; that may be wanted in any other stack.
  for (const [i, stack] of lacking) join(stack, i);
  return stacks.map((walked, i) => {
    const stack = lacking.get(i);
    if (!stack) return walked;
    const joined = join(stack, i);
    const { length } = walked.frames;
    const isMore =
      joined.frames.length > length || (joined.frames.length === length && joined.ending.kind === 'complete');
    return isMore ? withCode(python, joined) : walked;
  });
}

function* addressesIn(stacks: readonly WalkedStack[]): Generator<Address> {
  for (const { frames } of stacks) for (const { address } of frames) yield address;
}

/** Up to 3.10: with those frames whose code objects are lost. */
function linked(python: Python, state: ThreadStateWalk | undefined, stack: WalkedStack): WalkedStack {
  if (!state?.currentFrame) return stack;
  const found = linkedFrameObjects(python, state.currentFrame);
  return found.frames.length > stack.frames.length ? withCode(python, { ...stack, ...found }) : stack;
}

/** Up to 3.10: with those beyond a frame that is lost. */
function foundByStack(
  python: Python,
  states: readonly ThreadStateWalk[],
  stacks: readonly WalkedStack[],
  cStackOf: Left['cStackOf'],
): WalkedStack[] {
  const outOfTime = workBudget(SEARCH_MS);
  const places = stacks.map(({ ending }, i): FramesOnStack => {
    const state = states[i];
    const within = ending.kind === 'complete' || !state ? null : cStackOf(state);
    return within === null ? new Map() : framesOnStack(python, within, outOfTime);
  });
  if (outOfTime()) return [...stacks];
  const owners = ownersOf(stacks);
  const joined = stacks.map((stack, i): WalkedStack => {
    const own = places[i];
    const isOthers = (frame: number) => owners.has(frame) && owners.get(frame) !== i;
    const found = own && own.size > 0 ? joinByStack(python, stack, own, isOthers) : null;
    return found ? withCode(python, { ...stack, ...found }) : stack;
  });
  // What is found for two of them is of none for certain.
  const claims = ownersOf(joined);
  return joined.map((stack, i) =>
    stack.frames.some(({ address }) => claims.get(address) === null) ? (stacks[i] ?? stack) : stack,
  );
}

/** Of which stack a frame is, by number; null: of several. */
function ownersOf(stacks: readonly WalkedStack[]): ReadonlyMap<number, number | null> {
  const owners = new Map<number, number | null>();
  stacks.forEach(({ frames }, i) => {
    for (const { address } of frames) owners.set(address, owners.has(address) ? null : i);
  });
  return owners;
}

function generatorsOf(
  python: Python,
  lacking: ReadonlyMap<number, DataStack>,
  cStacks: readonly (Range | null)[],
  { writable, written }: Pick<Left, 'writable' | 'written'>,
): RunningGenerators {
  const asking: Range[] = [];
  const entered: Range[] = [];
  for (const [i, stack] of lacking) {
    asking.push(...stack.ranges);
    const cStack = cStacks[i];
    if (cStack) entered.push(cStack);
  }
  const isStack = ({ start, end: to }: Range) =>
    cStacks.some((stack) => stack && stack.start >= start && stack.start < to);
  const ranges = writable().filter((range) => !isStack(range));
  const left = written();
  const memory: SearchedMemory = {
    ranges: left === null ? ranges : overlaps(ranges, left),
    outOfTime: workBudget(SEARCH_MS),
  };
  return RunningGenerators.find(python, asking, entered, memory);
}
