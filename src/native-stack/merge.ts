/**
 * How do native and Python frames make one stack? Each run of CPython's evaluation loop executes one entry frame (called
 * from C) and the frames that this one called without leaving the loop. So loops and entry frames are paired in order,
 * and each loop gives way to its Python frames. Where their numbers differ, what can be paired is, the rest is marked,
 * and no frame is lost.
 */
import type { Frame, NativeFrame, PythonFrame, StackEnding } from '../snapshot.js';
import { isInstruction, roleOf, startsGreenlet } from './eval-loop.js';

export interface MergeInput {
  /** Outermost first; with inlined calls, each after the function it is inlined into. */
  readonly native: readonly NativeFrame[];
  readonly nativeEnding: StackEnding;
  /** Outermost first. */
  readonly python: readonly PythonFrame[];
  readonly pythonEnding: StackEnding;
}

export interface MergeOptions {
  /** Also the interpreter's plumbing. Default false. */
  readonly verbose?: boolean;
  /** The function that runs Python frames. Default that of 3.6 and later. */
  readonly evalLoop?: string;
  /** Only the native frames after the last Python frame. Default false. */
  readonly onlyLast?: boolean;
}

export interface Merged {
  /** Outermost first. */
  readonly frames: readonly Frame[];
  /** What could not be placed, in words; null: all fits. */
  readonly problem: string | null;
}

const UNPLACED = 'its place among the native frames is not known';

/** One loop's frames: an entry frame and those after it up to the next. */
type Group = readonly PythonFrame[];

/** One stack of both; pure. */
export function mergeStacks(input: MergeInput, options: MergeOptions = {}): Merged {
  const { native, python } = input;
  if (native.length === 0) return { frames: python, problem: null };
  const groups = groupByEntry(python);
  const loops = withCompiled(evalLoops(native, options.evalLoop), native, groups.length);
  const start = native.findLastIndex(({ rawSymbol }) => startsGreenlet(rawSymbol));
  const candidates = loops.runs.filter((index) => index > start);
  const { pairs, unplaced, problem } = pair(candidates, groups, input);

  const frames: Frame[] = [];
  // With a native stack that was followed to its end, these belong somewhere inside it; else they are outside of it.
  const isCut = input.nativeEnding.kind === 'truncated';
  const marked = unplaced
    .flat()
    .map((frame) => (isCut || frame.problem !== undefined ? frame : { ...frame, problem: UNPLACED }));
  const before = isCut ? 0 : (pairs.keys().next().value ?? native.length);
  native.forEach((frame, index) => {
    if (index === before) for (const frame of marked) frames.push(frame);
    const group = pairs.get(index);
    if (group) for (const frame of group) frames.push(frame);
    else if (options.verbose || !(loops.parts.has(index) || roleOf(frame.rawSymbol) === 'plumbing')) frames.push(frame);
  });
  if (before >= native.length) for (const frame of marked) frames.push(frame);
  return { frames: options.onlyLast ? dropInnerNative(frames) : frames, problem };
}

/** A first frame that is no entry (the outer ones are missing) begins a group as well. */
function groupByEntry(python: readonly PythonFrame[]): Group[] {
  const groups: PythonFrame[][] = [];
  for (const frame of python) {
    const last = groups.at(-1);
    if (last && !frame.isEntry) last.push(frame);
    else groups.push([frame]);
  }
  return groups;
}

interface Loops {
  /** Indices of the frames that stand for a run of the loop each. */
  readonly runs: readonly number[];
  /** Further frames of the same runs: instructions' functions that the loop's own function called. */
  readonly parts: ReadonlySet<number>;
}

function evalLoops(native: readonly NativeFrame[], evalLoop?: string): Loops {
  const runs: number[] = [];
  const parts = new Set<number>();
  native.forEach((frame, index) => {
    if (roleOf(frame.rawSymbol, evalLoop) !== 'eval-loop') return;
    const within = runs.at(-1) === index - 1 || parts.has(index - 1);
    if (within && isInstruction(frame.rawSymbol)) parts.add(index);
    else runs.push(index);
  });
  return { runs, parts };
}

/**
 * Compiled Python (`PYTHON_JIT`) runs in place of the loop that entered it. Where it leaves no way back to that loop's own
 * frame (3.14), code of no file stands for it, if with such code the numbers fit.
 */
function withCompiled({ runs, parts }: Loops, native: readonly NativeFrame[], wanted: number): Loops {
  if (runs.length >= wanted) return { runs, parts };
  const isCompiled = (frame: NativeFrame | undefined) => frame?.library === null && frame.rawSymbol === null;
  const known = new Set([...runs, ...parts]);
  const allRuns = [...runs];
  const allParts = new Set(parts);
  native.forEach((frame, index) => {
    if (!isCompiled(frame)) return;
    if (isCompiled(native[index - 1]) || known.has(index - 1)) allParts.add(index);
    else allRuns.push(index);
  });
  return allRuns.length === wanted ? { runs: allRuns.sort((a, b) => a - b), parts: allParts } : { runs, parts };
}

interface Pairing {
  /** Index of the loop's frame → what it runs, outermost first. */
  readonly pairs: ReadonlyMap<number, Group>;
  readonly unplaced: readonly Group[];
  readonly problem: string | null;
}

function pair(loops: readonly number[], groups: readonly Group[], { nativeEnding, pythonEnding }: MergeInput): Pairing {
  const pairs = new Map<number, Group>();
  const count = Math.min(loops.length, groups.length);
  // A loop that has just been entered, or is about to be left, has no Python frame of its own: with both stacks whole,
  // one loop in excess is the innermost. Otherwise outer ends are missing (of Python frames, where a library switches
  // stacks), or loops were not recognised for want of symbols, and what is executing now is surest.
  const fromOutermost =
    loops.length === groups.length + 1 && nativeEnding.kind === 'complete' && pythonEnding.kind === 'complete';
  const skippedLoops = fromOutermost ? 0 : loops.length - count;
  const skippedGroups = fromOutermost ? 0 : groups.length - count;
  for (let i = 0; i < count; i++) {
    const loop = loops[skippedLoops + i];
    const group = groups[skippedGroups + i];
    if (loop !== undefined && group) pairs.set(loop, group);
  }
  const unplaced = groups.slice(0, skippedGroups);
  // What one stack lacks because its outer part is missing was said of that stack.
  const isExpected =
    (nativeEnding.kind === 'truncated' && loops.length < groups.length) ||
    (pythonEnding.kind === 'truncated' && loops.length > groups.length);
  return { pairs, unplaced, problem: isExpected ? null : mismatch(loops.length, groups.length, fromOutermost) };
}

function mismatch(loops: number, groups: number, fromOutermost: boolean): string | null {
  if (loops === groups || fromOutermost) return null;
  const were = (count: number) => (count === 1 ? 'was' : 'were');
  return (
    `${groups} Python ${groups === 1 ? 'frame' : 'frames'} called from C but ${loops} ` +
    `${loops === 1 ? 'run' : 'runs'} of the evaluation loop ${were(loops)} found: ` +
    'paired from the innermost'
  );
}

/** Native frames stay only after the last Python frame. */
function dropInnerNative(frames: readonly Frame[]): Frame[] {
  const last = frames.findLastIndex(({ kind }) => kind === 'python');
  return frames.filter((frame, index) => frame.kind === 'python' || index > last);
}
