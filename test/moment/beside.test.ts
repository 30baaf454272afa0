/** How is what is asked beside the copy known to be of its moment? By whom has run since, and by what is still the same. */
import { describe, expect, test } from 'vitest';
import { PystackError } from '../../src/errors.js';
import { toAddress } from '../../src/memory/address.js';
import { PAGE_BYTES } from '../../src/memory/pages.js';
import { BesideCopy } from '../../src/moment/beside.js';
import type { CapturedProcess } from '../../src/moment/captured.js';
import { PageCopy } from '../../src/moment/frozen-memory.js';
import { LOOK, type LookResult, type NativeProcess } from '../../src/process/native.js';
import type { OsLook } from '../../src/process/process.js';
import { layoutFor } from '../../src/python/layouts/index.js';
import type { Python } from '../../src/python/python.js';
import type { Answered } from '../../src/questions/answered.js';
import { known } from '../../src/questions/answers.js';
import { POLLED } from '../../src/questions/polled.js';
import type { ProcessQuestion, Question, ThreadQuestion } from '../../src/questions/question.js';
import { capturedProcess } from '../support/captured.js';

const TID = 8;
/** In poll(0x10000, 1, …). */
const POLLING: OsLook = {
  tid: TID,
  running: false,
  syscall: { number: 7, args: [0x10000, 1, 0, 0, 0, 0] },
  sp: null,
  pc: null,
  runs: 5,
};
const WORD = toAddress(0x20000);

const layout = layoutFor(3, 12, 1);
if (!layout) throw new Error('no row');
const python = { address: toAddress(0x5000), layout, version: { major: 3, minor: 12, patch: 1 } };

interface Made {
  /** What is in the first word of the page at 0x20000, one reading of a page after the other; the last for good. */
  readonly words?: readonly number[];
  /** How the thread is found after the copy. */
  readonly look?: () => Partial<OsLook>;
}

/** A process with a list of one descriptor (7) to be polled, and a word that others may change. */
function processOf({ words = [1], look = () => POLLING }: Made): NativeProcess {
  let readings = 0;
  const read = (address: number, into: Uint8Array): number => {
    into.fill(0);
    if (address === 0x10000) into.set([7, 0, 0, 0, 1, 0, 0, 0]);
    if (address === WORD) into[0] = words[Math.min(readings++, words.length - 1)] ?? 0;
    return PAGE_BYTES;
  };
  return {
    read,
    readPages: (addresses: Float64Array, into: Uint8Array, ok: Uint8Array) => {
      addresses.forEach((address, i) => {
        read(address, into.subarray(i * PAGE_BYTES, (i + 1) * PAGE_BYTES));
        ok[i] = 1;
      });
    },
    look: (): LookResult => {
      const { running = false, syscall, runs } = { ...POLLING, ...look() };
      return {
        tids: Int32Array.of(TID),
        states: Uint8Array.of(running ? LOOK.running : LOOK.blocked),
        runs: Float64Array.of(runs ?? 0),
        syscalls: Int32Array.of(syscall?.number ?? -1),
        args: Float64Array.from(syscall?.args ?? [0, 0, 0, 0, 0, 0]),
        sp: Float64Array.of(0),
        pc: Float64Array.of(0),
        method: 'schedstat+syscall',
      };
    },
  } as unknown as NativeProcess;
}

function captured(): CapturedProcess {
  const process = capturedProcess([{ tid: TID, state: 0x7100, interpreterId: 0 }]);
  return { ...process, threads: process.threads.map((thread) => ({ ...thread, look: POLLING })) };
}

function ask<Answer>(
  question: Question<Answer>,
  made: Made,
  process: CapturedProcess = captured(),
): Answered<Answer> | null {
  new BesideCopy(processOf(made), python, 'x86-64', [question]).ask(process);
  return (question.of === 'process' ? process.answers : process.threads[0]?.answers)?.get(question) ?? null;
}

/** With a copy of the list that is polled, which has another descriptor (9). */
function wholly(process: CapturedProcess): CapturedProcess {
  const bytes = new Uint8Array(PAGE_BYTES);
  bytes.set([9, 0, 0, 0, 1, 0, 0, 0]);
  const wholeCopy = new PageCopy(new Map([[0x10000 / PAGE_BYTES, 0]]), bytes, Uint8Array.of(1));
  return { ...process, wholeCopy };
}

describe('what is its own', () => {
  test('is read from the copy, where all of that is of one moment', () => {
    expect(ask(POLLED, {}, wholly(captured()))).toEqual({ value: [9], evidence: 'still' });
  });

  test('is not what the copy says where it has run since', () => {
    const answer = ask(POLLED, { look: () => ({ runs: 6 }) }, wholly(captured()));
    expect(answer && known(answer)).toBeNull();
  });

  test('is known if it has not run since', () => {
    expect(ask(POLLED, {})).toEqual({ value: [7], evidence: 'still' });
  });

  test('is agreed if it is in the same call, and says the same again', () => {
    expect(ask(POLLED, { look: () => ({ runs: 6 }) })).toEqual({ value: [7], evidence: 'agreed' });
  });

  test.each<[string, Partial<OsLook>]>([
    ['it runs', { running: true, syscall: null, runs: 6 }],
    ['it is in another call', { syscall: { number: 202, args: [0, 0, 0, 0, 0, 0] }, runs: 6 }],
  ])('is not known if %s', (_, look) => {
    const answer = ask(POLLED, { look: () => look });
    expect(answer?.evidence).toBe('none');
    expect(known(answer)).toBeNull();
  });

  test('is not known of a process that has ended, and its picture stays', () => {
    const gone = Object.assign(new Error('open: no such process'), { code: 'ESRCH' });
    for (const error of [gone, new PystackError('process-exited', 'process 1 ended')]) {
      const look = () => {
        throw error;
      };
      expect(known(ask(POLLED, { look }))).toBeNull();
    }
  });

  test('a fault of ours goes on up', () => {
    const look = () => {
      throw new TypeError('a fault of ours');
    };
    expect(() => ask(POLLED, { look })).toThrow(TypeError);
  });
});

const word = {
  name: 'a word that others may change',
  ask: ({ memory }: Python) => memory.read(WORD, 8).getUint8(0),
  same: (a: number, b: number) => a === b,
};
const SHARED: ThreadQuestion<number> = { ...word, of: 'thread', reads: 'shared' };
const OF_PROCESS: ProcessQuestion<number> = { ...word, of: 'process' };

describe.each<Question<number>>([SHARED, OF_PROCESS])('what others may change, asked of the $of', (question) => {
  test('is agreed if it is unchanged', () => {
    expect(ask(question, {})).toEqual({ value: 1, evidence: 'agreed' });
  });

  test('is asked again until two readings agree', () => {
    expect(ask(question, { words: [1, 2, 3, 4, 4] })).toEqual({ value: 4, evidence: 'agreed' });
  });

  test('is not known if no two do', () => {
    expect(ask(question, { words: Array.from({ length: 50 }, (_, i) => i) })?.evidence).toBe('none');
  });
});

test('a question that is asked once keeps its first answer: a later one would be of another moment', () => {
  const once: ProcessQuestion<number> = { ...OF_PROCESS, isAskedOnce: true };
  expect(ask(once, { words: [1, 2, 2] })).toEqual({ value: 1, evidence: 'agreed' });
});

test('what others may change is known if nobody has run', () => {
  const process = captured();
  new BesideCopy(processOf({}), python, 'x86-64', [POLLED, SHARED]).ask(process);
  expect(process.threads[0]?.answers.get(SHARED)).toEqual({ value: 1, evidence: 'still' });
});

test('what was read before the copy has to be the same after, even if nobody has run since', () => {
  const before: ThreadQuestion<number> = { ...SHARED, before: ({ memory }) => void memory.read(WORD, 8) };
  const process = captured();
  new BesideCopy(processOf({ words: [1, 2] }), python, 'x86-64', [POLLED, before]).ask(process);
  expect(process.threads[0]?.answers.get(before)).toEqual({ value: 2, evidence: 'agreed' });
});

test('a question of the process uses what its threads answered', () => {
  const count: ProcessQuestion<number> = {
    name: 'how many threads poll',
    of: 'process',
    ask: (_, { threads }) => threads.filter((thread) => known(thread.answerTo(GUESS)) !== null).length,
    same: (a, b) => a === b,
  };
  const GUESS: ThreadQuestion<number> = { ...SHARED, reads: 'own', ask: () => 1 };
  const process = captured();
  new BesideCopy(processOf({}), python, 'x86-64', [count, GUESS]).ask(process);
  expect(process.answers.get(count)).toMatchObject({ value: 1 });
});
