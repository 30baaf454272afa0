/** Who is asked what beside the copy? Each question of a thread goes to each thread, then those of the process to it. */
import type { Architecture } from '../process/arch.js';
import { Python, type PythonRuntime } from '../python/python.js';
import type { Answered } from '../questions/answered.js';
import type { AnswerPart, Question, ThreadAt, ThreadQuestion } from '../questions/question.js';
import {
  type CapturedNativeThread,
  type CapturedProcess,
  type CapturedThread,
  type CopiedMemory,
  copiedAnswer,
} from './captured.js';

export type AskedThread = CapturedThread | CapturedNativeThread;

/** One question to one who is asked. */
export interface Asking {
  readonly question: Question<unknown>;
  readonly reads: 'own' | 'shared';
  /** Whether part of it was read before the copy was made. */
  readonly isEnclosing: boolean;
  /** Whether it is not asked again. */
  readonly isAskedOnce: boolean;
  /** Null: the process is asked. */
  readonly thread: AskedThread | null;
  /** Where reading begins, as far as that is known. */
  ahead(): readonly number[];
  /** Throws what the question does. */
  ask(python: Python): unknown;
  same(a: unknown, b: unknown): boolean;
  /** Parts of an answer that are known each by itself; null: there are none. */
  parts(answer: unknown): readonly AnswerPart[] | null;
  /** What was noted last; null: nothing yet. */
  noted(): Answered<unknown> | null;
  /** Keeps the answer with who was asked, in place of the one before. */
  note(answered: Answered<unknown>): void;
}

const NOWHERE: readonly number[] = [];

/** There are thousands of these: a class, so that what each can do is made once. */
class ThreadAsking implements Asking {
  readonly isAskedOnce = false;
  readonly #at: ThreadAt;

  constructor(
    readonly question: ThreadQuestion<unknown>,
    readonly thread: AskedThread,
    at: ThreadAt,
  ) {
    this.#at = at;
  }

  get reads(): 'own' | 'shared' {
    return this.question.reads;
  }

  get isEnclosing(): boolean {
    return this.question.before !== undefined;
  }

  ahead(): readonly number[] {
    return this.question.ahead?.(this.#at) ?? NOWHERE;
  }

  ask(over: Python): unknown {
    return this.question.ask(over, this.#at);
  }

  same(a: unknown, b: unknown): boolean {
    return this.question.same(a, b);
  }

  parts(): null {
    return null;
  }

  noted(): Answered<unknown> | null {
    return this.thread.answers.get(this.question);
  }

  note(answered: Answered<unknown>): void {
    this.thread.answers.set(this.question, answered);
  }
}

/** In the order of the list, those to the process last: what an answer is built on has been noted when it is asked for. */
export function askingsOf(
  captured: CapturedProcess,
  python: PythonRuntime,
  architecture: Architecture,
  questions: readonly Question<unknown>[],
): Asking[] {
  const askings: Asking[] = [];
  const threads = threadsOf(captured, python, architecture);
  for (const question of questions) {
    if (question.of !== 'thread' || question.reads === 'copy') continue;
    for (const [thread, at] of threads) askings.push(new ThreadAsking(question, thread, at));
  }
  const { runtime, answers } = captured;
  const at = { architecture, runtime, threads: [...threads.values()], answerTo: answers.get.bind(answers) };
  for (const question of questions) {
    if (question.of !== 'process') continue;
    askings.push({
      question,
      reads: 'shared',
      isEnclosing: false,
      isAskedOnce: question.isAskedOnce ?? false,
      thread: null,
      ahead: () => [],
      ask: (over) => question.ask(over, at),
      same: (a, b) => question.same(a, b),
      parts: (answer) => question.parts?.(answer) ?? null,
      noted: () => answers.get(question),
      note: (answered) => answers.set(question, answered),
    });
  }
  return askings;
}

function threadsOf(
  captured: CapturedProcess,
  python: PythonRuntime,
  architecture: Architecture,
): Map<AskedThread, ThreadAt> {
  const copies = new Map<CopiedMemory, Python>();
  const copyOf = (memory: CopiedMemory): Python => {
    const copy = copies.get(memory) ?? new Python(python, memory.frames);
    copies.set(memory, copy);
    return copy;
  };
  const threads = new Map<AskedThread, ThreadAt>();
  for (const thread of captured.threads) {
    const { walk, tid, look, evidence, runtime, memory, answers } = thread;
    threads.set(thread, {
      state: walk.state,
      stack: walk.stack,
      tid,
      look,
      evidence,
      architecture,
      runtime,
      copy: copyOf(memory),
      answerTo: (question) => copiedAnswer(thread, question) ?? answers.get(question),
    });
  }
  for (const thread of captured.nativeThreads) {
    const { look, evidence, answers } = thread;
    threads.set(thread, {
      state: null,
      stack: null,
      tid: look.tid,
      look,
      evidence,
      architecture,
      runtime: captured.runtime,
      copy: copyOf(captured.memory),
      answerTo: answers.get.bind(answers),
    });
  }
  return threads;
}
