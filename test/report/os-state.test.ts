import { expect, test } from 'vitest';
import { syscallName } from '../../src/process/syscall-names.js';
import { describeWait } from '../../src/report/os-state.js';

const sockets = (fd: number) => (fd === 5 ? 'socket:[4711]' : null);

test('system calls have the names of their machine', () => {
  expect(syscallName('x86-64', 202)).toBe('futex');
  expect(syscallName('aarch64', 98)).toBe('futex');
  expect(syscallName('x86-64', 232)).toBe('epoll_wait');
  expect(syscallName('x86-64', 100_000)).toBeNull();
});

test('what is waited on is told by the first argument', () => {
  expect(describeWait('x86-64', { number: 202, args: [0x1000] }, null, sockets).waitingOn).toBe('futex 0x1000');
  expect(describeWait('x86-64', { number: 45, args: [5] }, null, sockets).waitingOn).toBe('fd 5 (socket:[4711])');
  expect(describeWait('x86-64', { number: 0, args: [9] }, null, sockets).waitingOn).toBe('fd 9');
  expect(describeWait('x86-64', { number: 61, args: [4711] }, null, sockets).waitingOn).toBe('child process 4711');
  expect(describeWait('x86-64', { number: 61, args: [2 ** 64] }, null, sockets).waitingOn).toBe('a child process');
  expect(describeWait('x86-64', { number: 247, args: [1, 4711] }, null, sockets).waitingOn).toBe('child process 4711');
  expect(describeWait('x86-64', { number: 247, args: [0, 0] }, null, sockets).waitingOn).toBe('a child process');
  expect(describeWait('x86-64', { number: 230, args: [0] }, null, sockets)).toEqual({
    syscall: 'clock_nanosleep',
    waitingOn: null,
  });
});

test('of those that are polled the first are named', () => {
  const polling = (polled: number[]) =>
    describeWait('x86-64', { number: 7, args: [0x1000, 1] }, polled, sockets).waitingOn;
  expect(polling([5])).toBe('fd 5 (socket:[4711])');
  expect(polling([5, 6, 7, 8, 9])).toBe('fd 5 (socket:[4711]), fd 6, fd 7 and 2 more');
  expect(polling([])).toBeNull();
});
