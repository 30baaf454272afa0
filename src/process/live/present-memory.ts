/**
 * Where in a process is this word? Looked for in the memory that it has written, and there only in pages that are in memory:
 * reading others would bring them in. https://docs.kernel.org/admin-guide/mm/pagemap.html
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { offsetBy } from '../../memory/address.js';
import type { Mapping } from '../../memory/mapping.js';
import { PAGE_BYTES } from '../../memory/pages.js';
import { MemoryFault, type MemoryReader } from '../../memory/reader.js';
import { errnoOf } from './proc-files.js';

/** Looked through in one process, bytes. */
const MOST_BYTES = 256 * 1024 * 1024;
/** Of larger mappings the beginning is looked through, bytes: objects are in small ones. */
const MOST_MAPPED = 4 * 1024 * 1024 * 1024;
/** Read at once, pages. */
const CHUNK_PAGES = 256;
/** Places told. */
const MOST_PLACES = 1000;

export interface Places {
  /** Addresses, each a multiple of eight. */
  readonly at: readonly number[];
  /** Whether all of its memory was looked through. */
  readonly complete: boolean;
}

/** Private memory of no file: where objects are. Throws what the memory throws besides faults. */
export function placesOfWord(procId: number, memory: MemoryReader, mappings: readonly Mapping[], word: number): Places {
  const pattern = Buffer.alloc(8);
  pattern.writeBigUInt64LE(BigInt(word));
  const at: number[] = [];
  let left = MOST_BYTES;
  const written = mappings.filter(
    ({ readable, writable, inode, path }) =>
      readable && writable && inode === 0 && (path === null || path === '[heap]'),
  );
  for (const mapping of written) {
    const runs = presentRuns(procId, mapping);
    if (runs === null) return { at, complete: false };
    for (const { start, size } of runs) {
      left -= size;
      if (left < 0 || at.length >= MOST_PLACES) return { at, complete: false };
      const bytes = readRun(memory, mapping, start, size);
      if (bytes === null) continue;
      for (let found = bytes.indexOf(pattern); found >= 0; found = bytes.indexOf(pattern, found + 1)) {
        if (found % 8 === 0) at.push(mapping.start + start + found);
      }
    }
  }
  return { at, complete: true };
}

interface Run {
  /** From the start of the mapping, bytes. */
  readonly start: number;
  readonly size: number;
}

/** Of each page eight bytes: bit 63 says that it is in memory, bit 62 that it is on disk. */
const ENTRY_BYTES = 8;
const PRESENT = 0x80;

/** null: it may not be asked. */
function presentRuns(procId: number, { start, end }: Mapping): Run[] | null {
  const pages = (end - start) / PAGE_BYTES;
  const runs: Run[] = [];
  let fd: number;
  try {
    fd = openSync(`/proc/${procId}/pagemap`, 'r');
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
  try {
    for (let page = 0; page < pages && page * PAGE_BYTES < MOST_MAPPED; page += CHUNK_PAGES) {
      const entries = Buffer.alloc(Math.min(CHUNK_PAGES, pages - page) * ENTRY_BYTES);
      const got = readSync(fd, entries, 0, entries.length, (start / PAGE_BYTES + page) * ENTRY_BYTES);
      let from = -1;
      const count = Math.floor(got / ENTRY_BYTES);
      for (let i = 0; i <= count; i++) {
        const isPresent = i < count && ((entries[i * ENTRY_BYTES + ENTRY_BYTES - 1] ?? 0) & PRESENT) !== 0;
        if (isPresent && from < 0) from = i;
        if (isPresent || from < 0) continue;
        runs.push({ start: (page + from) * PAGE_BYTES, size: (i - from) * PAGE_BYTES });
        from = -1;
      }
      if (got < entries.length) break;
    }
    return runs;
  } finally {
    closeSync(fd);
  }
}

/** null: it went meanwhile. */
function readRun(memory: MemoryReader, { start }: Mapping, from: number, size: number): Buffer | null {
  try {
    const view = memory.read(offsetBy(start, from), size);
    return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
}
