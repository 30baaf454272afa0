/**
 * What is drawn as a flame graph? Stacks with weights: of one look each thread weighs 1; who looks again and again has as
 * many samples of a thread as looks, or gives the time that each stands for. The two formats are made of these alone.
 */
import { type LookSet, threadsOf } from '../../many/looks/look-set.js';
import type { FrameInfo, FrameRun } from '../../many/looks/model.js';

/** A call, as the formats have it. */
export interface FlameFrame {
  /** Qualified where the version has it; of native code the symbol. */
  readonly name: string;
  /** Of native code the library; null: not known. */
  readonly file: string | null;
  /** null: not known. */
  readonly line: number | null;
}

export interface FlameSample {
  /** Outermost first; never empty. */
  readonly stack: readonly FlameFrame[];
  /** More than 0, in whatever unit the profile has. */
  readonly weight: number;
}

/** Frames of a recursion that are drawn: towers of thousands only hide what is beside them. */
const MOST_OF_RUN = 100;

/** What stands in place of frames where there are none, so that the thread is still counted. */
const NO_FRAMES: FlameFrame = { name: '(no frames)', file: null, line: null };

/** The frames of a stack whose recursion is folded, outermost first; of long recursion the first hundred, and how many more. */
export function flameStack(runs: readonly FrameRun[]): FlameFrame[] {
  const stack: FlameFrame[] = [];
  for (const { times, frames } of runs) {
    const round = frames.map(frameOf);
    const shown = Math.max(1, Math.min(times, Math.floor(MOST_OF_RUN / Math.max(1, round.length))));
    for (let i = 0; i < shown; i++) for (const frame of round) stack.push(frame);
    const left = (times - shown) * round.length;
    if (left > 0) stack.push({ name: `(${left} more of these)`, file: null, line: null });
  }
  return stack.length === 0 ? [NO_FRAMES] : stack;
}

/** One sample for each different stack of a set of looks; its weight is how many threads have it. */
export function samplesOfLooks(set: LookSet): FlameSample[] {
  const threads = new Map<number, number>();
  for (const { threads: numbers } of set.sorted()) {
    for (const { stack } of threadsOf(numbers)) threads.set(stack, (threads.get(stack) ?? 0) + 1);
  }
  const { tables } = set;
  return [...threads].map(([id, weight]) => ({
    stack: flameStack(
      tables.runsOf(id).map(({ times, frames }) => ({ times, frames: frames.map((frame) => tables.frameOf(frame)) })),
    ),
    weight,
  }));
}

function frameOf({ kind, name, file, line }: FrameInfo): FlameFrame {
  return { name: name ?? (kind === 'native' ? '???' : '(unnamed)'), file, line };
}
