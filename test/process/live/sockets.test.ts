/** Are lines of the kernel's lists of sockets read as it writes them? */
import { expect, test } from 'vitest';
import { decodeInternet, decodeUnix, Sockets } from '../../../src/process/live/sockets.js';

/** A line of net/tcp and its likes. */
const line = (local: string, remote: string, state: string, inode = '4711') =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000 100 0 0 10 0`;

test.each([
  ['0100007F:1F90', '00000000:0000', '0A', 'TCP 127.0.0.1:8080 (LISTEN)'],
  ['00000000:0050', '00000000:0000', '0A', 'TCP *:80 (LISTEN)'],
  ['0500000A:C350', '0900000A:1538', '01', 'TCP 10.0.0.5:50000->10.0.0.9:5432 (ESTABLISHED)'],
  ['0500000A:C350', '0900000A:1538', '08', 'TCP 10.0.0.5:50000->10.0.0.9:5432 (CLOSE_WAIT)'],
  [`${'0'.repeat(24)}01000000:1F90`, `${'0'.repeat(32)}:0000`, '0A', 'TCP [::1]:8080 (LISTEN)'],
  ['B80D0120000000000000000001000000:0016', `${'0'.repeat(32)}:0000`, '0A', 'TCP [2001:db8::1]:22 (LISTEN)'],
  [
    '0000000000000000FFFF00000500000A:1F90',
    '0000000000000000FFFF00000900000A:C350',
    '01',
    'TCP 10.0.0.5:8080->10.0.0.9:50000 (ESTABLISHED)',
  ],
  ['0500000A:C350', '0900000A:1538', '7F', 'TCP 10.0.0.5:50000->10.0.0.9:5432'],
])('%s %s %s', (local, remote, state, words) => {
  expect(decodeInternet('TCP', line(local, remote, state))).toMatchObject({ inode: 4711, words });
});

test('UDP has no states', () => {
  expect(decodeInternet('UDP', line('0100007F:0035', '00000000:0000', '07'))?.words).toBe('UDP 127.0.0.1:53');
});

test('a unix socket has a name or none', () => {
  const fields = '0000000004787ef9: 00000003 00000000 00010000 0001 01 4711';
  expect(decodeUnix(`${fields} /run/with a space.sock`)?.words).toBe('unix /run/with a space.sock');
  expect(decodeUnix(fields)).toMatchObject({ inode: 4711, words: 'unix socket:[4711]' });
});

test('what is no such line is passed over', () => {
  expect(decodeInternet('TCP', '  sl  local_address rem_address   st tx_queue rx_queue')).toBeNull();
  expect(decodeInternet('TCP', line('0500000A', '0900000A:1538', '01'))).toBeNull();
  expect(decodeInternet('TCP', '')).toBeNull();
  expect(decodeUnix('Num       RefCount Protocol Flags    Type St Inode Path')).toBeNull();
});

test('a socket that is in no list has no words', () => {
  expect(new Sockets(process.pid).describe(2 ** 40)).toBeNull();
  expect(new Sockets(2 ** 30).describe(1)).toBeNull();
});
