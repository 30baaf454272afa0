/**
 * Which bytes must a snapshot hold? Those that its reader will read, found by reading the way it will: the same questions
 * over the copies, and over what answers beside them were read from; then all that a reader of cores does, from locating
 * on. Nothing else gets in: a redacted value is not read, so it is not there.
 */

import { debuggerRanges } from '../corefile-writer/debugger-ranges.js';
import { type Located, locate } from '../locate/locate.js';
import { offsetBy, toAddress } from '../memory/address.js';
import { KeptBytes } from '../memory/kept-bytes.js';
import { bytesOf, MemoryFault, type MemoryReader } from '../memory/reader.js';
import type { CapturedProcess, CapturedThread, CopiedMemory } from '../moment/captured.js';
import { livePages } from '../moment/rehearse.js';
import { sameCalls } from '../moment/same-stack.js';
import { captureStatic } from '../moment/static.js';
import { inCopy, Walk } from '../moment/walker.js';
import type { NotedInterpreter } from '../process/noted-interpreter.js';
import type { Locatable, OsThread, Process } from '../process/process.js';
import { type Secrets, WITHHELD } from '../python/objects/index.js';
import { Python, type PythonRuntime } from '../python/python.js';
import { ownThreadStateFields } from '../python/runtime.js';
import type { Question } from '../questions/question.js';
import { keepAnswers } from './kept-answers.js';
import { keepForOthers } from './other-readers.js';

export interface KeptMemory {
  readonly kept: KeptBytes;
  /** Thread states that read back as something else than what was captured: they were copied at another time. */
  readonly different: ReadonlySet<CapturedThread>;
  /** Questions to which the file cannot give again the answers that were given. */
  readonly lost: ReadonlySet<Question<unknown>>;
}

export interface Wanted {
  readonly located: Located;
  readonly noted: NotedInterpreter;
  readonly captured: CapturedProcess;
  /** Those that were asked. */
  readonly questions: readonly Question<unknown>[];
  /** What is withheld of values; null: none are asked for. */
  readonly secrets: Secrets | null;
  /** The threads that will be in the snapshot. */
  readonly osThreads: readonly OsThread[];
  readonly auxv: ReadonlyMap<number, bigint>;
  /** Whether native stacks are to be followed later. */
  readonly native: boolean;
}

/** Reads all that is wanted. `process` runs all the while. Throws what reading throws when it is gone. */
export function keepMemory(process: Process, wanted: Wanted): KeptMemory {
  const { located, captured, osThreads, questions, secrets } = wanted;
  const kept = new KeptBytes();
  secrets?.noteTexts();
  keepWalks(kept, located, captured, questions);
  if (wanted.native) keepStacks(kept, captured, process);
  const rest = kept.completedFrom(firstOf(captured.memory.frames, asItIsNow(process)));
  // What a reader of the file does before it asks: where is Python, which thread is whose?
  locate(asItWillBe(process, rest, wanted.noted), { strategies: ['note'] });
  captureStatic(rest, located, osThreads, () => null, []);
  debuggerRanges(rest, process.mappings(), wanted.auxv);
  keepForOthers(kept, new Python(located, rest), process.memory, captured);
  const answers = keepAnswers(kept, located, captured, questions, () => asItIsNow(process));
  if (secrets) blankSecrets(answers.kept, secrets);
  return { ...answers, different: differences(answers.kept, wanted) };
}

/** Puts marks over what is withheld of the texts that were kept: who reads them again withholds the same. */
function blankSecrets(kept: KeptBytes, secrets: Secrets): void {
  for (const { start, width, text, isCut, isHidden } of secrets.places ?? []) {
    const all = [{ start: 0, end: text.length }];
    const parts = isHidden ? all : secrets.partsOf(text, isCut ? 'cut' : 'whole');
    const mark = new Uint8Array(width);
    mark[0] = WITHHELD;
    // Where characters are pairs, their places are not those in memory: then none of it is kept.
    const isPlain = width < 4 || [...text].length === text.length;
    for (const { start: from, end } of isPlain || parts.length === 0 ? parts : all) {
      kept.blank(start + width * from, width * (end - from), mark);
    }
  }
}

/** What was asked in the copies, from the copies. */
function keepWalks(
  kept: KeptBytes,
  python: PythonRuntime,
  captured: CapturedProcess,
  questions: readonly Question<unknown>[],
): void {
  const copied = inCopy(questions);
  const walkOver = ({ frames, objects }: CopiedMemory) =>
    new Walk(new Python(python, kept.completedFrom(frames)), copied, new Python(python, kept.completedFrom(objects)));
  keepLinks(kept, python, captured);
  // Without a stop, threads are caught standing one after the other. What a thread state says of its thread is of that
  // moment; how the states are linked, of the last.
  for (const { memory, walk } of captured.threads) {
    if (memory === captured.memory) continue;
    for (const { offset, size } of ownThreadStateFields(python.layout)) {
      const at = offsetBy(walk.state.address, offset);
      kept.keep(at, bytesOf(memory.frames.read(at, size)));
    }
    walkOver(memory).thread(walk.state);
  }
  const walk = walkOver(captured.memory);
  walk.shared();
  for (const { memory, walk: earlier } of captured.threads) {
    if (memory === captured.memory) walk.thread(earlier.state);
  }
}

/**
 * Whence each thread state is linked. Nobody who walks the list reads it, so in a copy made without a stop it may be of
 * another moment than the list; whoever proves the list later does read it.
 */
function keepLinks(kept: KeptBytes, { layout }: PythonRuntime, { runtime }: CapturedProcess): void {
  const { prev } = layout.PyThreadState;
  if (prev === undefined) return;
  const link = new DataView(new ArrayBuffer(8));
  runtime.threadStates.forEach(({ address, interpreter }, i) => {
    const before = runtime.threadStates[i - 1];
    const from = before?.interpreter === interpreter ? before.address : 0;
    link.setBigUint64(0, BigInt(from), true);
    kept.keep(offsetBy(address, prev), bytesOf(link));
  });
}

/** Stacks as they were copied, and the vDSO, which is in no file. */
function keepStacks(kept: KeptBytes, { threads, nativeThreads }: CapturedProcess, target: Process): void {
  for (const { native } of [...threads, ...nativeThreads]) {
    if (!native) continue;
    kept.keep(native.sp, native.stack);
    for (const { address, bytes } of native.more) kept.keep(address, bytes);
  }
  const vdso = target.mappings().find(({ path }) => path === '[vdso]');
  if (vdso) readOrNot(kept.completedFrom(target.memory), vdso.start, vdso.end - vdso.start);
}

/** The threads whose frames come back differently: without a stop, two threads may have been read at two moments. */
function differences(kept: KeptBytes, { located, captured, osThreads }: Wanted): Set<CapturedThread> {
  const back = captureStatic(kept, located, osThreads, () => null, []);
  const walks = new Map(back.threads.map(({ walk }) => [walk.state.address, walk]));
  return new Set(
    captured.threads.filter(({ walk: { state, stack } }) => {
      const again = walks.get(state.address);
      return !again || !sameCalls(again.stack, stack);
    }),
  );
}

/** The target as the reader of the snapshot will have it: no files, and a note. */
function asItWillBe(target: Process, memory: MemoryReader, noted: NotedInterpreter): Locatable {
  return {
    pid: target.pid,
    architecture: target.architecture,
    memory,
    noted,
    mappings: () => target.mappings(),
    openMapped: () => null,
    sampler: null,
    threads: () => [],
    threadPointers: () => new Map(),
    written: null,
    isDamaged: false,
  };
}

/** Its pages as they are when each is first read. */
function asItIsNow({ sampler, memory }: Process): MemoryReader {
  return sampler ? livePages(sampler.native) : memory;
}

function firstOf(first: MemoryReader, second: MemoryReader): MemoryReader {
  return {
    read(address, size) {
      return readOrNot(first, address, size) ?? second.read(address, size);
    },
  };
}

function readOrNot(memory: MemoryReader, address: number, size: number): DataView | null {
  try {
    return memory.read(toAddress(address), size);
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
}
