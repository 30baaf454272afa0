/**
 * What is asked beside the copy, of a process that runs on, and how is an answer of the moment of the copy? A thread that
 * has not run since is where it was, and so is what is its own. What others may change is as it was if nobody has run, or
 * if what was read before is the same after, or if two readings say the same. Nobody is stopped for it.
 */
import type { PagedMemory, PageSet } from '../memory/pages.js';
import { WordRecorder } from '../memory/touched-words.js';
import type { Architecture } from '../process/arch.js';
import type { NativeProcess } from '../process/native.js';
import { Python, type PythonRuntime } from '../python/python.js';
import type { Answered } from '../questions/answered.js';
import { answerOf } from '../questions/answers.js';
import type { Question } from '../questions/question.js';
import type { Evidence } from '../snapshot.js';
import { type Asking, askingsOf } from './asked.js';
import type { CapturedProcess } from './captured.js';
import type { PageCopy } from './frozen-memory.js';
import { Later } from './later.js';
import { pagesOf } from './rehearse.js';

/** Readings until two agree; threads come and go, so it is bounded. */
const READINGS = 10;

/** A handle over the running process, and which words of which pages were read through it. */
class Reading {
  readonly memory: WordRecorder;
  readonly python: Python;

  /** `copy`: has the pages of that moment, which need not be read again. */
  constructor(native: NativeProcess, runtime: PythonRuntime, copy: PageCopy | null = null) {
    const pages = pagesOf(native);
    this.memory = new WordRecorder(
      copy === null
        ? pages
        : {
            held: (page) => copy.pageOf(page),
            fetch: (page) => pages.fetch(page),
            fetchAll: (all) => pages.fetchAll(all),
          },
    );
    this.python = new Python(runtime, this.memory);
  }
}

/** An answer that is not known to be of the moment yet, and what it was read through. */
interface Pending {
  readonly asking: Asking;
  readonly answer: Answered<unknown>;
  readonly reading: Reading;
}

export class BesideCopy {
  readonly #native: NativeProcess;
  readonly #runtime: PythonRuntime;
  readonly #architecture: Architecture;
  readonly #questions: readonly Question<unknown>[];
  readonly #before: Reading;

  /** Reads what is to be read before the copy is made. Throws what reading throws when the process is gone. */
  constructor(
    native: NativeProcess,
    runtime: PythonRuntime,
    architecture: Architecture,
    questions: readonly Question<unknown>[],
  ) {
    this.#native = native;
    this.#runtime = runtime;
    this.#architecture = architecture;
    this.#questions = questions;
    this.#before = new Reading(native, runtime);
    for (const question of questions) {
      if (question.of === 'thread' && question.reads !== 'copy') question.before?.(this.#before.python);
    }
  }

  /**
   * Asks all that is asked beside the copy, and notes the answers with those who were asked. Returns what they were read
   * from, the last reading first.
   */
  ask(captured: CapturedProcess): PagedMemory[] {
    const later = new Later(this.#native, captured);
    const after = new Reading(this.#native, this.#runtime, captured.wholeCopy);
    const readings = [this.#before, after];
    const first: Pending[] = [];
    const askings = askingsOf(captured, this.#runtime, this.#architecture, this.#questions);
    const ahead: number[] = [];
    for (const asking of askings) for (const address of asking.ahead()) ahead.push(address);
    after.memory.ahead(ahead);
    let touched: PageSet = new Set();
    for (const asking of askings) {
      const reading = asking.isEnclosing ? this.#before : after;
      // Most touch nothing.
      if (touched.size > 0) touched = new Set();
      reading.memory.recordInto(touched);
      const answer = answerOf('none', () => asking.ask(reading.python));
      asking.note(answer);
      // What was answered without a look at memory is as good as the copy.
      if (asking.reads === 'own' && touched.size === 0) settle(asking, answer, asking.thread?.evidence ?? 'none');
      else first.push({ asking, answer, reading });
    }
    if (first.some(({ asking }) => asking.reads === 'own')) later.look();
    const unsure = first.filter((one) => !vouch(one, later) && !settleOnce(one));
    const whole = unsure.filter((one) => !settleParts(one, later));
    let pending = whole;
    for (let n = 0; n < READINGS && pending.length > 0 && !later.gone; n++) {
      const again = new Reading(this.#native, this.#runtime);
      readings.push(again);
      pending = pending.flatMap((one) => askAgain(one, again, later));
    }
    if (whole.length < unsure.length) {
      // Parts that moved on since are as they were on these pages only.
      readings.splice(readings.indexOf(after), 1);
      readings.push(after);
    }
    return readings.reverse().map(({ memory }) => memory);
  }
}

/** An answer that stands as it was given first. False: it is to be asked again. */
function settleOnce({ asking, answer }: Pending): boolean {
  if (!asking.isAskedOnce) return false;
  settle(asking, answer, 'agreed');
  return true;
}

/** Of an answer with parts that is not known as a whole, each part by itself. False: it has none. */
function settleParts({ asking, answer }: Pending, later: Later): boolean {
  if ('problem' in answer) return false;
  const parts = asking.parts(answer.value);
  if (parts === null || parts.length === 0) return false;
  // What is known of it is what is known of its parts.
  asking.note({ ...answer, evidence: 'agreed', parts: parts.map((part) => later.evidenceOf(part)) });
  return true;
}

function settle(asking: Asking, answer: Answered<unknown>, evidence: Evidence): void {
  // In one piece: there are thousands, and of a first answer nothing else is known.
  asking.note('problem' in answer ? { problem: answer.problem, evidence } : { value: answer.value, evidence });
}

/** Whether the first answer is known to be of the moment. */
function vouch({ asking, answer, reading }: Pending, later: Later): boolean {
  const evidence = asking.reads === 'own' ? evidenceOfOwn(asking, later) : evidenceOfShared(asking, reading, later);
  if (evidence !== 'none') settle(asking, answer, evidence);
  return evidence !== 'none';
}

function evidenceOfOwn({ thread }: Asking, later: Later): Evidence {
  return thread !== null && later.stands(thread) ? 'still' : 'none';
}

function evidenceOfShared({ isEnclosing }: Asking, { memory }: Reading, later: Later): Evidence {
  // What was read before the copy may have changed until then.
  if (later.nobodyRan && (!isEnclosing || later.isUnchanged(memory))) return 'still';
  return later.isUnchanged(memory) ? 'agreed' : 'none';
}

/** Whoever has run is asked again; what is left to be asked once more. */
function askAgain({ asking, answer: before }: Pending, reading: Reading, later: Later): Pending[] {
  const { thread, reads } = asking;
  // What it does now is something else, and says nothing about then.
  if (reads === 'own' && !(thread && later.isInSameCall(thread))) return [];
  const answer = answerOf('none', () => asking.ask(reading.python));
  asking.note(answer);
  if (saySame(asking, before, answer)) settle(asking, answer, 'agreed');
  else if (reads === 'shared') return [{ asking, answer, reading }];
  return [];
}

function saySame(asking: Asking, a: Answered<unknown>, b: Answered<unknown>): boolean {
  if ('problem' in a || 'problem' in b) return 'problem' in a && 'problem' in b && a.problem === b.problem;
  return asking.same(a.value, b.value);
}
