/**
 * What did /proc/<pid>/maps say when the core was written? Put together from the segments (where, permissions) and from
 * the list of mapped files (which file, from which offset).
 */

import type { Segment } from '../../elf/segments.js';
import { PF } from '../../elf/segments.js';
import { isUserSpace, toAddress } from '../../memory/address.js';
import type { Mapping } from '../../memory/mapping.js';
import type { MappedFile } from './note-records.js';

/**
 * The mappings in address order, not overlapping. With `joined`, segments that continue each other are one mapping: our
 * own cores have a segment per run of pages, the others one per mapping. `permissions` is asked where only the list of files knows of a mapping: gdb leaves out
 * segments it does not dump. `label` names anonymous mappings (`[stack]`).
 */
export function coreMappings(
  loads: readonly Segment[],
  files: readonly MappedFile[],
  joined: boolean,
  permissions: (file: MappedFile) => number | null,
  label: (start: number, end: number) => string | null,
): Mapping[] {
  const mappings: Mapping[] = [];
  let last: Piece | null = null;
  const finish = ({ start, end, flags, file }: Piece) => {
    mappings.push({
      start: toAddress(start),
      end: toAddress(end),
      readable: (flags & PF.R) !== 0,
      writable: (flags & PF.W) !== 0,
      executable: (flags & PF.X) !== 0,
      fileOffset: file ? file.offset + (start - file.start) : 0,
      path: file ? file.path : label(start, end),
      deleted: file?.deleted ?? false,
      device: null,
      inode: 0,
    });
  };
  sweep(loads, files, (start, end, load, file) => {
    if (!isUserSpace(start) || !isUserSpace(end)) return;
    const flags = load ? load.flags : ((file && permissions(file)) ?? PF.R);
    if (joined && last && last.end === start && last.flags === flags && continues(last, file)) {
      last.end = end;
      return;
    }
    if (last) finish(last);
    last = { start, end, flags, file };
  });
  if (last) finish(last);
  return mappings;
}

interface Piece {
  start: number;
  end: number;
  flags: number;
  file: MappedFile | null;
}

function continues(last: Piece, file: MappedFile | null): boolean {
  if (last.file === null || file === null) return last.file === file;
  return (
    last.file.path === file.path &&
    last.file.deleted === file.deleted &&
    last.file.offset - last.file.start === file.offset - file.start
  );
}

/** Is told of a piece of the address space, and what it belongs to. */
type Visit = (start: number, end: number, load: Segment | null, file: MappedFile | null) => void;

/** Cuts the address space wherever a segment or a file begins or ends; of overlapping ones the lower start wins. */
function sweep(loads: readonly Segment[], files: readonly MappedFile[], visit: Visit): void {
  const segments = new Disjoint(
    loads,
    ({ vaddr }) => vaddr,
    (load) => load.vaddr + extent(load),
  );
  const mapped = new Disjoint(
    files,
    ({ start }) => start,
    ({ end }) => end,
  );
  for (let at = 0; ; ) {
    const segmentFrom = Math.max(at, segments.start);
    const fileFrom = Math.max(at, mapped.start);
    const start = Math.min(segmentFrom, fileFrom);
    if (start === Number.POSITIVE_INFINITY) return;
    const inSegment = segmentFrom === start;
    const inFile = fileFrom === start;
    const end = Math.min(inSegment ? segments.end : segmentFrom, inFile ? mapped.end : fileFrom);
    visit(start, end, inSegment ? segments.of : null, inFile ? mapped.of : null);
    at = end;
    if (segments.end <= at) segments.next();
    if (mapped.end <= at) mapped.next();
  }
}

function extent({ filesz, memsz }: Segment): number {
  return Math.max(filesz, memsz);
}

/** Goes through what has a start and an end, in order, without what overlaps. */
class Disjoint<T> {
  readonly #sorted: readonly T[];
  #at = 0;
  /** Of the one that it is at; all infinite where none is left. */
  start = 0;
  end = 0;
  of: T | null = null;

  constructor(
    ranges: readonly T[],
    readonly startOf: (one: T) => number,
    readonly endOf: (one: T) => number,
  ) {
    this.#sorted = [...ranges].sort((a, b) => startOf(a) - startOf(b));
    this.next();
  }

  next(): void {
    for (const taken = this.end; this.#at < this.#sorted.length; ) {
      const one = this.#sorted[this.#at++] as T;
      const [start, end] = [Math.max(this.startOf(one), taken), this.endOf(one)];
      if (start >= end) continue;
      this.start = start;
      this.end = end;
      this.of = one;
      return;
    }
    this.start = Number.POSITIVE_INFINITY;
    this.end = Number.POSITIVE_INFINITY;
    this.of = null;
  }
}
