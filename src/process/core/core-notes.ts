/**
 * What do the notes of a core say, as far as anybody asks? Threads with their registers, the process, the signal, the
 * auxiliary vector, which files were mapped, and what pystack itself added.
 */

import type { ByteSource } from '../../elf/byte-source.js';
import type { Note } from '../../elf/notes.js';
import { decodeNotes } from '../../elf/notes.js';
import type { Segment } from '../../elf/segments.js';
import { mergeRanges, type Range } from '../../memory/ranges.js';
import type { Architecture } from '../arch.js';
import { decodeRanges } from '../saved/kept-ranges.js';
import type { MappedFile, ProcessRecord, SignalRecord, ThreadRecord } from './note-records.js';
import { decodeAuxv, decodeFileNote, decodePrpsinfo, decodePrstatus, decodeSiginfo } from './note-records.js';

/** https://elixir.bootlin.com/linux/v6.6/source/include/uapi/linux/elf.h#L372 */
export const NT = { PRSTATUS: 1, PRPSINFO: 3, AUXV: 6, SIGINFO: 0x53494749, FILE: 0x46494c45 } as const;

/**
 * The note in which AArch64 keeps the number of a thread's system call; -1: it is in none.
 * https://elixir.bootlin.com/linux/v6.6/source/include/uapi/linux/elf.h#L439
 */
export const ARM_SYSTEM_CALL_NOTE = { owner: 'LINUX', type: 0x404 } as const;

/** Owner and types of our own notes: JSON, see saved/metadata.ts, and the ranges of saved/kept-ranges.ts. */
export const PYSTACK_NOTE = { owner: 'pystack', metadata: 1, kept: 2 } as const;

/** A thread as the core has it; its siginfo where one was written for it. */
export interface CoreThread extends ThreadRecord {
  readonly siginfo: SignalRecord | null;
  /** Of AArch64: the number of its system call, -1 where it is in none; null: not told. */
  readonly systemCall: number | null;
}

export interface CoreNotes {
  /** In the file's order: the one that took the signal first. */
  readonly threads: readonly CoreThread[];
  readonly process: ProcessRecord | null;
  readonly auxv: ReadonlyMap<number, bigint>;
  /** null: the core has no such note. */
  readonly files: readonly MappedFile[] | null;
  /** Text of our own note. */
  readonly metadata: string | null;
  /** Which bytes of the pages are real, as our own note says; null: all are. */
  readonly kept: readonly Range[] | null;
  readonly problems: readonly string[];
}

/** Read at a time, and what a single note may hold at most (the kernel's NT_FILE: 4 MiB, 16 from 6.10 on). */
const WINDOW_BYTES = 256 * 1024;
const MAX_NOTE_BYTES = 64 * 1024 * 1024;
/** pid_max is 2^22, with some five notes a thread. Far beyond any core, yet read in seconds. */
const MAX_NOTES = 4_000_000;
const MAX_THREADS = 1 << 19;

/** Reads the notes of all segments, each byte once however the segments overlap. Never throws for what they contain. */
export function readCoreNotes(file: ByteSource, segments: readonly Segment[], machine: Architecture): CoreNotes {
  const problems: string[] = [];
  const threads: (ThreadRecord & { siginfo: SignalRecord | null; systemCall: number | null })[] = [];
  let process: ProcessRecord | null = null;
  let auxv: ReadonlyMap<number, bigint> = new Map();
  let files: readonly MappedFile[] | null = null;
  let metadata: string | null = null;
  let kept: readonly Range[] | null = null;
  let count = 0;
  for (const note of eachNote(file, segments, problems)) {
    if (++count > MAX_NOTES) {
      problems.push(`it has more than ${MAX_NOTES} notes; the rest is left out`);
      break;
    }
    if (note.name === PYSTACK_NOTE.owner) {
      if (note.type === PYSTACK_NOTE.metadata) metadata ??= new TextDecoder().decode(note.desc);
      if (note.type === PYSTACK_NOTE.kept) kept ??= decodeRanges(note.desc);
    }
    if (note.name === ARM_SYSTEM_CALL_NOTE.owner && note.type === ARM_SYSTEM_CALL_NOTE.type && machine === 'aarch64') {
      const last = threads.at(-1);
      if (last && note.desc.length >= 4) last.systemCall ??= Buffer.from(note.desc).readInt32LE(0);
    }
    if (note.name !== 'CORE') continue;
    const desc = new DataView(note.desc.buffer, note.desc.byteOffset, note.desc.byteLength);
    switch (note.type) {
      case NT.PRSTATUS: {
        const thread = threads.length < MAX_THREADS ? decodePrstatus(desc, machine) : null;
        if (thread) threads.push(Object.assign(thread, { siginfo: null, systemCall: null }));
        else problems.push(`the status of thread number ${threads.length + 1} makes no sense`);
        break;
      }
      case NT.SIGINFO: {
        // The kernel writes one, after the first thread's status; gdb writes each thread's after its status.
        const last = threads.at(-1);
        if (last) last.siginfo ??= decodeSiginfo(desc);
        break;
      }
      case NT.PRPSINFO:
        process ??= decodePrpsinfo(desc);
        break;
      case NT.AUXV:
        if (auxv.size === 0) auxv = decodeAuxv(desc);
        break;
      case NT.FILE: {
        const decoded = decodeFileNote(desc);
        files ??= decoded.files;
        if (decoded.problem !== null) problems.push(decoded.problem);
        break;
      }
    }
  }
  return { threads, process, auxv, files, metadata, kept, problems: firstOnes(problems) };
}

function* eachNote(file: ByteSource, segments: readonly Segment[], problems: string[]): Generator<Note> {
  for (const { start, end } of union(segments)) {
    if (start >= file.size) {
      problems.push('its notes lie beyond the end of the file');
      continue;
    }
    let at = start;
    let window = WINDOW_BYTES;
    while (at < end) {
      const bytes = file.read(at, Math.min(window, end - at));
      let consumed = 0;
      let claimed = 0;
      const notes = decodeNotes(bytes, 4, (_type, claim) => {
        claimed = claim;
      });
      for (const note of notes) {
        yield note;
        consumed = Math.ceil((note.descOffset + note.desc.length) / 4) * 4;
      }
      if (consumed > 0) {
        at += consumed;
        window = WINDOW_BYTES;
        continue;
      }
      // Not even one fits: it is larger than the window, or than what is there.
      const left = Math.min(end, file.size) - at;
      if (claimed > 0 && window < claimed + 64 && claimed + 12 <= left && claimed <= MAX_NOTE_BYTES) {
        window = claimed + 64;
        continue;
      }
      if (claimed > 0) problems.push('its notes end within one');
      break;
    }
  }
}

/** The file ranges of the segments, merged, in order. */
function union(segments: readonly Segment[]): Range[] {
  return mergeRanges(segments.map(({ offset, filesz }) => ({ start: offset, end: offset + filesz })));
}

/** A damaged core can have a problem per thread; a few make the point. */
function firstOnes(problems: string[]): string[] {
  const shown = 5;
  return problems.length <= shown
    ? problems
    : [...problems.slice(0, shown), `and ${problems.length - shown} more problems in its notes`];
}
