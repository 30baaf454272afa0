/** What stands in the word that a thread waits for the kernel to tell it of, and how many threads wait for the same? */
import { toAddress } from '../../src/memory/address.js';
import { syscallName } from '../../src/process/syscall-names.js';
import { given } from '../../src/questions/answers.js';
import type { ProcessQuestion, ThreadAt, ThreadQuestion } from '../../src/questions/question.js';

/** The value of its futex; null: it waits for none. */
export const AWAITED_WORD: ThreadQuestion<number | null> = {
  name: 'the word that it waits for',
  of: 'thread',
  reads: 'shared',
  ask: ({ memory }, at) => {
    const address = futexOf(at);
    return address === null ? null : memory.read(toAddress(address), 4).getUint32(0, true);
  },
  same: (a, b) => a === b,
};

/** Of all threads that wait for a word that is zero: how many wait for the word that most wait for? */
export const LONGEST_QUEUE: ProcessQuestion<number> = {
  name: 'the longest queue',
  of: 'process',
  ask: (_, { threads }) => {
    const waiting = new Map<number, number>();
    for (const at of threads) {
      const address = futexOf(at);
      if (address === null || given(at.answerTo(AWAITED_WORD)) !== 0) continue;
      waiting.set(address, (waiting.get(address) ?? 0) + 1);
    }
    return [...waiting.values()].reduce((most, count) => Math.max(most, count), 0);
  },
  same: (a, b) => a === b,
};

function futexOf({ look, architecture }: ThreadAt): number | null {
  const call = look?.syscall ?? null;
  return call && syscallName(architecture, call.number) === 'futex' ? (call.args[0] ?? null) : null;
}
