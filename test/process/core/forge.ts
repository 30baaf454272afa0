/** How are cores made that nobody would write? Small ones from values, and changes to real ones in place. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { CoreImage } from '../../../src/corefile-writer/write-core.js';
import { buildCore } from '../../../src/corefile-writer/write-core.js';
import { toAddress } from '../../../src/memory/address.js';
import type { Mapping } from '../../../src/memory/mapping.js';
import type { SavedMetadata } from '../../../src/process/saved/metadata.js';

export const EMPTY_METADATA: SavedMetadata = {
  origin: null,
  capturedAt: null,
  executable: null,
  commandLine: null,
  process: null,
  threads: [],
  labels: [],
  python: null,
  capture: null,
  variables: false,
  nativeStacks: false,
  waits: null,
  warnings: [],
  sources: [],
};

export function mapping(start: number, end: number, more: Partial<Mapping> = {}): Mapping {
  return {
    start: toAddress(start),
    end: toAddress(end),
    readable: true,
    writable: false,
    executable: false,
    fileOffset: 0,
    path: null,
    deleted: false,
    device: null,
    inode: 0,
    ...more,
  };
}

export const PAGE = Uint8Array.from({ length: 4096 }, (_, i) => (i * 13 + 5) % 256);

export function image(more: Partial<CoreImage> = {}): CoreImage {
  return {
    machine: 'x86-64',
    process: {
      state: 'S',
      zombie: false,
      nice: -5,
      uid: 1000,
      gid: 1001,
      pid: 4711,
      ppid: 42,
      pgrp: 43,
      sid: 44,
      fname: 'python3',
      flag: 0,
      psargs: 'python3 program.py',
    },
    threads: [
      { tid: 4711, registers: new Map([['rsp', 0x7ffd_0000_1000n]]) },
      { tid: 4712, registers: new Map() },
    ],
    auxv: new Uint8Array(16),
    mappings: [mapping(0x10000, 0x14000, { writable: true }), mapping(0x20000, 0x22000, { path: '/opt/lib/libx.so' })],
    pages: [{ address: 0x11000, bytes: PAGE }],
    keep: null,
    metadata: EMPTY_METADATA,
    ...more,
  };
}

/** A small core of two threads and one page. */
export function smallCore(more: Partial<CoreImage> = {}): Buffer {
  return Buffer.concat(buildCore(image(more)));
}

/** Gives the first note of one type another, in place. */
export function renameNote(path: string, from: number, to: number): void {
  const fd = openSync(path, 'r+');
  try {
    const head = Buffer.alloc(1 << 20);
    readSync(fd, head, 0, head.length, 0);
    const needle = Buffer.alloc(4);
    needle.writeUInt32LE(from);
    const at = head.indexOf(needle);
    if (at < 0) throw new Error(`no note of type ${from}`);
    needle.writeUInt32LE(to);
    writeSync(fd, needle, 0, 4, at);
  } finally {
    closeSync(fd);
  }
}
