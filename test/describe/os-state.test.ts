import { expect, test } from 'vitest';
import { describeWait } from '../../src/describe/os-state.js';
import { syscallName } from '../../src/describe/syscall-names.js';

const sockets = (fd: number) => (fd === 5 ? 'socket:[4711]' : null);

test('system calls have the names of their machine', () => {
  expect(syscallName('x64', 202)).toBe('futex');
  expect(syscallName('arm64', 98)).toBe('futex');
  expect(syscallName('x64', 232)).toBe('epoll_wait');
  expect(syscallName('x64', 100_000)).toBeNull();
});

test('what is waited on is told by the first argument', () => {
  expect(describeWait('x64', { number: 202, args: [0x1000] }, sockets).waitingOn).toBe('futex 0x1000');
  expect(describeWait('x64', { number: 45, args: [5] }, sockets).waitingOn).toBe('fd 5 (socket:[4711])');
  expect(describeWait('x64', { number: 0, args: [9] }, sockets).waitingOn).toBe('fd 9');
  expect(describeWait('x64', { number: 61, args: [1] }, sockets).waitingOn).toBe('a child process');
  expect(describeWait('x64', { number: 230, args: [0] }, sockets)).toEqual({
    syscall: 'clock_nanosleep',
    waitingOn: null,
  });
});
