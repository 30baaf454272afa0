/** Is a damaged archive no source, and never an error or a wrong line? Every byte of one is changed, and it is cut everywhere. */
import { deflateRawSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { fileInZip } from '../../src/report/zip-archive.js';

const TEXT = Buffer.from('def f():\n    return 1\n'.repeat(20));

/** An archive with one deflated file, `pkg/mod.py`. */
function archive(): Buffer {
  const name = Buffer.from('pkg/mod.py');
  const packed = deflateRawSync(TEXT);
  // The checksum stands at the end of a gzip file too.
  const crc = gzipSync(TEXT).readUInt32LE(gzipSync(TEXT).length - 8);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(crc, 16);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(TEXT.length, 24);
  entry.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(entry.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + packed.length, 16);
  return Buffer.concat([local, name, packed, entry, name, end]);
}

test('a whole archive', () => {
  expect(fileInZip(archive(), 'pkg/mod.py')).toEqual(TEXT);
  expect(fileInZip(Buffer.concat([Buffer.from('#!/usr/bin/python\n'), archive()]), 'pkg/mod.py')).toEqual(TEXT);
  expect(fileInZip(archive(), 'pkg/mod')).toBeNull();
  expect(fileInZip(TEXT, 'pkg/mod.py')).toBeNull();
  expect(fileInZip(Buffer.alloc(0), 'pkg/mod.py')).toBeNull();
});

test('any byte changed, any length: the text or none', () => {
  const whole = archive();
  let none = 0;
  for (let at = 0; at < whole.length; at++) {
    for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
      const damaged = Buffer.from(whole);
      damaged[at] = value;
      const read = fileInZip(damaged, 'pkg/mod.py');
      if (read === null) none++;
      else expect(read).toEqual(TEXT);
    }
    expect(fileInZip(whole.subarray(0, at), 'pkg/mod.py')).toBeNull();
  }
  expect(none).toBeGreaterThan(100);
});
