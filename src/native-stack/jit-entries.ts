/**
 * Which code did a compiler in the process tell debuggers of? LLVM (numba, Julia, PostgreSQL's JIT) and others keep a list at
 * `__jit_debug_descriptor`: for each piece an ELF file in memory, with names and unwind data.
 * https://sourceware.org/gdb/current/onlinedocs/gdb.html/JIT-Interface.html
 */

import type { ByteSource } from '../elf/byte-source.js';
import { ElfFile } from '../elf/elf-file.js';
import { ELF_TYPE, ElfError } from '../elf/header.js';
import { loadBiases } from '../elf/load-bias.js';
import { type Section, SHT } from '../elf/sections.js';
import { SYM64_SIZE } from '../elf/symbols.js';
import { type Address, isUserSpace, toAddress } from '../memory/address.js';
import type { Mapping } from '../memory/mapping.js';
import { bytesOf, MemoryFault, type MemoryReader } from '../memory/reader.js';
import { errnoOf } from '../process/live/proc-files.js';
import { groupByImage } from '../process/modules.js';
import type { Process } from '../process/process.js';
import type { MadeCode, MadeSymbol } from './made-module.js';

const DESCRIPTOR = '__jit_debug_descriptor';
/** Remote lists are bounded: pieces, bytes of one and of all, symbols of one. */
const MOST_ENTRIES = 20_000;
const MAX_ENTRY_BYTES = 32 * 1024 * 1024;
const MAX_ALL_BYTES = 256 * 1024 * 1024;
const MOST_SYMBOLS = 100_000;
/** struct jit_code_entry: next, previous, address and size of the ELF file; struct jit_descriptor: first at 16. */
const ENTRY_BYTES = 32;
const FIRST_ENTRY = 16;

/** Every piece of code that is told of; what cannot be read, or makes no sense, is left out. */
export function jitEntries(target: Process): MadeCode[] {
  const found: MadeCode[] = [];
  for (const descriptor of descriptors(target)) {
    try {
      for (const file of filesOf(target.memory, descriptor)) found.push(...codeOf(target.memory, file));
    } catch (error) {
      if (!(error instanceof MemoryFault)) throw error;
    }
  }
  return found;
}

/** One for each library that has a compiler inside. */
function descriptors(target: Process): Address[] {
  return groupByImage(target.mappings()).flatMap((image): Address[] => {
    const code = image.find(({ executable }) => executable);
    let source: ByteSource | null = null;
    try {
      source = code ? target.openMapped(code) : null;
      if (!source) return [];
      const file = new ElfFile(source);
      const symbol = file.dynamicSymbol(DESCRIPTOR) ?? file.scanSymbols([DESCRIPTOR])[0];
      if (!symbol || symbol.sectionIndex === 0) return [];
      return loadBiases(file.segments, image as readonly Mapping[])
        .slice(0, 1)
        .map((bias) => symbol.value + bias)
        .filter(isUserSpace)
        .map(toAddress);
    } catch (error) {
      // What cannot be opened for want of descriptors is told of where it is needed.
      if (!(error instanceof ElfError) && errnoOf(error) === null) throw error;
      return [];
    } finally {
      source?.close();
    }
  });
}

function* filesOf(memory: MemoryReader, descriptor: Address): Generator<Uint8Array> {
  const head = memory.read(descriptor, FIRST_ENTRY + 8);
  if (head.getUint32(0, true) !== 1) return;
  let left = MAX_ALL_BYTES;
  const met = new Set<number>();
  for (
    let at = Number(head.getBigUint64(FIRST_ENTRY, true));
    isUserSpace(at) && at !== 0 && met.size < MOST_ENTRIES;
  ) {
    if (met.has(at)) return;
    met.add(at);
    const entry = memory.read(toAddress(at), ENTRY_BYTES);
    const [next, , address, size] = [0, 8, 16, 24].map((offset) => Number(entry.getBigUint64(offset, true)));
    if (address && size && isUserSpace(address) && size <= MAX_ENTRY_BYTES) {
      left -= size;
      if (left < 0) return;
      yield bytesOf(memory.read(toAddress(address), size));
    }
    at = next ?? 0;
  }
}

/** The pieces of one file that are in memory under addresses that it tells. */
function codeOf(memory: MemoryReader, bytes: Uint8Array): MadeCode[] {
  let file: ElfFile;
  try {
    file = new ElfFile({
      name: 'JIT',
      size: bytes.length,
      read: (at, length) => bytes.slice(at, at + length),
      close() {},
    });
    const { sections } = file;
    const frames = sections.find(({ name, addr, size }) => name === '.eh_frame' && addr !== 0 && size > 0);
    const symbols = functionsOf(file, bytes);
    return sections.flatMap((section): MadeCode[] => {
      if (!/^\.l?text/.test(section.name) || section.type !== SHT.PROGBITS || section.addr === 0) return [];
      const code = piece(memory, section);
      return code
        ? [
            {
              start: section.addr,
              bytes: code,
              ehFrame: frames ? loaded(memory, frames) : null,
              symbols: within(symbols, section),
            },
          ]
        : [];
    });
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    return [];
  }
}

function within(symbols: readonly MadeSymbol[], { addr, size }: Section): MadeSymbol[] {
  return symbols.filter(({ start }) => start >= addr && start < addr + size);
}

function loaded(memory: MemoryReader, section: Section): MadeCode['ehFrame'] {
  // In memory, for there its addresses have been filled in.
  const bytes = piece(memory, section);
  return bytes && { address: section.addr, bytes };
}

function piece(memory: MemoryReader, { addr, size }: Section): Uint8Array | null {
  if (!isUserSpace(addr) || size === 0 || size > MAX_ENTRY_BYTES) return null;
  try {
    return bytesOf(memory.read(toAddress(addr), size));
  } catch (error) {
    if (!(error instanceof MemoryFault)) throw error;
    return null;
  }
}

/** The functions of its symbol table, where they are in memory. */
function functionsOf({ header, sections }: ElfFile, bytes: Uint8Array): MadeSymbol[] {
  const symtab = sections.find(({ type }) => type === SHT.SYMTAB);
  const strings = symtab && sections[symtab.link];
  if (!symtab || !strings) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.min(Math.floor(symtab.size / SYM64_SIZE), MOST_SYMBOLS);
  const found: MadeSymbol[] = [];
  for (let i = 1; i < count; i++) {
    const at = symtab.offset + i * SYM64_SIZE;
    if (at + SYM64_SIZE > bytes.length) break;
    const section = sections[view.getUint16(at + 6, true)];
    if ((view.getUint8(at + 4) & 15) !== 2 || !section) continue;
    const value = Number(view.getBigUint64(at + 8, true));
    // Of what is yet to be linked, an offset into the section.
    const start = header.type === ELF_TYPE.REL ? section.addr + value : value;
    const nameAt = strings.offset + view.getUint32(at, true);
    const end = bytes.indexOf(0, nameAt);
    if (section.addr === 0 || !Number.isSafeInteger(start) || end < 0 || end - nameAt > 4096) continue;
    const size = Number(view.getBigUint64(at + 16, true));
    found.push({ start, size, name: new TextDecoder().decode(bytes.subarray(nameAt, end)) });
  }
  return found;
}
