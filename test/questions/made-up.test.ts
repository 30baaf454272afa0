/** Is a question that nobody has heard of answered wherever one is asked, without an edit anywhere else? */
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settleInspectOptions } from '../../src/options.js';
import { type Examined, examine, withProcess } from '../../src/pipeline.js';
import { openCoreProcess } from '../../src/process/core/open-core.js';
import { openLiveProcess } from '../../src/process/live/live-process.js';
import type { Process } from '../../src/process/process.js';
import { known } from '../../src/questions/answers.js';
import { saveWith } from '../../src/save-snapshot.js';
import { noKernelCores, withFolder, withKernelCore } from '../support/cores.js';
import { MODES, type Mode, onEveryInterpreter } from '../support/matrix.js';
import { withProgram } from '../support/target.js';
import { AWAITED_WORD, LONGEST_QUEUE } from './awaited-word.js';

const QUESTIONS = [AWAITED_WORD, LONGEST_QUEUE];
const PROGRAM = 'five_at_a_lock.py';
/** Threads of it that wait for a lock. */
const WAITING = 5;

/** What was answered: the word of each thread that waits for one, and the length of the longest queue. */
function answersOf({ captured }: Examined) {
  const words = captured.threads.flatMap(({ tid, answers }) => {
    const word = known(answers.get(AWAITED_WORD));
    return word === null ? [] : [[tid, word] as const];
  });
  return { words: new Map(words), longest: known(captured.answers.get(LONGEST_QUEUE)) };
}

function ask<P extends Process>(open: () => P | Promise<P>, mode: Mode = 'blocking'): Promise<Examined> {
  const settings = { ...settleInspectOptions({ mode }), registers: false };
  return withProcess(open, (process, watch) => examine(process, settings, watch, QUESTIONS));
}

/** What the kernel and the process's memory say of it themselves. */
function truthOf(pid: number): Map<number, number> {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  try {
    const words = readdirSync(`/proc/${pid}/task`).flatMap((tid): [number, number][] => {
      const [call, futex] = readFileSync(`/proc/${pid}/task/${tid}/syscall`, 'utf8').split(' ');
      if (call !== (process.arch === 'x64' ? '202' : '98')) return [];
      const word = Buffer.alloc(4);
      readSync(memory, word, 0, 4, BigInt(futex ?? 0));
      return [[Number(tid), word.readUInt32LE(0)]];
    });
    return new Map(words);
  } finally {
    closeSync(memory);
  }
}

onEveryInterpreter('a made-up question is answered live, without a stop, and from a snapshot', (interpreter) =>
  withFolder((folder) =>
    withProgram(interpreter, PROGRAM, {}, async ({ pid }) => {
      const truth = truthOf(pid);
      expect(truth.size).toBe(WAITING);
      for (const mode of MODES) {
        const live = await ask(() => openLiveProcess(pid), mode);
        expect(answersOf(live).words).toEqual(truth);
        const path = join(folder, `${mode}.gz`);
        const { examined } = await saveWith(pid, path, { mode }, QUESTIONS);
        expect(answersOf(examined)).toEqual(answersOf(live));
        const back = await ask(() => openCoreProcess(path, { sysroot: '/nonexistent' }));
        expect(answersOf(back)).toEqual(answersOf(live));
      }
    }),
  ),
);

if (noKernelCores) test.skip(`from a kernel core: ${noKernelCores}`);
else {
  onEveryInterpreter('a made-up question is answered from a core', (interpreter) =>
    withKernelCore(interpreter, PROGRAM, {}, async (core) => {
      const examined = await ask(() => openCoreProcess(core));
      const { words, longest } = answersOf(examined);
      expect([...words.values()]).toEqual(Array.from({ length: WAITING }, () => 0));
      // They wait for the lock's own word, or each for one of its own (3.13 on).
      const waiting = examined.captured.threads.filter(({ tid }) => tid !== null && words.has(tid));
      const futexes = new Set(waiting.map(({ look }) => look?.syscall?.args[0]));
      expect(longest).toBe(futexes.size === 1 ? WAITING : 1);
    }),
  );
}

test('the worked example is this very code', () => {
  const text = readFileSync(new URL('../../docs/adding-a-question.md', import.meta.url), 'utf8');
  const code = readFileSync(new URL('awaited-word.ts', import.meta.url), 'utf8').replaceAll('../../src/', '../');
  const shown = /```ts\n(.*?)```/s.exec(text)?.[1];
  expect(shown).toBe(code.replaceAll("'../questions/", "'./"));
});
