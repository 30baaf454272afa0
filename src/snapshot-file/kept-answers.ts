/**
 * Which bytes say again what was answered beside the copy? Those that a question reads when it is asked over what is kept
 * already, and beyond that over what the answer was read from. Whatever does not come out the same is not kept.
 */
import type { KeptBytes } from '../memory/kept-bytes.js';
import { PAGE_BYTES, type PagedMemory } from '../memory/pages.js';
import type { MemoryReader } from '../memory/reader.js';
import { type Asking, askingsOf } from '../moment/asked.js';
import type { CapturedProcess } from '../moment/captured.js';
import { HERE } from '../process/arch.js';
import { Python, type PythonRuntime } from '../python/python.js';
import { answerOf } from '../questions/answers.js';
import type { Question } from '../questions/question.js';

/** Readings until one says what is shown; the first is of the pages that the answer came from. */
const READINGS = 10;

export interface KeptAnswers {
  readonly kept: KeptBytes;
  /** Questions whose answers could not be kept. */
  readonly lost: ReadonlySet<Question<unknown>>;
}

/** `kept`, and what all answers need beside it. `live` reads the running process, anew each time. */
export function keepAnswers(
  kept: KeptBytes,
  python: PythonRuntime,
  captured: CapturedProcess,
  questions: readonly Question<unknown>[],
  live: () => MemoryReader,
): KeptAnswers {
  const byQuestion = new Map<Question<unknown>, Asking[]>();
  for (const asking of askingsOf(captured, python, HERE, questions)) {
    const answered = asking.noted();
    // What is not known of the moment is not worth to be known later.
    if (answered === null || 'problem' in answered || answered.evidence === 'none') continue;
    const askings = byQuestion.get(asking.question);
    if (askings) askings.push(asking);
    else byQuestion.set(asking.question, [asking]);
  }
  const lost = new Set<Question<unknown>>();
  let all = kept;
  for (const [question, askings] of byQuestion) {
    const more = keepSame(all, python, askings, (n) => (n === 0 ? asRead(captured.beside, live()) : live()));
    if (more) all = more;
    else lost.add(question);
  }
  return { kept: all, lost };
}

/** A copy of `kept` with what these need, whose answers come out of it as they were; null: there is none. */
function keepSame(
  kept: KeptBytes,
  python: PythonRuntime,
  askings: readonly Asking[],
  sourceOf: (reading: number) => MemoryReader,
): KeptBytes | null {
  for (let n = 0; n < READINGS; n++) {
    const attempt = kept.copy();
    const over = new Python(python, attempt.completedFrom(sourceOf(n)));
    if (askings.every((asking) => isSame(asking, over))) return attempt;
  }
  return null;
}

function isSame(asking: Asking, over: Python): boolean {
  const then = asking.noted();
  const again = answerOf('none', () => asking.ask(over));
  return then !== null && 'value' in then && 'value' in again && asking.same(then.value, again.value);
}

/** The pages that answers were read from, the last reading first; what is on none of them from `live`. */
function asRead(beside: readonly PagedMemory[], live: MemoryReader): MemoryReader {
  return {
    read(address, size) {
      const has = (memory: PagedMemory) => {
        for (let at: number = address; at < address + size; at += PAGE_BYTES) if (!memory.has(at)) return false;
        return memory.has(address + Math.max(size, 1) - 1);
      };
      return (beside.find(has) ?? live).read(address, size);
    },
  };
}
