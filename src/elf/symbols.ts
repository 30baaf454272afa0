/**
 * Where is a symbol? Two ways to find a few names among tens of thousands without reading them all: the dynamic symbol
 * table through its hash (the loader's own way: a handful of small reads, from a file or from memory), and the full
 * table, which has no hash, by looking for the name in its strings first.
 *
 * https://gabi.xinuos.com/elf/05-symtab.html, https://sourceware.org/gnu-gabi/program-loading-and-dynamic-linking.txt
 */
import { u64 } from './header.js';

export interface ElfSymbol {
  readonly name: string;
  /** `st_value`: an address as written in the file. */
  readonly value: number;
  readonly size: number;
  /** Low half of st_info: 1 object, 2 function. */
  readonly type: number;
  /** High half of st_info: 0 local, 1 global, 2 weak. */
  readonly bind: number;
  /** `st_shndx`; 0: undefined. */
  readonly sectionIndex: number;
}

/** Bytes at an address as written in the file; fewer where they end. */
export type ReadAt = (address: number, length: number) => Uint8Array;

/** Addresses of the tables that the dynamic section names; null: not there. */
export interface DynamicTables {
  readonly symtab: number | null;
  readonly strtab: number | null;
  readonly strsz: number;
  readonly hash: number | null;
  readonly gnuHash: number | null;
}

export const SYM64_SIZE = 24;
const SHN_UNDEF = 0;
/** Longest chain followed in a hash bucket. Real ones have a handful of entries. */
const MAX_CHAIN = 4096;
/** Bytes of a symbol table or its strings read at most: half a gigabyte is beyond the largest debug builds. */
const MAX_TABLE = 512 * 1024 * 1024;
const CHUNK = 256 * 1024;

/** The defined dynamic symbol `name` (ASCII), or null: not there, or no table that can be read. */
export function findDynamicSymbol(name: string, tables: DynamicTables, readAt: ReadAt): ElfSymbol | null {
  if (tables.symtab === null || tables.strtab === null) return null;
  if (tables.gnuHash !== null) return findByGnuHash(name, tables.gnuHash, tables, readAt);
  if (tables.hash !== null) return findBySysvHash(name, tables.hash, tables, readAt);
  return null;
}

function findByGnuHash(name: string, at: number, tables: DynamicTables, readAt: ReadAt): ElfSymbol | null {
  const header = view(readAt(at, 16));
  if (header.byteLength < 16) return null;
  const bucketCount = header.getUint32(0, true);
  const firstIndex = header.getUint32(4, true);
  const bloomWords = header.getUint32(8, true);
  if (bucketCount === 0) return null;
  const hash = gnuHash(name);
  // The Bloom filter would spare a read where the symbol is missing, and costs one where it is there: not used.
  const buckets = at + 16 + bloomWords * 8;
  let index = u32(readAt, buckets + (hash % bucketCount) * 4);
  if (index === null || index < firstIndex) return null;
  const chains = buckets + bucketCount * 4;
  for (let steps = 0; steps < MAX_CHAIN; steps++, index++) {
    const entry: number | null = u32(readAt, chains + (index - firstIndex) * 4);
    if (entry === null) return null;
    // The lowest bit marks the end of the chain and is no part of the hash.
    if ((entry | 1) >>> 0 === (hash | 1) >>> 0) {
      const symbol = symbolNamed(name, index, tables, readAt);
      if (symbol) return symbol;
    }
    if (entry & 1) return null;
  }
  return null;
}

function findBySysvHash(name: string, at: number, tables: DynamicTables, readAt: ReadAt): ElfSymbol | null {
  const header = view(readAt(at, 8));
  if (header.byteLength < 8) return null;
  const bucketCount = header.getUint32(0, true);
  if (bucketCount === 0) return null;
  let index = u32(readAt, at + 8 + (sysvHash(name) % bucketCount) * 4);
  for (let steps = 0; steps < MAX_CHAIN && index; steps++) {
    const symbol = symbolNamed(name, index, tables, readAt);
    if (symbol) return symbol;
    index = u32(readAt, at + 8 + (bucketCount + index) * 4);
  }
  return null;
}

/** Symbol `index` of the dynamic table if it is defined and called `name`. */
function symbolNamed(name: string, index: number, tables: DynamicTables, readAt: ReadAt): ElfSymbol | null {
  if (tables.symtab === null || tables.strtab === null) return null;
  const bytes = readAt(tables.symtab + index * SYM64_SIZE, SYM64_SIZE);
  if (bytes.length < SYM64_SIZE) return null;
  const symbol = view(bytes);
  const nameOffset = symbol.getUint32(0, true);
  if (nameOffset + name.length >= tables.strsz) return null;
  const found = readAt(tables.strtab + nameOffset, name.length + 1);
  if (found.length !== name.length + 1 || found[name.length] !== 0) return null;
  for (let i = 0; i < name.length; i++) if (found[i] !== name.charCodeAt(i)) return null;
  return decodeSymbol(symbol, 0, name);
}

/**
 * The symbols called one of `names`, from a full symbol table at file offset `symtab` with its strings at `strtab`
 * (both `{offset, size}`). A compiler's suffix counts as the same name (`interp_head.lto_priv.0`); the symbol then keeps
 * its whole name. Undefined symbols are left out.
 */
export function scanSymbols(
  names: readonly string[],
  symtab: { offset: number; size: number },
  strtab: { offset: number; size: number },
  read: (offset: number, length: number) => Uint8Array,
): ElfSymbol[] {
  const nameOffsets = new Map<number, string>();
  for (const [offset, name] of findNames(names, strtab, read)) nameOffsets.set(offset, name);
  if (nameOffsets.size === 0) return [];
  const found: ElfSymbol[] = [];
  const end = Math.min(symtab.size, MAX_TABLE);
  const chunkBytes = Math.floor(CHUNK / SYM64_SIZE) * SYM64_SIZE;
  for (let at = 0; at < end; at += chunkBytes) {
    const bytes = read(symtab.offset + at, Math.min(chunkBytes, end - at));
    const symbols = view(bytes);
    for (let i = 0; i + SYM64_SIZE <= bytes.length; i += SYM64_SIZE) {
      const name = nameOffsets.get(symbols.getUint32(i, true));
      if (name === undefined) continue;
      const symbol = decodeSymbol(symbols, i, name);
      if (symbol) found.push(symbol);
    }
    if (bytes.length < chunkBytes) break;
  }
  return found;
}

/**
 * Offsets in a string table at which one of `names` begins and ends. It need not be a whole entry: linkers let a string
 * share the tail of a longer one.
 */
function* findNames(
  names: readonly string[],
  strtab: { offset: number; size: number },
  read: (offset: number, length: number) => Uint8Array,
): Generator<[number, string]> {
  const SUFFIX = 64;
  const overlap = Math.max(...names.map((name) => name.length)) + SUFFIX;
  const end = Math.min(strtab.size, MAX_TABLE);
  for (let at = 0; at < end; at += CHUNK) {
    // Chunks overlap, so that a name across a border is seen whole; seen twice, it is the same entry of the map.
    const bytes = read(strtab.offset + at, Math.min(CHUNK + overlap, end - at));
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const name of names) {
      for (let i = chunk.indexOf(name, 0, 'latin1'); i >= 0; i = chunk.indexOf(name, i + 1, 'latin1')) {
        const after = chunk[i + name.length];
        if (after !== 0 && after !== 0x2e /* . */) continue;
        const stop = chunk.indexOf(0, i);
        if (stop < 0 || stop - i > name.length + SUFFIX) continue;
        yield [at + i, chunk.toString('latin1', i, stop)];
      }
    }
    if (bytes.length < CHUNK) return;
  }
}

function decodeSymbol(symbols: DataView, at: number, name: string): ElfSymbol | null {
  const info = symbols.getUint8(at + 4);
  const sectionIndex = symbols.getUint16(at + 6, true);
  if (sectionIndex === SHN_UNDEF) return null;
  return {
    name,
    value: u64(symbols, at + 8),
    size: u64(symbols, at + 16),
    type: info & 15,
    bind: info >> 4,
    sectionIndex,
  };
}

/** DJB's hash, as in https://sourceware.org/gnu-gabi/program-loading-and-dynamic-linking.txt */
export function gnuHash(name: string): number {
  let hash = 5381;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 33) + name.charCodeAt(i)) >>> 0;
  return hash;
}

/** https://gabi.xinuos.com/elf/08-dynamic.html#hash-table */
export function sysvHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) {
    hash = ((hash << 4) + name.charCodeAt(i)) >>> 0;
    const high = hash & 0xf0000000;
    hash = (hash ^ (high >>> 24)) & ~high;
  }
  return hash >>> 0;
}

function u32(readAt: ReadAt, address: number): number | null {
  const bytes = readAt(address, 4);
  return bytes.length < 4 ? null : view(bytes).getUint32(0, true);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
