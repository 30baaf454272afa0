/** Are notes read as they are written, and as far as they can be believed? */
import { describe, expect, test } from 'vitest';
import { encodeFileNote, encodeNote, encodePrstatus } from '../../../src/corefile-writer/note-encoding.js';
import { readCoreHeaders } from '../../../src/process/core/core-headers.js';
import { type CoreNotes, NT, readCoreNotes } from '../../../src/process/core/core-notes.js';
import { decodeFileNote, decodeSiginfo } from '../../../src/process/core/note-records.js';
import { hasFaultAddress, signalCodeName, signalName, wasSent } from '../../../src/process/core/signals.js';
import { parseMetadata } from '../../../src/process/saved/metadata.js';
import { EMPTY_METADATA, image, mapping, smallCore } from './forge.js';
import { SparseSource, source } from './sources.js';

function notesOf(bytes: Uint8Array): CoreNotes {
  const file = source(bytes);
  const headers = readCoreHeaders(file);
  return readCoreNotes(file, headers.notes, headers.machine);
}

function segment(offset: number, filesz: number) {
  return { type: 4, flags: 0, offset, vaddr: 0, filesz, memsz: 0, align: 4 };
}

function siginfo(signal: number, code: number, words: readonly number[]): Uint8Array {
  const desc = Buffer.alloc(128);
  desc.writeInt32LE(signal, 0);
  desc.writeInt32LE(code, 8);
  words.forEach((word, i) => {
    desc.writeInt32LE(word, 16 + i * 4);
  });
  return desc;
}

function thread(tid: number): Uint8Array {
  return encodeNote(
    'CORE',
    NT.PRSTATUS,
    encodePrstatus('x86-64', image().process, tid, new Map([['rip', BigInt(tid)]])),
  );
}

test('what was written is read', () => {
  const auxv = Buffer.alloc(48);
  auxv.writeBigUInt64LE(9n, 0);
  auxv.writeBigUInt64LE(0x401000n, 8);
  auxv.writeBigUInt64LE(2n ** 64n - 1n, 16);
  const notes = notesOf(smallCore({ auxv }));
  expect(notes.problems).toEqual([]);
  expect(notes.process).toEqual(image().process);
  expect(notes.threads.map(({ tid, ppid, pgrp, sid, signal }) => ({ tid, ppid, pgrp, sid, signal }))).toEqual([
    { tid: 4711, ppid: 42, pgrp: 43, sid: 44, signal: 0 },
    { tid: 4712, ppid: 42, pgrp: 43, sid: 44, signal: 0 },
  ]);
  expect(notes.threads[0]?.registers.get('rsp')).toBe(0x7ffd_0000_1000n);
  expect([...notes.auxv]).toEqual([[9, 0x401000n]]);
  expect(notes.files).toEqual([{ start: 0x20000, end: 0x22000, offset: 0, path: '/opt/lib/libx.so', deleted: false }]);
});

test('deleted files, and names that are odd', () => {
  const files = [
    mapping(0x10000, 0x11000, { path: '/tmp/gone.so', deleted: true, fileOffset: 4096 }),
    mapping(0x12000, 0x13000, { path: '/tmp/\n neu ü.so' }),
    mapping(0x13000, 0x14000),
    mapping(0x14000, 0x15000, { path: '[heap]' }),
  ];
  const note = encodeFileNote(files);
  expect(decodeFileNote(new DataView(note.buffer))).toEqual({
    problem: null,
    files: [
      { start: 0x10000, end: 0x11000, offset: 4096, path: '/tmp/gone.so', deleted: true },
      { start: 0x12000, end: 0x13000, offset: 0, path: '/tmp/\n neu ü.so', deleted: false },
    ],
  });
});

test('a list of files that claims too much gives what it has', () => {
  const note = encodeFileNote([mapping(0x10000, 0x11000, { path: '/a' }), mapping(0x12000, 0x13000, { path: '/b' })]);
  for (const count of [3n, 1000n, 2n ** 40n, 2n ** 63n]) {
    const forged = Buffer.from(note);
    forged.writeBigUInt64LE(count, 0);
    expect(decodeFileNote(new DataView(forged.buffer, forged.byteOffset, forged.length)).problem).not.toBeNull();
  }
  for (let length = 0; length < note.length; length++) {
    const cut = decodeFileNote(new DataView(note.buffer, 0, length));
    expect(cut.problem).not.toBeNull();
    expect(cut.files.length).toBeLessThan(2);
  }
});

describe('siginfo belongs to the thread before it', () => {
  test('one (the kernel), or one each (gdb)', () => {
    const first = encodeNote('CORE', NT.SIGINFO, siginfo(11, 1, [0x18, 0]));
    const second = encodeNote('CORE', NT.SIGINFO, siginfo(19, 0, [100, 7]));
    const bytes = Buffer.concat([thread(1), first, thread(2), second, thread(3)]);
    const notes = readCoreNotes(source(bytes), [segment(0, bytes.length)], 'x86-64');
    expect(notes.threads.map((one) => [one.tid, one.siginfo?.signal ?? null])).toEqual([
      [1, 11],
      [2, 19],
      [3, null],
    ]);
    expect(notes.threads[0]?.siginfo?.address).toBe(0x18n);
    expect(notes.threads[1]?.siginfo).toMatchObject({ senderPid: 100, senderUid: 7 });
  });

  test('words for numbers', () => {
    expect(decodeSiginfo(new DataView(new ArrayBuffer(8)))).toBeNull();
    expect([1, 11, 31, 34, 40, 64, 99].map(signalName)).toEqual([
      'SIGHUP',
      'SIGSEGV',
      'SIGSYS',
      'SIGRTMIN',
      'SIGRTMIN+6',
      'SIGRTMIN+30',
      'signal 99',
    ]);
    expect(signalCodeName(11, 2)).toBe('SEGV_ACCERR');
    expect(signalCodeName(7, 2)).toBe('BUS_ADRERR');
    expect(signalCodeName(4, 8)).toBe('ILL_BADSTK');
    expect(signalCodeName(8, 1)).toBe('FPE_INTDIV');
    expect(signalCodeName(6, -6)).toBe('SI_TKILL');
    expect(signalCodeName(11, 0x80)).toBe('SI_KERNEL');
    expect(signalCodeName(11, 4711)).toBeNull();
    expect([
      hasFaultAddress(11, 1),
      hasFaultAddress(11, 0x80),
      hasFaultAddress(6, -6),
      wasSent(-6),
      wasSent(1),
    ]).toEqual([true, false, false, true, false]);
  });
});

describe('forged and damaged notes', () => {
  test('segments of notes that overlap are read once', () => {
    const bytes = Buffer.concat([thread(1), thread(2)]);
    const segments = Array.from({ length: 1000 }, (_, i) => segment((i % 2) * 4, bytes.length));
    expect(readCoreNotes(source(bytes), segments, 'x86-64').threads.length).toBe(2);
  });

  test('a note that claims more than there is ends its segment', () => {
    const bytes = Buffer.concat([thread(1), thread(2)]);
    bytes.writeUInt32LE(0xffff_ffff, bytes.length / 2 + 4);
    const notes = readCoreNotes(source(bytes), [segment(0, bytes.length)], 'x86-64');
    expect(notes.threads.map(({ tid }) => tid)).toEqual([1]);
    expect(notes.problems).toEqual(['its notes end within one']);
  });

  test('a note larger than what is read at a time', () => {
    const large = encodeNote('LINUX', 0x202, new Uint8Array(3_000_000));
    const bytes = Buffer.concat([thread(1), large, thread(2)]);
    const notes = readCoreNotes(source(bytes), [segment(0, bytes.length)], 'x86-64');
    expect(notes.threads.map(({ tid }) => tid)).toEqual([1, 2]);
    expect(notes.problems).toEqual([]);
  });

  test('gigabytes of empty notes end after a bounded number', () => {
    const huge = new SparseSource(2 ** 40, []);
    const started = performance.now();
    const notes = readCoreNotes(huge, [segment(0, 2 ** 40)], 'x86-64');
    expect(notes.problems[0]).toMatch(/more than \d+ notes/);
    expect(huge.bytesRead).toBeLessThan(2 ** 27);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test('a status that is too short, or of no thread', () => {
    const bytes = Buffer.concat([
      encodeNote('CORE', NT.PRSTATUS, new Uint8Array(40)),
      thread(0),
      thread(-5),
      thread(7),
    ]);
    const notes = readCoreNotes(source(bytes), [segment(0, bytes.length)], 'x86-64');
    expect(notes.threads.map(({ tid }) => tid)).toEqual([7]);
    expect(notes.problems.length).toBe(3);
  });

  test('our own note, damaged', () => {
    expect(parseMetadata('{"version":1,')).toBeNull();
    expect(parseMetadata('[]')).toBeNull();
    expect(parseMetadata('null')).toBeNull();
    expect(parseMetadata('{"version":2}')).toBeNull();
    expect(
      parseMetadata('{"version":1,"threads":[{"tid":"x"},{"tid":1,"evidence":"sure"},3],"labels":[{"start":1}]}'),
    ).toEqual({
      ...EMPTY_METADATA,
      // Earlier versions noted nothing of it.
      nativeStacks: true,
      threads: [
        {
          tid: 1,
          innerTid: 1,
          name: null,
          state: null,
          threadStates: [],
          terminated: false,
          evidence: 'none',
          consistent: true,
          movingFrames: 0,
          waitingOn: null,
          knownRegisters: null,
        },
      ],
    });
  });
});
