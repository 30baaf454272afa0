/**
 * Is this a core file we can read, and where in it are its notes and its memory? The headers are believed as far as the
 * file itself bears them out: it may be cut short, damaged, or made to mislead.
 */

import type { ByteSource } from '../../elf/byte-source.js';
import type { ElfHeader } from '../../elf/header.js';
import { decodeElfHeader, EHDR64_SIZE, ELF_MACHINE, ELF_TYPE, ElfError, machineName } from '../../elf/header.js';
import { readSection0 } from '../../elf/sections.js';
import type { Segment } from '../../elf/segments.js';
import { PT, readSegments } from '../../elf/segments.js';
import { PystackError } from '../../errors.js';
import { type Architecture, architectureOf } from '../arch.js';

export interface CoreHeaders {
  readonly machine: Architecture;
  /** PT_LOADs, in the file's order: memsz bytes of the address space, of which the first filesz are at offset. */
  readonly loads: readonly Segment[];
  /** PT_NOTEs. */
  readonly notes: readonly Segment[];
  /** The kernel (and what imitates it) writes no section table; gdb does. */
  readonly writtenBy: 'kernel' | 'debugger';
  /** What is wrong with it, in words. */
  readonly problems: readonly string[];
}

const PHDR64_SIZE = 56;
const PN_XNUM = 0xffff;

/**
 * Reads and checks the headers. Throws PystackError `not-a-core` (something else), `wrong-architecture` (of another
 * machine) or `core-unreadable` (a core of which too little is left).
 */
export function readCoreHeaders(file: ByteSource): CoreHeaders {
  const header = readHeader(file);
  const problems: string[] = [];
  const section0 = readSection0(header, file);
  const claimed = header.phnum === PN_XNUM ? (section0?.info ?? null) : header.phnum;
  if (claimed === null) problems.push('the number of its segments lies beyond the end of the file');
  const present = Math.max(0, Math.floor((file.size - header.phoff) / PHDR64_SIZE));
  if (claimed !== null && claimed > present) {
    problems.push(`${claimed - present} of its ${claimed} program headers are missing`);
  }
  // Never more than the file has room for, whatever the header claims.
  const count = Math.min(claimed ?? present, present);
  const segments = readProgramHeaders(file, header, count);
  const loads: Segment[] = [];
  const notes: Segment[] = [];
  let senseless = 0;
  for (const segment of segments) {
    const { type, vaddr, memsz, filesz } = segment;
    // gdb includes the vsyscall page, in the kernel's half: not ours to read, nor a sign of damage.
    if (vaddr >= 2 ** 63) continue;
    if (!isSane(segment)) senseless++;
    else if (type === PT.LOAD && memsz + filesz > 0) loads.push(segment);
    else if (type === PT.NOTE) notes.push(segment);
  }
  if (senseless > 0) problems.push(`${senseless} of its program headers make no sense`);
  if (loads.length === 0 && notes.length === 0) throw unreadable(file, 'holds neither memory nor notes');
  return {
    machine: architectureOf(header.machine),
    loads,
    notes,
    writtenBy: header.shnum > 1 ? 'debugger' : 'kernel',
    problems,
  };
}

function readProgramHeaders(file: ByteSource, header: ElfHeader, count: number): Segment[] {
  if (header.phentsize !== PHDR64_SIZE) {
    throw unreadable(file, `has program headers of ${header.phentsize} bytes instead of ${PHDR64_SIZE}`);
  }
  if (count === 0 || header.phoff < EHDR64_SIZE) throw unreadable(file, 'holds no program headers');
  try {
    return readSegments(
      { ...header, phnum: PN_XNUM },
      (offset, length) => file.read(offset, length),
      () => ({ info: count }),
      file.name,
    );
  } catch (error) {
    if (error instanceof ElfError) throw unreadable(file, 'has damaged program headers', error);
    throw error;
  }
}

function isSane({ offset, vaddr, filesz, memsz }: Segment): boolean {
  return Number.isSafeInteger(offset + filesz) && Number.isSafeInteger(vaddr + Math.max(filesz, memsz));
}

function readHeader(file: ByteSource): ElfHeader {
  const bytes = file.read(0, EHDR64_SIZE);
  if (bytes.length === 0) {
    throw new PystackError('not-a-core', `${file.name} is empty`, {
      cause: 'The core was cut to nothing when it was written: no space on the device, or a size limit.',
      nextStep: 'check `ulimit -c` and the free space where cores are written, and let it happen again',
    });
  }
  let header: ElfHeader;
  try {
    header = decodeElfHeader(bytes, file.name);
  } catch (error) {
    if (error instanceof ElfError) throw refusal(file, bytes, error);
    throw error;
  }
  if (header.type !== ELF_TYPE.CORE) {
    const what = header.type === ELF_TYPE.REL ? 'an object file' : 'a program or library';
    throw new PystackError('not-a-core', `${file.name} is ${what}, not a core file`, { nextStep: ORDER });
  }
  if (header.machine !== ELF_MACHINE.X86_64 && header.machine !== ELF_MACHINE.AARCH64) {
    throw wrongArchitecture(`${file.name} is the core of a process on ${machineName(header.machine)}`);
  }
  return header;
}

const ORDER = 'give the core file first, then (if need be) the executable: pystack core CORE [EXECUTABLE]';

function refusal(file: ByteSource, bytes: Uint8Array, error: ElfError): PystackError {
  switch (error.refusal) {
    case 'not-elf':
      return new PystackError('not-a-core', `${file.name} is not a core file`, {
        cause: bytes.every((byte) => byte === 0)
          ? 'It begins with zeros: space was set aside for it and never written, or its beginning was lost.'
          : 'It does not begin as an ELF file does.',
        nextStep: ORDER,
        underlying: error,
      });
    case 'elf32':
    case 'big-endian':
      return wrongArchitecture(error.message, error);
    case 'malformed':
      return unreadable(
        file,
        bytes.length < EHDR64_SIZE
          ? `ends within its first header, after ${bytes.length} bytes`
          : 'has a damaged header',
        error,
      );
  }
}

function wrongArchitecture(message: string, underlying?: unknown): PystackError {
  return new PystackError('wrong-architecture', message, {
    cause: 'Cores of 64-bit little-endian x86-64 and AArch64 processes can be read.',
    nextStep: 'for this one use a debugger of that architecture, such as gdb-multiarch',
    underlying,
  });
}

function unreadable(file: ByteSource, what: string, underlying?: unknown): PystackError {
  return new PystackError('core-unreadable', `the core file ${file.name} ${what}`, {
    cause: 'It was cut short or damaged when it was written or copied.',
    nextStep: 'copy it again, or check `ulimit -c` and the free space where cores are written',
    underlying,
  });
}
