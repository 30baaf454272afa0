/**
 * How does a copy of some pages become a core file that gdb, eu-stack and pystack itself can open? Pure: from values to
 * bytes, in the format the kernel writes (https://elixir.bootlin.com/linux/v6.6/source/fs/binfmt_elf.c#L2013), small
 * because only the pages given are in it.
 */
import { EHDR64_SIZE, ELF_TYPE } from '../elf/header.js';
import { PF, PT } from '../elf/segments.js';
import type { Mapping } from '../memory/mapping.js';
import { PAGE_BYTES } from '../memory/pages.js';
import type { PlacedBytes, Range } from '../memory/ranges.js';
import { type Architecture, ELF_MACHINE_OF } from '../process/arch.js';
import { NT, PYSTACK_NOTE } from '../process/core/core-notes.js';
import type { ProcessRecord } from '../process/core/note-records.js';
import { registerNames } from '../process/core/registers.js';
import { encodeRanges } from '../process/saved/kept-ranges.js';
import { formatMetadata, type SavedMetadata } from '../process/saved/metadata.js';
import { keepOnly } from './keep-only.js';
import { encodeFileNote, encodeNote, encodePrpsinfo, encodePrstatus, encodeSystemCall } from './note-encoding.js';

export interface CoreImage {
  readonly machine: Architecture;
  readonly process: ProcessRecord;
  readonly threads: readonly ImageThread[];
  /** NT_AUXV word for word (/proc/<pid>/auxv). */
  readonly auxv: Uint8Array;
  readonly mappings: readonly Mapping[];
  /** What was copied: page-aligned, whole pages, in any order, not overlapping. */
  readonly pages: readonly PlacedBytes[];
  /** The bytes of the pages that are needed (sorted and merged); the others become zeros. null: all are. */
  readonly keep: readonly Range[] | null;
  /** `labels`, and each thread's `knownRegisters`, are filled in here. */
  readonly metadata: SavedMetadata;
}

export interface ImageThread {
  readonly tid: number;
  /** Those that are known; the others become zeros, and the metadata say so. */
  readonly registers: ReadonlyMap<string, bigint>;
  /** The signal it took and NT_SIGINFO word for word, of a core cut down from another. */
  readonly signal?: number;
  readonly siginfo?: Uint8Array | null;
  /** Of AArch64: the number of its system call, -1: it is in none; null: not known. */
  readonly systemCall?: number | null;
}

const PHDR64_SIZE = 56;
const SHDR64_SIZE = 64;
const PN_XNUM = 0xffff;

interface OutputSegment {
  readonly address: number;
  readonly memoryBytes: number;
  readonly flags: number;
  /** null: not dumped. */
  readonly bytes: Uint8Array | null;
}

/** The core as pieces, to be written one after the other. */
export function buildCore(image: CoreImage): Uint8Array[] {
  const loads = segmentsOf(image);
  const notes = notesOf(image);
  const segmentCount = loads.length + 1;
  // One section header, for a number of segments that the file header has no room for.
  const sectionBytes = segmentCount >= PN_XNUM ? SHDR64_SIZE : 0;
  const notesAt = EHDR64_SIZE + segmentCount * PHDR64_SIZE + sectionBytes;
  const dataAt = roundUp(notesAt + notes.length, PAGE_BYTES);
  const head = new Uint8Array(dataAt);
  const view = new DataView(head.buffer);
  writeFileHeader(view, image.machine, segmentCount);
  if (sectionBytes > 0) view.setUint32(notesAt - SHDR64_SIZE + 44, segmentCount, true);
  writeProgramHeader(view, 0, {
    type: PT.NOTE,
    flags: 0,
    offset: notesAt,
    address: 0,
    fileBytes: notes.length,
    memoryBytes: 0,
    align: 4,
  });
  head.set(notes, notesAt);
  const pieces: Uint8Array[] = [head];
  let offset = dataAt;
  loads.forEach(({ address, memoryBytes, flags, bytes }, i) => {
    const fileBytes = bytes?.length ?? 0;
    writeProgramHeader(view, i + 1, {
      type: PT.LOAD,
      flags,
      offset,
      address,
      fileBytes,
      memoryBytes,
      align: PAGE_BYTES,
    });
    if (bytes) pieces.push(bytes);
    offset += fileBytes;
  });
  return pieces;
}

/** Every mapping, cut where copied pages begin and end; copied pages outside all mappings on their own. */
function segmentsOf({ mappings, pages, keep }: CoreImage): OutputSegment[] {
  const runs = [...pages]
    .sort((a, b) => a.address - b.address)
    .map(({ address, bytes }) => ({ address, bytes: keep ? keepOnly(address, bytes, keep) : bytes }));
  const segments: OutputSegment[] = [];
  let m = 0;
  /** Up to where everything was given out. */
  let done = 0;
  const gapUpTo = (end: number) => {
    for (; m < mappings.length; m++) {
      const mapping = mappings[m];
      if (!mapping || mapping.start >= end) return;
      const start = Math.max(done, mapping.start);
      const stop = Math.min(end, mapping.end);
      if (start < stop)
        segments.push({ address: start, memoryBytes: stop - start, flags: flagsOf(mapping), bytes: null });
      if (mapping.end > end) return;
    }
  };
  for (const { address, bytes } of runs) {
    gapUpTo(address);
    const end = address + bytes.length;
    let i = m;
    for (let at = address; at < end; ) {
      while ((mappings[i]?.end ?? Number.POSITIVE_INFINITY) <= at) i++;
      const mapping = mappings[i];
      const inside = mapping !== undefined && mapping.start <= at;
      const stop = Math.min(end, (inside ? mapping.end : mapping?.start) ?? end);
      const flags = inside ? flagsOf(mapping) : PF.R;
      segments.push({
        address: at,
        memoryBytes: stop - at,
        flags,
        bytes: bytes.subarray(at - address, stop - address),
      });
      at = stop;
    }
    done = end;
  }
  gapUpTo(Number.POSITIVE_INFINITY);
  return segments;
}

function notesOf({ machine, process, threads, auxv, mappings, keep, metadata }: CoreImage): Uint8Array {
  const all = registerNames(machine);
  const known = new Map(threads.map(({ tid, registers }) => [tid, all.filter((name) => registers.has(name))]));
  const labels = mappings.flatMap(({ start, path }) => (path?.startsWith('[') ? [{ start, name: path }] : []));
  const note: SavedMetadata = {
    ...metadata,
    labels,
    threads: metadata.threads.map((thread) => {
      const names = known.get(thread.tid) ?? [];
      return { ...thread, knownRegisters: names.length === all.length ? null : names };
    }),
  };
  const [first, ...others] = threads.map(({ tid, registers, signal = 0, siginfo = null, systemCall = null }) =>
    concatenate([
      encodeNote('CORE', NT.PRSTATUS, encodePrstatus(machine, process, tid, registers, signal)),
      ...(siginfo ? [encodeNote('CORE', NT.SIGINFO, siginfo)] : []),
      ...(systemCall === null ? [] : [encodeSystemCall(systemCall)]),
    ]),
  );
  return concatenate([
    ...(first ? [first] : []),
    encodeNote('CORE', NT.PRPSINFO, encodePrpsinfo(process)),
    encodeNote('CORE', NT.AUXV, auxv),
    encodeNote('CORE', NT.FILE, encodeFileNote(mappings)),
    ...others,
    encodeNote(PYSTACK_NOTE.owner, PYSTACK_NOTE.metadata, new TextEncoder().encode(formatMetadata(note))),
    ...(keep ? [encodeNote(PYSTACK_NOTE.owner, PYSTACK_NOTE.kept, encodeRanges(keep))] : []),
  ]);
}

function writeFileHeader(view: DataView, machine: Architecture, segmentCount: number): void {
  // Magic, 64 bits, little-endian, version 1.
  new Uint8Array(view.buffer).set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, ELF_TYPE.CORE, true);
  view.setUint16(18, ELF_MACHINE_OF[machine], true);
  view.setUint32(20, 1, true);
  view.setBigUint64(32, BigInt(EHDR64_SIZE), true);
  view.setUint16(52, EHDR64_SIZE, true);
  view.setUint16(54, PHDR64_SIZE, true);
  view.setUint16(56, Math.min(segmentCount, PN_XNUM), true);
  if (segmentCount >= PN_XNUM) {
    view.setBigUint64(40, BigInt(EHDR64_SIZE + segmentCount * PHDR64_SIZE), true);
    view.setUint16(58, SHDR64_SIZE, true);
    view.setUint16(60, 1, true);
  }
}

function writeProgramHeader(
  view: DataView,
  index: number,
  segment: {
    type: number;
    flags: number;
    offset: number;
    address: number;
    fileBytes: number;
    memoryBytes: number;
    align: number;
  },
): void {
  const at = EHDR64_SIZE + index * PHDR64_SIZE;
  view.setUint32(at, segment.type, true);
  view.setUint32(at + 4, segment.flags, true);
  view.setBigUint64(at + 8, BigInt(segment.offset), true);
  view.setBigUint64(at + 16, BigInt(segment.address), true);
  view.setBigUint64(at + 32, BigInt(segment.fileBytes), true);
  view.setBigUint64(at + 40, BigInt(segment.memoryBytes), true);
  view.setBigUint64(at + 48, BigInt(segment.align), true);
}

function flagsOf({ readable, writable, executable }: Mapping): number {
  return (readable ? PF.R : 0) + (writable ? PF.W : 0) + (executable ? PF.X : 0);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
