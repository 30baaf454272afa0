/**
 * How are the records of a core's notes written? The other direction of process/core/note-records.ts, pure as well.
 */
import { decodeBytes, encodeBytes } from '../memory/byte-text.js';
import type { Mapping } from '../memory/mapping.js';
import { PAGE_BYTES } from '../memory/pages.js';
import type { Architecture } from '../process/arch.js';
import { ARM_SYSTEM_CALL_NOTE } from '../process/core/core-notes.js';
import type { ProcessRecord } from '../process/core/note-records.js';
import { registerNames } from '../process/core/registers.js';

const HEADER_BYTES = 12;

/** A note with its name and content each padded to four bytes. */
export function encodeNote(owner: string, type: number, desc: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(`${owner}\0`);
  const descAt = roundUp(HEADER_BYTES + name.length);
  const note = new Uint8Array(roundUp(descAt + desc.length));
  const view = new DataView(note.buffer);
  view.setUint32(0, name.length, true);
  view.setUint32(4, desc.length, true);
  view.setUint32(8, type, true);
  note.set(name, HEADER_BYTES);
  note.set(desc, descAt);
  return note;
}

const REGISTERS_AT = 112;

/** NT_PRSTATUS; registers that are not given are zero. */
export function encodePrstatus(
  machine: Architecture,
  { ppid, pgrp, sid }: ProcessRecord,
  tid: number,
  registers: ReadonlyMap<string, bigint>,
  signal = 0,
): Uint8Array {
  const names = registerNames(machine);
  // pr_fpvalid and its padding follow the registers.
  const view = new DataView(new ArrayBuffer(REGISTERS_AT + names.length * 8 + 8));
  view.setInt16(12, signal, true);
  view.setInt32(32, tid, true);
  view.setInt32(36, ppid, true);
  view.setInt32(40, pgrp, true);
  view.setInt32(44, sid, true);
  names.forEach((name, i) => {
    view.setBigUint64(REGISTERS_AT + i * 8, registers.get(name) ?? 0n, true);
  });
  return new Uint8Array(view.buffer);
}

/** The whole note NT_ARM_SYSTEM_CALL, which follows a thread's registers. */
export function encodeSystemCall(number: number): Uint8Array {
  const desc = new DataView(new ArrayBuffer(4));
  desc.setInt32(0, number, true);
  return encodeNote(ARM_SYSTEM_CALL_NOTE.owner, ARM_SYSTEM_CALL_NOTE.type, new Uint8Array(desc.buffer));
}

/** NT_PRPSINFO; names are cut to what fits, at a whole character. */
export function encodePrpsinfo(process: ProcessRecord): Uint8Array {
  const bytes = new Uint8Array(136);
  const view = new DataView(bytes.buffer);
  const state = process.state?.codePointAt(0) ?? 0;
  // pr_state is the index of pr_sname in the kernel's list.
  view.setInt8(0, Math.max(0, 'RSDTZW'.indexOf(process.state ?? 'R')));
  view.setUint8(1, state < 128 ? state : 0);
  view.setUint8(2, process.zombie ? 1 : 0);
  view.setInt8(3, process.nice);
  view.setUint32(16, process.uid, true);
  view.setUint32(20, process.gid, true);
  view.setInt32(24, process.pid, true);
  view.setInt32(28, process.ppid, true);
  view.setInt32(32, process.pgrp, true);
  view.setInt32(36, process.sid, true);
  putText(process.fname, bytes.subarray(40, 40 + 15));
  putText(process.psargs, bytes.subarray(56, 56 + 79));
  return bytes;
}

/** As much as fits, cut at a whole character. */
function putText(text: string, into: Uint8Array): void {
  const bytes = encodeBytes(text);
  let end = Math.min(bytes.length, into.length);
  while (
    end > 0 &&
    end < bytes.length &&
    decodeBytes(bytes.subarray(0, end)) !== text.slice(0, decodeBytes(bytes.subarray(0, end)).length)
  )
    end--;
  into.set(bytes.subarray(0, end));
}

/** NT_FILE of the mappings that have a file. */
export function encodeFileNote(mappings: readonly Mapping[]): Uint8Array {
  const files = mappings.filter(({ path }) => path !== null && !path.startsWith('['));
  const names = encodeBytes(files.map(({ path, deleted }) => `${path}${deleted ? ' (deleted)' : ''}\0`).join(''));
  const bytes = new Uint8Array(16 + files.length * 24 + names.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(files.length), true);
  view.setBigUint64(8, BigInt(PAGE_BYTES), true);
  files.forEach(({ start, end, fileOffset }, i) => {
    view.setBigUint64(16 + i * 24, BigInt(start), true);
    view.setBigUint64(24 + i * 24, BigInt(end), true);
    view.setBigUint64(32 + i * 24, BigInt(Math.floor(fileOffset / PAGE_BYTES)), true);
  });
  bytes.set(names, 16 + files.length * 24);
  return bytes;
}

function roundUp(value: number): number {
  return Math.ceil(value / 4) * 4;
}
