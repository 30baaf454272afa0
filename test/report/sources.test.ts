import { expect, test } from 'vitest';
import { columnToIndex } from '../../src/report/columns.js';
import { decodeSource } from '../../src/report/source-encoding.js';
import { sourceReader } from '../../src/report/source-lines.js';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const latin = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

test('columns count UTF-8 bytes, indices UTF-16 units', () => {
  expect(columnToIndex('abc', 2)).toBe(2);
  expect(columnToIndex('äbc', 2)).toBe(1);
  expect(columnToIndex('日本x', 6)).toBe(2);
  expect(columnToIndex('😀x', 4)).toBe(2);
  expect(columnToIndex('abc', 3)).toBe(3);
});

test('a column inside a character or beyond the end is none', () => {
  expect(columnToIndex('äbc', 1)).toBeNull();
  expect(columnToIndex('abc', 4)).toBeNull();
});

test('encodings are those of PEP 263', () => {
  expect(decodeSource(bytes('x = "ä"'))).toBe('x = "ä"');
  expect(decodeSource(latin('# -*- coding: latin-1 -*-\nx = "ä"'))).toContain('"ä"');
  expect(decodeSource(latin('#!/usr/bin/python\n# vim: set fileencoding=iso-8859-1 :\n"\u0080"'))).toContain(
    '"\u0080"',
  );
  expect(decodeSource(new Uint8Array([0xef, 0xbb, 0xbf, 0x78]))).toBe('x');
});

test('a cookie counts only in the first two lines, and not behind code', () => {
  expect(decodeSource(latin('x = 1\n# coding: latin-1\n"ä"'))).toBeNull();
  expect(decodeSource(latin('#\n#\n# coding: latin-1\n"ä"'))).toBeNull();
});

test('malformed bytes and unknown encodings have no text, rather than a wrong one', () => {
  expect(decodeSource(latin('x = "ä"'))).toBeNull();
  expect(decodeSource(bytes('# coding: no-such-thing\nx'))).toBeNull();
});

const position = (line: number, column: number | null, endColumn: number | null, endLine = line) => ({
  line,
  endLine,
  column,
  endColumn,
});

test('a line is marked where it executes; one that goes on over the next line is marked to its end', () => {
  const sources = sourceReader(() => ({ bytes: bytes('f(ä, 1)\ng(\n  2)\n'), mtimeMs: 1 }), 2);
  expect(sources.lineAt('/a.py', position(1, 2, 4))).toEqual({ text: 'f(ä, 1)', start: 2, end: 3, status: 'current' });
  expect(sources.lineAt('/a.py', position(2, 0, 4, 3))).toMatchObject({ text: 'g(', start: 0, end: 2 });
  expect(sources.lineAt('/a.py', position(1, null, null))).toMatchObject({ start: null, end: null });
  expect(sources.lineAt('/a.py', position(1, 2, 400))).toMatchObject({ start: null, end: null });
  expect(sources.lineAt('/a.py', position(9, 0, 1))).toBeNull();
});

test('a file that changed after the process started is said to have', () => {
  const sources = sourceReader(() => ({ bytes: bytes('x'), mtimeMs: 3 }), 2);
  expect(sources.lineAt('/a.py', position(1, 0, 1))?.status).toBe('modified');
});

test('what names no file is not opened, and each file only once', () => {
  const opened: string[] = [];
  const sources = sourceReader((path) => {
    opened.push(path);
    return null;
  }, null);
  for (const path of ['<string>', '<frozen os>', '', 'a\0b', 'a\ud800b', '/a.py', '/a.py']) {
    expect(sources.lineAt(path, position(1, 0, 1))).toBeNull();
  }
  expect(opened).toEqual(['/a.py']);
});
