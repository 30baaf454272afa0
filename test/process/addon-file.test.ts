import { expect, test } from 'vitest';
import { libcOf, targetName } from '../../src/process/addon-file.js';

test.each([
  ['Alpine', '7f0000000000-7f0000094000 r-xp 00014000 08:01 11 /lib/ld-musl-x86_64.so.1', 'musl'],
  [
    'Debian, beside glibc',
    '7f0000000000-7f0000094000 r-xp 00014000 08:01 11 /usr/lib/x86_64-linux-musl/libc.so',
    'musl',
  ],
  ['Void', '7f0000000000-7f0000094000 r-xp 00014000 08:01 11 /usr/lib/libc.so', 'musl'],
  ['Debian', '7f0000000000-7f0000094000 r-xp 00014000 08:01 11 /usr/lib/x86_64-linux-gnu/libc.so.6', 'glibc'],
  ['Debian 11', '7f0000000000-7f0000094000 r-xp 00014000 08:01 11 /usr/lib/x86_64-linux-gnu/libc-2.31.so', 'glibc'],
])('the C library on %s', (_where, line, libc) => {
  const others = '7e0000000000-7e0000001000 r--p 00000000 08:01 12 /usr/bin/node';
  expect(libcOf(`${others}\n${line}\n${others}\n`)).toBe(libc);
});

test('this machine has a name that packages are made for', () => {
  expect(targetName()).toMatch(/^linux-(x64|arm64)-(glibc|musl)$/);
});
