/** How do native frames come into a thread's stack? Among its Python frames, by structure; and what is missing is said. */
import type { NativeState } from '../moment/captured.js';
import { roleOf } from '../native-stack/eval-loop.js';
import { mergeStacks } from '../native-stack/merge.js';
import type { NativeStack } from '../native-stack/native-stacks.js';
import { splitNative } from '../native-stack/split.js';
import type { GilState, PythonFrame, StackEnding, Thread, Warning } from '../snapshot.js';

/** Where native stacks come from, and which of their frames are shown. */
export interface NativeFrames {
  readonly mode: 'python' | 'all' | 'last';
  /** Also the interpreter's plumbing. */
  readonly plumbing: boolean;
  /** Of a thread that was copied; a reason, in words, where it cannot be followed at all. */
  stackOf(tid: number, copied: NativeState | null): NativeStack | string;
}

export interface Merged {
  readonly thread: Thread;
  readonly warnings: readonly Warning[];
}

/**
 * The threads with their native frames, in the same order; as given, they have Python frames only. `evalLoop`: the
 * function that runs those. Default that of 3.6 and later.
 */
export function addNativeFrames(
  described: readonly { readonly thread: Thread; readonly copied: NativeState | null }[],
  native: NativeFrames,
  evalLoop?: string,
): Merged[] {
  const stacks = described.map(({ thread, copied }): NativeStack | string | null => {
    const { tid, status } = thread;
    return tid === null || status === 'terminated' ? null : native.stackOf(tid, copied);
  });
  const threads = described.map(({ thread }) => thread);
  for (const shared of inSeveralInterpreters(threads)) shareStack(shared, threads, stacks, evalLoop);
  return threads.map((thread, i) => addStack(thread, stacks[i] ?? null, native, evalLoop));
}

/** Indices of thread states of one OS thread, the outermost interpreter's first, as they are given. */
function inSeveralInterpreters(threads: readonly Thread[]): number[][] {
  const byTid = new Map<number, number[]>();
  threads.forEach(({ tid, frames }, i) => {
    if (tid !== null && frames.length > 0) byTid.set(tid, [...(byTid.get(tid) ?? []), i]);
  });
  return [...byTid.values()].filter((indices) => indices.length > 1);
}

function shareStack(
  shared: readonly number[],
  threads: readonly Thread[],
  stacks: (NativeStack | string | null)[],
  evalLoop: string | undefined,
): void {
  const whole = stacks[shared[0] ?? 0];
  if (!whole || typeof whole === 'string') return;
  const parts = splitNative(
    whole.frames,
    shared.map((i) => pythonFrames(threads[i])),
    evalLoop,
  );
  shared.forEach((i, n) => {
    stacks[i] = { ...whole, frames: parts[n] ?? [] };
  });
}

function pythonFrames(thread: Thread | undefined): PythonFrame[] {
  return thread?.frames.filter((frame): frame is PythonFrame => frame.kind === 'python') ?? [];
}

function addStack(
  thread: Thread,
  stack: NativeStack | string | null,
  native: NativeFrames,
  evalLoop: string | undefined,
): Merged {
  const { tid } = thread;
  if (tid === null || stack === null) return { thread: { ...thread, nativeEnding: COMPLETE }, warnings: [] };
  if (typeof stack === 'string') {
    const message = `thread ${tid} is shown without native frames: ${stack}`;
    return {
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
