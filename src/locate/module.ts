/**
 * Which mapped files may hold the interpreter? The mappings, grouped by file, each with what its ELF says: from the file
 * itself where it can be had, else from memory.
 */

import type { ByteSource } from '../elf/byte-source.js';
import { ElfFile } from '../elf/elf-file.js';
import { ElfError } from '../elf/header.js';
import { loadBiases } from '../elf/load-bias.js';
import { MappedElf } from '../elf/mapped-elf.js';
import type { Segment } from '../elf/segments.js';
import { PF, PT } from '../elf/segments.js';
import type { ElfSymbol } from '../elf/symbols.js';
import { type Address, isUserSpace, toAddress } from '../memory/address.js';
import type { Mapping } from '../memory/mapping.js';
import type { Range } from '../memory/ranges.js';
import type { MemoryReader } from '../memory/reader.js';
import { MemoryFault } from '../memory/reader.js';
import { isOutOfDescriptors } from '../process/live/proc-files.js';
import { groupByFile } from '../process/modules.js';
import type { Locatable } from '../process/process.js';

/** Symbols of the full symbol table that any strategy asks for: one pass finds them all. */
const SCANNED_SYMBOLS = ['_PyRuntime', 'interp_head', 'Py_Version'] as const;

/** Initialized variables of any CPython: its built-in types alone, more than a hundred of 400 bytes, are twice as much. */
const LEAST_DATA_BYTES = 20 * 1024;

export class Module {
  #source: ByteSource | null | undefined;
  #file: ElfFile | null = null;
  #mapped: MappedElf | null | undefined;
  #biases: number[] | undefined;
  #scanned: ElfSymbol[] | undefined;
  /** Why the file or its memory image is no use; for messages. */
  trouble: string | null = null;
  /** `e_machine` of a file that is not read because of it (or of 32 bits); null: it is read, or is no ELF file. */
  #refusedMachine: number | null = null;
  /** Whether it could not be opened only because we have too many files open. */
  lacksDescriptor = false;

  constructor(
    private readonly target: Locatable,
    readonly path: string,
    /** All of this file, in address order; anonymous memory, smallest first. */
    readonly mappings: readonly Mapping[],
  ) {}

  get memory(): MemoryReader {
    return this.target.memory;
  }

  /** Whether it is of a process that runs, each reading of which costs a system call. */
  get isLive(): boolean {
    return this.target.sampler !== null;
  }

  /** Without folders. */
  get name(): string {
    return this.path.slice(this.path.lastIndexOf('/') + 1);
  }

  /** Whether its data could be an interpreter's: not of a program that only calls its library. */
  get hasRoom(): boolean {
    const writable = this.mappings.reduce((sum, { start, end, writable }) => sum + (writable ? end - start : 0), 0);
    return writable >= LEAST_DATA_BYTES;
  }

  /** Whether it is called as programs and libraries of CPython are. */
  get isNamedPython(): boolean {
    return PYTHON_NAME.test(this.name);
  }

  /** The file behind it; null when it cannot be had or is no ELF file we read. */
  get file(): ElfFile | null {
    if (this.#source === undefined) this.#open();
    return this.#file;
  }

  /** Whether it is no file but all memory that belongs to none. */
  get isAnonymous(): boolean {
    return this.path === ANONYMOUS;
  }

  #open(): void {
    // Any mapping leads to the file; which of them the kernel keeps in map_files does not matter.
    const first = this.isAnonymous ? undefined : this.mappings[0];
    this.#source = null;
    try {
      if (first) this.#source = this.target.openMapped(first);
    } catch (error) {
      if (!isOutOfDescriptors(error)) throw error;
      this.lacksDescriptor = true;
    }
    if (this.#source === null) {
      this.trouble = this.lacksDescriptor ? 'too many files are open to open its file' : 'its file cannot be opened';
      return;
    }
    try {
      this.#file = new ElfFile(this.#source);
    } catch (error) {
      if (!(error instanceof ElfError)) throw error;
      this.trouble = error.message;
      this.#refusedMachine = error.machine;
    }
  }

  /** Its header as mapped; null when that part is not mapped or not readable. */
  get mapped(): MappedElf | null {
    if (this.#mapped === undefined) {
      this.#mapped = null;
      const start = this.isAnonymous ? undefined : this.mappings.find(({ fileOffset }) => fileOffset === 0)?.start;
      if (start !== undefined) {
        try {
          this.#mapped = new MappedElf(this.memory, start, this.path);
        } catch (error) {
          if (!(error instanceof ElfError) && !(error instanceof MemoryFault)) throw error;
          this.trouble ??= error.message;
        }
      }
    }
    return this.#mapped;
  }

  /** `e_machine` of its header; null: it is none that can be read. */
  get machine(): number | null {
    return this.file?.header.machine ?? this.#refusedMachine ?? this.mapped?.header.machine ?? null;
  }

  get segments(): readonly Segment[] {
    return this.file?.segments ?? this.mapped?.segments ?? [];
  }

  /** Address in memory minus address in the file, for each time it is mapped as a program or library; best first. */
  get biases(): readonly number[] {
    this.#biases ??= loadBiases(this.segments, this.mappings);
    return this.#biases;
  }

  dynamicSymbol(name: string): ElfSymbol | null {
    return (this.file ?? this.mapped)?.dynamicSymbol(name) ?? null;
  }

  /** The same, if its file is open already: none is looked for. null: not exported, or there is no open file to tell. */
  dynamicSymbolAtHand(name: string): ElfSymbol | null {
    return this.#file?.dynamicSymbol(name) ?? null;
  }

  /** Symbols of `.symtab` that any strategy is interested in; empty where stripped. */
  get scannedSymbols(): readonly ElfSymbol[] {
    this.#scanned ??= this.file?.scanSymbols(SCANNED_SYMBOLS) ?? [];
    return this.#scanned;
  }

  /** Where in memory the variables of these names are: those that can be found, and of which there is one only. */
  addressesOf(names: readonly string[]): ReadonlyMap<string, Address> {
    const found = new Map<string, Address>();
    const [bias] = this.biases;
    if (bias === undefined) return found;
    const scanned = this.file?.scanSymbols(names) ?? [];
    for (const name of names) {
      const dynamic = this.dynamicSymbol(name);
      const symbols = dynamic ? [dynamic] : scanned.filter((symbol) => functionName(symbol.name) === name);
      const values = [...new Set(symbols.map(({ value }) => value + bias))];
      const [value] = values;
      if (value !== undefined && values.length === 1 && isUserSpace(value)) found.set(name, toAddress(value));
    }
    return found;
  }

  /** Bytes at an address as written in the file: from the file, else from memory. */
  readAt(address: number, length: number): Uint8Array {
    return (this.file ?? this.mapped)?.readAt(address, length) ?? new Uint8Array(0);
  }

  /** Its writable memory, zero-initialised part (.bss) first: CPython's runtime is in one of them. */
  get writableRanges(): Range[] {
    const bss: Range[] = [];
    const data: Range[] = [];
    for (const bias of this.biases) {
      for (const { type, flags, vaddr, filesz, memsz } of this.segments) {
        if (type !== PT.LOAD || (flags & PF.W) === 0) continue;
        const start = bias + vaddr;
        if (memsz > filesz) bss.push({ start: start + filesz, end: start + memsz });
        if (filesz > 0) data.push({ start, end: start + filesz });
      }
    }
    const ranges = [...bss, ...data];
    // Nothing told where they are: those mapped from the file itself.
    return ranges.length > 0 ? ranges : this.mappings.filter(({ writable }) => writable);
  }

  /** Its mapped constants: readable, neither writable nor (where linkers separate them) code. */
  get readOnlyRanges(): Range[] {
    return this.mappings.filter(({ readable, writable, executable }) => readable && !writable && !executable);
  }

  contains(address: Address): boolean {
    return this.mappings.some(({ start, end }) => address >= start && address < end);
  }

  close(): void {
    this.#source?.close();
  }
}

/** A symbol without what compilers append to it (`.lto_priv.0`). */
function functionName(symbol: string): string {
  return symbol.split('.')[0] ?? symbol;
}

const ANONYMOUS = '[memory of no file]';

/**
 * Heap and anonymous mappings: where a program is that was unpacked, or moved to other pages, as it started. The smallest
 * first: a library's data is a few megabytes, and heaps are of any size.
 */
export function anonymousMemory(target: Locatable): Module {
  const ranges = target
    .mappings()
    .filter(({ readable, path }) => readable && (path === null || path === '[heap]' || path.startsWith('[anon')));
  return new Module(
    target,
    ANONYMOUS,
    ranges.toSorted((a, b) => a.end - a.start - (b.end - b.start)),
  );
}

/** Neither the vDSO nor a device, of which to read may be to do something. */
function mayBeLibrary(path: string): boolean {
  return !path.startsWith('[') && !path.startsWith('/dev/');
}

/** What executables and shared libraries of CPython are called, wherever they are installed. */
const PYTHON_NAME = /^(?:lib)?python(?:\d|$|-|\.)/i;

/**
 * A program or library has code; data files and archives that happen to be mapped have not. Emulators of processors map
 * code as what it is to them, data: then what tells is that its head is mapped beside variables of its own.
 * https://gitlab.com/qemu-project/qemu/-/blob/v7.2.0/linux-user/mmap.c (validate_prot_to_pageflags)
 */
function isLoaded(mappings: readonly Mapping[]): boolean {
  if (mappings.some(({ executable }) => executable)) return true;
  const hasHead = mappings.some(({ fileOffset, readable }) => fileOffset === 0 && readable);
  return hasHead && mappings.some(({ fileOffset, writable }) => fileOffset > 0 && writable);
}

/**
 * The mapped programs and libraries, `likely` (called like Python, and the program itself) and `others`. The program is
 * taken to be the one mapped lowest, as the kernel does it; started through `ld.so` it is among the others or called
 * like Python.
 */
export function listModules(target: Locatable): { likely: Module[]; others: Module[] } {
  const modules = groupByFile(target.mappings())
    .filter((mappings) => isLoaded(mappings) && mayBeLibrary(mappings[0]?.path ?? '['))
    .map((mappings) => new Module(target, mappings[0]?.path ?? '', mappings));
  const isNamed = (module: Module) => module.isNamedPython;
  const likely = modules.filter((module, i) => i === 0 || isNamed(module));
  // A program called something else comes after a library called libpython.
  likely.sort((a, b) => Number(isNamed(b)) - Number(isNamed(a)));
  return { likely, others: modules.filter((module) => !likely.includes(module)) };
}
