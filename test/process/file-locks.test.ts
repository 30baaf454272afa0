/** Is it read from the kernel's table of locks which are in the way of a process that waits? Pure. */
import { expect, test } from 'vitest';
import { decodeLocks, locksInTheWay } from '../../src/process/live/file-locks.js';

const TABLE = `1: FLOCK  ADVISORY  WRITE 100 fe:00:4711 0 EOF
1: -> FLOCK  ADVISORY  WRITE 200 fe:00:4711 0 EOF
1:  -> FLOCK  ADVISORY  READ 201 fe:00:4711 0 EOF
2: POSIX  ADVISORY  WRITE 101 fe:00:4711 0 9
3: POSIX  ADVISORY  READ 102 fe:00:4711 10 19
4: POSIX  ADVISORY  WRITE 103 fe:00:4711 20 EOF
4: -> POSIX  ADVISORY  READ 202 fe:00:4711 15 25
5: OFDLCK ADVISORY  WRITE -1 fe:00:99 0 EOF
5: -> OFDLCK ADVISORY  WRITE -1 fe:00:99 0 EOF
6: LEASE  ACTIVE    WRITE 104 fe:00:4711 0 EOF
7: FLOCK  ADVISORY  WRITE 105 fe:01:4711 0 EOF
`;

const inTheWay = (pid: number, file = 'fe:00:4711') =>
  locksInTheWay(decodeLocks(TABLE), pid, file).map((lock) => lock.pid);

test('of the file, of the same kind, where they overlap, unless both read', () => {
  expect(inTheWay(200)).toEqual([100]);
  expect(inTheWay(201)).toEqual([100]);
  expect(inTheWay(202)).toEqual([103]);
});

test('who does not wait there has none in its way', () => {
  expect(inTheWay(300)).toEqual([]);
  expect(inTheWay(100)).toEqual([]);
  expect(inTheWay(200, 'fe:01:4711')).toEqual([]);
});

test('a lock of an open file names no process', () => {
  expect(inTheWay(300, 'fe:00:99')).toEqual([null]);
});

test('descriptors tell the same of themselves', () => {
  const [lock] = decodeLocks('pos:\t0\nflags:\t0100002\nlock:\t1: FLOCK  ADVISORY  WRITE 100 fe:00:4711 0 EOF\n');
  expect(lock).toEqual(decodeLocks(TABLE)[0]);
});
