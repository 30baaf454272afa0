/** How do native frames come into a thread's stack? Among its Python frames, by structure; and what is missing is said. */
import type { NativeState } from '../moment/captured.js';
import { roleOf } from '../native-stack/eval-loop.js';
import { mergeStacks } from '../native-stack/merge.js';
import type { NativeStack } from '../native-stack/native-stacks.js';
import { splitNative } from '../native-stack/split.js';
import type { GilState, PythonFrame, StackEnding, Thread, Warning } from '../snapshot.js';
import type { DescribedThread } from './threads.js';

/** Where native stacks come from, and which of their frames are shown. */
export interface NativeFrames {
  readonly mode: 'python' | 'all' | 'last';
  /** Also the interpreter's plumbing. */
  readonly plumbing: boolean;
  /** Of a thread that was copied; a reason, in words, where it cannot be followed at all. */
  stackOf(tid: number, copied: NativeState | null): NativeStack | string;
}

export interface MergedThread extends DescribedThread {
  readonly warnings: readonly Warning[];
}

/** A stack; a reason, in words, why there is none; null: there is nothing to follow. */
type Stack = NativeStack | string | null;

/**
 * The threads with their native frames; as given, they have Python frames only. `evalLoop`: the function that runs
 * those. Default that of 3.6 and later.
 */
export function addNativeFrames(
  described: readonly DescribedThread[],
  native: NativeFrames,
  evalLoop?: string,
): MergedThread[] {
  const stacks = new Map(
    described.map((one): [DescribedThread, Stack] => {
      const { tid, status } = one.thread;
      return [one, tid === null || status === 'terminated' ? null : native.stackOf(tid, one.captured.native)];
    }),
  );
  for (const shared of inSeveralInterpreters(described)) shareStack(shared, stacks, evalLoop);
  const merged = described.map((one) => addStack(one, stacks.get(one) ?? null, native, evalLoop));
  const collectors = described.map((one) => one.thread.isPython && collects(stacks.get(one) ?? null));
  return withOneCollector(merged, collectors);
}

function collects(stack: Stack): boolean {
  return stack !== null && typeof stack !== 'string' && stack.state.collecting;
}

/** Where native frames show who collects garbage, nobody else of that interpreter does: there is one collection at a time. */
function withOneCollector(threads: MergedThread[], collectors: readonly boolean[]): MergedThread[] {
  const known = new Set(threads.flatMap(({ thread }, i) => (collectors[i] ? [thread.interpreterId] : [])));
  return threads.map((one, i) => {
    const { thread } = one;
    if (!thread.isPython || thread.gc === false || collectors[i] || !known.has(thread.interpreterId)) return one;
    return { ...one, thread: { ...thread, gc: false } };
  });
}

/** Thread states of one OS thread, the outermost interpreter's first, as they are given. */
function inSeveralInterpreters(described: readonly DescribedThread[]): DescribedThread[][] {
  const byTid = new Map<number, DescribedThread[]>();
  for (const one of described) {
    const { tid, frames } = one.thread;
    if (tid === null || frames.length === 0) continue;
    const group = byTid.get(tid);
    if (group) group.push(one);
    else byTid.set(tid, [one]);
  }
  return [...byTid.values()].filter((group) => group.length > 1);
}

/** Gives each of them its part of the stack that the first has. */
function shareStack(
  shared: readonly DescribedThread[],
  stacks: Map<DescribedThread, Stack>,
  evalLoop: string | undefined,
): void {
  const [outermost] = shared;
  const whole = outermost && stacks.get(outermost);
  if (!whole || typeof whole === 'string') return;
  const python = new Map(shared.map((one) => [one, pythonFrames(one.thread)]));
  for (const [one, frames] of splitNative(whole.frames, python, evalLoop)) stacks.set(one, { ...whole, frames });
}

function pythonFrames({ frames }: Thread): PythonFrame[] {
  return frames.filter((frame): frame is PythonFrame => frame.kind === 'python');
}

function addStack(
  { captured, thread }: DescribedThread,
  stack: Stack,
  native: NativeFrames,
  evalLoop: string | undefined,
): MergedThread {
  const { tid } = thread;
  if (tid === null || stack === null) return { captured, thread: { ...thread, nativeEnding: COMPLETE }, warnings: [] };
  if (typeof stack === 'string') {
    const message = `thread ${tid} is shown without native frames: ${stack}`;
    return {
      captured,
      thread: { ...thread, nativeEnding: { kind: 'truncated', reason: stack } },
      warnings: [{ code: 'native-incomplete', tid, message }],
    };
  }
  const python = pythonFrames(thread);
  const merged = mergeStacks(
    { native: stack.frames, nativeEnding: stack.ending, python, pythonEnding: thread.ending },
    { verbose: native.plumbing, evalLoop, onlyLast: native.mode === 'last' && thread.isPython },
  );
  const warnings: Warning[] = [];
  // What lies outside of the evaluation loop was not asked for then.
  const enough =
    native.mode === 'last' && stack.frames.some(({ rawSymbol }) => roleOf(rawSymbol, evalLoop) === 'eval-loop');
  const ending = enough ? COMPLETE : stack.ending;
  if (ending.kind === 'truncated') {
    const message = `the native stack of thread ${tid} ends early: ${ending.reason}`;
    warnings.push({ code: 'native-incomplete', tid, message });
  }
  if (merged.problem !== null && stack.ending === ending) {
    const message = `native and Python frames of thread ${tid} do not fit together: ${merged.problem}`;
    warnings.push({ code: 'native-incomplete', tid, message });
  }
  return {
    captured,
    thread: {
      ...thread,
      frames: [...merged.frames],
      nativeEnding: ending,
      gil: sharperGil(thread, stack),
      gc: thread.isPython && stack.state.collecting ? true : thread.gc,
    },
    warnings,
  };
}

const COMPLETE: StackEnding = { kind: 'complete', reason: null };

/** Whoever holds the lock, or has none to wait for, may well be in the code that takes it. */
function sharperGil({ gil, isPython }: Thread, { state }: NativeStack): GilState {
  return isPython && (gil === 'none' || gil === 'unknown') && state.gil !== null ? state.gil : gil;
}
