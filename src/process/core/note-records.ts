/**
 * How are the records inside a core's notes laid out? Pure decoding; every record may be shorter than it should be.
 *
 * 64-bit layouts of struct elf_prstatus and elf_prpsinfo:
 * https://elixir.bootlin.com/linux/v6.6/source/include/linux/elfcore.h#L16
 */
import { decodeBytes } from '../../memory/byte-text.js';
import type { Architecture } from '../arch.js';
import { registerNames, registerPlaces } from './registers.js';

export interface ThreadRecord {
  readonly tid: number;
  readonly ppid: number;
  readonly pgrp: number;
  readonly sid: number;
  /** `pr_cursig`: the signal it took; 0: none. */
  readonly signal: number;
  /** By the names of registers.ts, in the machine's order. Made when it is asked for. */
  readonly registers: ReadonlyMap<string, bigint>;
  /** One of them, without making them all. */
  register(name: string): bigint | null;
}

const REGISTERS_AT = 112;

/** NT_PRSTATUS. null: too short to hold the registers, or without a thread id. */
export function decodePrstatus(desc: DataView, machine: Architecture): ThreadRecord | null {
  const names = registerNames(machine);
  if (desc.byteLength < REGISTERS_AT + names.length * 8) return null;
  const tid = desc.getInt32(32, true);
  if (tid <= 0) return null;
  // A copy: the note is part of many, of which nothing else is to stay in memory. Small ones share their allocation.
  const bytes = Buffer.from(new Uint8Array(desc.buffer, desc.byteOffset + REGISTERS_AT, names.length * 8));
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let registers: ReadonlyMap<string, bigint> | null = null;
  return {
    tid,
    ppid: desc.getInt32(36, true),
    pgrp: desc.getInt32(40, true),
    sid: desc.getInt32(44, true),
    signal: desc.getInt16(12, true),
    get registers() {
      registers ??= new Map(names.map((name, i) => [name, words.getBigUint64(i * 8, true)]));
      return registers;
    },
    register(name) {
      const i = registerPlaces(machine).get(name);
      return i === undefined ? null : words.getBigUint64(i * 8, true);
    },
  };
}

export interface ProcessRecord {
  /** State letter. */
  readonly state: string | null;
  readonly zombie: boolean;
  readonly nice: number;
  /** `pr_flag`: the kernel's flags of the process (PF_*); 0 where whoever wrote the core does not tell. */
  readonly flag: number;
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
  readonly ppid: number;
  readonly pgrp: number;
  readonly sid: number;
  /** Up to 15 bytes. */
  readonly fname: string;
  /** The arguments joined by blanks, up to 79 bytes; the kernel pads with a blank. */
  readonly psargs: string;
}

const PRPSINFO_BYTES = 136;

/** NT_PRPSINFO; null when too short. */
export function decodePrpsinfo(desc: DataView): ProcessRecord | null {
  if (desc.byteLength < PRPSINFO_BYTES) return null;
  const letter = desc.getUint8(1);
  return {
    state: letter > 32 && letter < 127 ? String.fromCharCode(letter) : null,
    zombie: desc.getUint8(2) !== 0,
    nice: desc.getInt8(3),
    flag: Number(desc.getBigUint64(8, true)),
    uid: desc.getUint32(16, true),
    gid: desc.getUint32(20, true),
    pid: desc.getInt32(24, true),
    ppid: desc.getInt32(28, true),
    pgrp: desc.getInt32(32, true),
    sid: desc.getInt32(36, true),
    fname: fixedString(desc, 40, 16),
    psargs: fixedString(desc, 56, 80),
  };
}

export interface SignalRecord {
  readonly signal: number;
  readonly code: number;
  /** `si_errno` */
  readonly errno: number;
  /** si_pid and si_uid, as they would be for a signal somebody sent. */
  readonly senderPid: number;
  readonly senderUid: number;
  /** si_addr, as it would be for a fault. */
  readonly address: bigint;
  /** All of it, as it was. */
  readonly bytes: Uint8Array;
}

const SIGINFO_BYTES = 128;

/** NT_SIGINFO: siginfo_t of x86-64 and AArch64, https://elixir.bootlin.com/linux/v6.6/source/include/uapi/asm-generic/siginfo.h */
export function decodeSiginfo(desc: DataView): SignalRecord | null {
  if (desc.byteLength < 24) return null;
  return {
    signal: desc.getInt32(0, true),
    code: desc.getInt32(8, true),
    errno: desc.getInt32(4, true),
    senderPid: desc.getInt32(16, true),
    senderUid: desc.getUint32(20, true),
    address: desc.getBigUint64(16, true),
    bytes: Buffer.from(new Uint8Array(desc.buffer, desc.byteOffset, Math.min(desc.byteLength, SIGINFO_BYTES))),
  };
}

/** Entries of the auxiliary vector we use; https://elixir.bootlin.com/linux/v6.6/source/include/uapi/linux/auxvec.h */
export const AT = { PHDR: 3, PHENT: 4, PHNUM: 5, BASE: 7, ENTRY: 9, RANDOM: 25, EXECFN: 31, SYSINFO_EHDR: 33 } as const;

/** NT_AUXV: type → value. */
export function decodeAuxv(desc: DataView): ReadonlyMap<number, bigint> {
  const values = new Map<number, bigint>();
  for (let at = 0; at + 16 <= desc.byteLength && values.size < 256; at += 16) {
    const type = desc.getBigUint64(at, true);
    if (type === 0n) break;
    if (type < 2n ** 32n) values.set(Number(type), desc.getBigUint64(at + 8, true));
  }
  return values;
}

/** A file that was mapped. */
export interface MappedFile {
  readonly start: number;
  readonly end: number;
  /** Bytes. */
  readonly offset: number;
  /** ` (deleted)` removed. */
  readonly path: string;
  readonly deleted: boolean;
}

const DELETED = ' (deleted)';

/**
 * NT_FILE: count, page size, count × (start, end, offset in pages), count names.
 * https://elixir.bootlin.com/linux/v6.6/source/fs/binfmt_elf.c#L1583. Gives what is there when it ends too early.
 */
export function decodeFileNote(desc: DataView): { files: MappedFile[]; problem: string | null } {
  const files: MappedFile[] = [];
  if (desc.byteLength < 16) return { files, problem: 'its list of mapped files is cut short' };
  const claimed = Number(desc.getBigUint64(0, true));
  const pageBytes = Number(desc.getBigUint64(8, true));
  const count = Math.min(claimed, Math.floor((desc.byteLength - 16) / 24));
  const bytes = new Uint8Array(desc.buffer, desc.byteOffset, desc.byteLength);
  let nameAt = 16 + claimed * 24;
  let odd = count < claimed ? claimed - count : 0;
  for (let i = 0; i < count; i++) {
    const end = nameAt < bytes.length ? bytes.indexOf(0, nameAt) : -1;
    if (end < 0) {
      odd += count - i;
      break;
    }
    const name = decodeBytes(bytes.subarray(nameAt, end));
    nameAt = end + 1;
    const start = Number(desc.getBigUint64(16 + i * 24, true));
    const stop = Number(desc.getBigUint64(24 + i * 24, true));
    const offset = Number(desc.getBigUint64(32 + i * 24, true)) * pageBytes;
    if (!(Number.isSafeInteger(offset) && Number.isSafeInteger(stop) && start < stop) || name === '') {
      odd++;
      continue;
    }
    const deleted = name.endsWith(DELETED);
    files.push({ start, end: stop, offset, path: deleted ? name.slice(0, -DELETED.length) : name, deleted });
  }
  files.sort((a, b) => a.start - b.start);
  return {
    files,
    problem: odd === 0 ? null : `${odd} entries of its list of mapped files are missing or make no sense`,
  };
}

function fixedString(view: DataView, at: number, size: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, size);
  const end = bytes.indexOf(0);
  return decodeBytes(end < 0 ? bytes : bytes.subarray(0, end));
}
