/**
 * How do the answers to a list of questions come to be of one moment? Of what moves: what is asked in the copy is
 * rehearsed, frozen and replayed, or agreed on without a stop; what is asked beside it, around it. Of what does not move,
 * once.
 */
import { SureMemory } from '../memory/sure-memory.js';
import { HERE } from '../process/arch.js';
import type { Process, Sampler } from '../process/process.js';
import type { LooseStacks } from '../python/lost/loose-frames.js';
import { Python, type PythonRuntime } from '../python/python.js';
import { answerOf } from '../questions/answers.js';
import type { Question } from '../questions/question.js';
import type { Evidence } from '../snapshot.js';
import { askingsOf } from './asked.js';
import { BesideCopy } from './beside.js';
import { type BlockingOptions, captureBlocking } from './blocking.js';
import type { CapturedProcess, NativeWish } from './captured.js';
import { looseStacksOf } from './loose.js';
import { captureNonBlocking } from './non-blocking.js';
import { asNoted } from './noted.js';
import { captureStatic } from './static.js';
import { inCopy } from './walker.js';

export interface MomentOptions extends Omit<BlockingOptions, 'questions' | 'native'> {
  /** Whether threads that run may be stopped for the copy. */
  readonly mode: 'blocking' | 'non-blocking';
  /** null: no native stacks are wanted. */
  readonly native: Omit<NativeWish, 'allThreads'> | null;
  /** Whether threads that the interpreter does not know are wanted as well. */
  readonly allThreads: boolean;
  /** Whether all memory of a core is to be searched for calls, where states of threads are lost. Default: no. */
  readonly exhaustive?: boolean;
}

/** `loose`: of a core that not one thread's state is left of, the calls that were found in it. */
type Target = PythonRuntime & { readonly loose?: LooseStacks };

/**
 * The threads of a Python and the answers to these questions, as of one moment as far as that could be had. Throws
 * MemoryFault, InvalidAddress, CorruptData where nothing can be shown at all, and what reading throws when the process
 * is gone.
 */
export function momentOf(
  process: Process,
  python: Target,
  questions: readonly Question<unknown>[],
  options: MomentOptions,
): CapturedProcess {
  return process.sampler
    ? momentOfMoving(process.sampler, python, questions, options)
    : momentOfStill(process, python, questions, options);
}

function momentOfMoving(
  sampler: Sampler,
  python: PythonRuntime,
  questions: readonly Question<unknown>[],
  { mode, native, allThreads, ...options }: MomentOptions,
): CapturedProcess {
  const process = sampler.native;
  const beside = new BesideCopy(process, python, HERE, questions);
  const capture = mode === 'blocking' ? captureBlocking : captureNonBlocking;
  const captured = capture(process, python, () => sampler.tids(), {
    ...options,
    native: native && { ...native, allThreads },
    questions: inCopy(questions),
  });
  return { ...captured, beside: beside.ask(captured) };
}

/** Nothing has to be copied: each thread is walked once, and all is asked once. */
function momentOfStill(
  process: Process,
  python: Target,
  questions: readonly Question<unknown>[],
  { allThreads, exhaustive = false }: Pick<MomentOptions, 'allThreads' | 'exhaustive'>,
): CapturedProcess {
  const recorded = process.postMortem();
  const lookAt = (tid: number) => recorded?.lookAt(tid) ?? null;
  const { memory } = process;
  // What a snapshot holds was read while it was true.
  const hasWholePages = recorded === null || (recorded.hasWholePages && recorded.copied === null);
  const sureMemory = hasWholePages ? new SureMemory(memory, process.isDamaged) : memory;
  const walked = captureStatic(memory, python, process.threads(), lookAt, inCopy(questions), {
    allThreads,
    // A snapshot holds what stacks lead to, and no more.
    mappings: recorded?.copied ? null : process.mappings(),
    written: () => process.written,
    hasWholePages: recorded?.hasWholePages ?? true,
    sureMemory,
    pointers: process.threadPointers(),
  });
  const captured = asNoted(walked, recorded?.copied ?? null, lookAt);
  const over = new Python(python, memory, sureMemory);
  const ofProcess: Evidence = captured.capture.simultaneous ? 'stopped' : 'agreed';
  for (const asking of askingsOf(captured, python, process.identify().architecture, questions)) {
    asking.note(answerOf(asking.thread?.evidence ?? ofProcess, () => asking.ask(over)));
  }
  if (python.loose === undefined && (!exhaustive || recorded?.copied)) return captured;
  return { ...captured, loose: looseStacksOf(process, over, captured, python.loose) };
}
