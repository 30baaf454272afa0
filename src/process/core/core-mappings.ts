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
  const pieces: Piece[] = [];
  for (const { start, end, load, file } of sweep(loads, files)) {
    if (!isUserSpace(start) || !isUserSpace(end)) continue;
    const flags = load ? load.flags : ((file && permissions(file)) ?? PF.R);
    const last = pieces.at(-1);
    if (joined && last && last.end === start && last.flags === flags && continues(last, file)) last.end = end;
    else pieces.push({ start, end, flags, file });
  }
  return pieces.map(({ start, end, flags, file }) => ({
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
  }));
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

/** Cuts the address space wherever a segment or a file begins or ends; of overlapping ones the lower start wins. */
function* sweep(loads: readonly Segment[], files: readonly MappedFile[]) {
  const segments = disjoint(loads.map((load) => ({ start: load.vaddr, end: load.vaddr + extent(load), of: load })));
  const mapped = disjoint(files.map((file) => ({ start: file.start, end: file.end, of: file })));
  let s = 0;
  let m = 0;
  let at = 0;
  for (;;) {
    const segment = segments[s];
    const file = mapped[m];
    if (!segment && !file) return;
    const segmentFrom = Math.max(at, segment?.start ?? Number.POSITIVE_INFINITY);
    const fileFrom = Math.max(at, file?.start ?? Number.POSITIVE_INFINITY);
    const start = Math.min(segmentFrom, fileFrom);
    const inSegment = segmentFrom === start;
    const inFile = fileFrom === start;
    const end = Math.min(
      (inSegment ? segment?.end : segmentFrom) ?? Number.POSITIVE_INFINITY,
      (inFile ? file?.end : fileFrom) ?? Number.POSITIVE_INFINITY,
    );
    yield { start, end, load: inSegment && segment ? segment.of : null, file: inFile && file ? file.of : null };
    at = end;
    if (segment && segment.end <= at) s++;
    if (file && file.end <= at) m++;
  }
}

function extent({ filesz, memsz }: Segment): number {
  return Math.max(filesz, memsz);
}

function disjoint<T>(ranges: { start: number; end: number; of: T }[]): { start: number; end: number; of: T }[] {
  const result: { start: number; end: number; of: T }[] = [];
  let taken = 0;
  for (const range of ranges.sort((a, b) => a.start - b.start)) {
    const start = Math.max(range.start, taken);
    if (start >= range.end) continue;
    result.push({ ...range, start });
    taken = range.end;
  }
  return result;
}
