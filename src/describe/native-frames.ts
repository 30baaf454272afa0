/** How do native frames come into a thread's stack? Among its Python frames, by structure; and what is missing is said. */
import type { NativeState } from '../capture/captured.js';
import { roleOf } from '../native-stack/eval-loop.js';
import { mergeStacks } from '../native-stack/merge.js';
import type { NativeStack } from '../native-stack/native-stacks.js';
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

/** The thread with its native frames. `thread` has its Python frames only. */
export function addNativeFrames(thread: Thread, copied: NativeState | null, native: NativeFrames): Merged {
  const { tid } = thread;
  if (tid === null || thread.status === 'terminated')
    return { thread: { ...thread, nativeEnding: COMPLETE }, warnings: [] };
  const stack = native.stackOf(tid, copied);
  if (typeof stack === 'string') {
    const message = `thread ${tid} is shown without native frames: ${stack}`;
    return {
      thread: { ...thread, nativeEnding: { kind: 'truncated', reason: stack } },
      warnings: [{ code: 'native-incomplete', tid, message }],
    };
  }
  const python = thread.frames.filter((frame): frame is PythonFrame => frame.kind === 'python');
  const merged = mergeStacks(
    { native: stack.frames, nativeEnding: stack.ending, python, pythonEnding: thread.ending },
    { verbose: native.plumbing, onlyLast: native.mode === 'last' && thread.isPython },
  );
  const warnings: Warning[] = [];
  // What lies outside of the evaluation loop was not asked for then.
  const enough = native.mode === 'last' && stack.frames.some(({ rawSymbol }) => roleOf(rawSymbol) === 'eval-loop');
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
