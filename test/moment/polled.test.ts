/** Does a process that ends after it was captured keep its picture, only without what it polled? */
import { expect, test } from 'vitest';
import { PystackError } from '../../src/errors.js';
import type { MemoryReader } from '../../src/memory/reader.js';
import { readPolledNow } from '../../src/moment/polled.js';
import { stillBlocked } from '../../src/process/live/still-blocked.js';
import type { NativeProcess } from '../../src/process/native.js';
import type { OsLook } from '../../src/process/process.js';

/** In poll(0x10000, 1, …) on descriptor 7. */
const POLLING: OsLook = {
  tid: 1,
  running: false,
  syscall: { number: 7, args: [0x10000, 1, 0, 0, 0, 0] },
  sp: null,
  pc: null,
  runs: 5,
};
const pollfd: MemoryReader = { read: () => new DataView(new Uint8Array([7, 0, 0, 0, 1, 0, 0, 0]).buffer) };

/** A process whose look does that. */
const looking = (look: () => unknown) => (looks: readonly OsLook[]) =>
  stillBlocked({ look } as unknown as NativeProcess, looks);
const found = (runs: number) =>
  looking(() => ({ tids: Int32Array.of(1), states: Uint8Array.of(1), runs: Float64Array.of(runs) }));
const fails = (error: Error) => () => {
  throw error;
};

test('a list counts if its thread has not run since', () => {
  expect(readPolledNow({ memory: pollfd, stillSince: found(5) }, 'x86-64', [POLLING])).toEqual(new Map([[1, [7]]]));
  expect(readPolledNow({ memory: pollfd, stillSince: found(6) }, 'x86-64', [POLLING])).toEqual(new Map());
});

test('a process that has ended leaves none', () => {
  const gone = Object.assign(new Error('open: no such process'), { code: 'ESRCH' });
  expect(readPolledNow({ memory: pollfd, stillSince: looking(fails(gone)) }, 'x86-64', [POLLING])).toEqual(new Map());
  const memory = { read: fails(new PystackError('process-exited', 'process 1 ended')) };
  expect(readPolledNow({ memory, stillSince: found(5) }, 'x86-64', [POLLING])).toEqual(new Map());
});

test('what is no end of the process goes on up', () => {
  const stillSince = looking(fails(new TypeError('a fault of ours')));
  expect(() => readPolledNow({ memory: pollfd, stillSince }, 'x86-64', [POLLING])).toThrow(TypeError);
});
