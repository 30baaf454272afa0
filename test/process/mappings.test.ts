import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeMappings } from '../../src/process/mappings.js';

const line = (rest: string) => decodeMappings(`7f0000000000-7f0000002000 ${rest}\n`)[0];

test('every field of a line', () => {
  expect(line('r-xp 0001f000 fe:01 4711                       /usr/lib/libpython3.12.so.1.0')).toEqual({
    start: 0x7f0000000000,
    end: 0x7f0000002000,
    readable: true,
    writable: false,
    executable: true,
    fileOffset: 0x1f000,
    path: '/usr/lib/libpython3.12.so.1.0',
    deleted: false,
    device: 'fe:01',
    inode: 4711,
  });
});

test('a file whose name ends as the lines of anonymous memory do', () => {
  expect(line('r--p 00001000 fe:01 4711                       /tmp/x rw-p 00000000 00:00 0 ')).toMatchObject({
    fileOffset: 0x1000,
    path: '/tmp/x rw-p 00000000 00:00 0 ',
    inode: 4711,
    writable: false,
  });
});

test('anonymous memory and what the kernel calls by name', () => {
  expect(line('rw-p 00000000 00:00 0')).toMatchObject({ path: null, device: null, inode: 0 });
  expect(line('rwxp 00000000 00:00 0 ')).toEqual(line('rwxp 00000000 00:00 0'));
  expect(line('---p 00000000 00:00 0 ')).toEqual(line('---p 00000000 00:00 0'));
  expect(line('rw-p 00000000 00:00 0                          [heap]')).toMatchObject({ path: '[heap]', device: null });
  expect(line('rw-p 00000000 00:00 0                          [anon:glibc: malloc arena]')).toMatchObject({
    path: '[anon:glibc: malloc arena]',
  });
  expect(line('---p 00000000 00:00 0')).toMatchObject({ readable: false, writable: false, executable: false });
});

test('names that are meant to be difficult', () => {
  const path = (raw: string) => line(`rw-s 00000000 00:1b 9    ${raw}`)?.path;
  expect(path('/srv/my app/python 3.12')).toBe('/srv/my app/python 3.12');
  expect(path('/srv/two\\012lines')).toBe('/srv/two\nlines');
  expect(path('/srv/r-xp 00000000 00:00 0 /x')).toBe('/srv/r-xp 00000000 00:00 0 /x');
  expect(path('/srv/питон/蛇')).toBe('/srv/питон/蛇');
  expect(path('/memfd:python (deleted)')).toBe('/memfd:python');
});

test('deleted files', () => {
  expect(line('r-xp 00000000 00:1b 9    /usr/bin/python3 (deleted)')).toMatchObject({
    path: '/usr/bin/python3',
    deleted: true,
  });
  expect(line('r-xp 00000000 00:1b 9    /usr/bin/(deleted)')).toMatchObject({
    path: '/usr/bin/(deleted)',
    deleted: false,
  });
});

test("the kernel's half of the address space and lines cut off are left out", () => {
  const text = `7ffd0000-7ffd1000 r-xp 00000000 00:00 0 [vdso]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
00400000-0041f000 r--p 00000000 fe:01`;
  expect(decodeMappings(text).map(({ path }) => path)).toEqual(['[vdso]']);
  expect(decodeMappings('')).toEqual([]);
});

test('our own, as many as the kernel lists', () => {
  const text = readFileSync('/proc/self/maps', 'utf8');
  const expected = text.split('\n').filter((row) => row !== '' && !row.startsWith('ffff'));
  expect(decodeMappings(text)).toHaveLength(expected.length);
});
