/**
 * What does an ELF file look like that a test has drawn? A small shared library, laid out as linkers do it: every part
 * that our reader reads, at offsets that the caller may then falsify.
 */
import type { ByteSource } from '../../src/elf/byte-source.js';

export interface ForgedSymbol {
  name: string;
  value: number;
  size?: number;
  /** 0: undefined. Default 1. */
  section?: number;
}

export interface ForgedElfOptions {
  /** ELF_TYPE.*; default DYN. */
  type?: number;
  machine?: number;
  /** Address of the first segment; a prelinked library's is not 0. */
  base?: number;
  dynamicSymbols?: ForgedSymbol[];
  /** Which hash tables; default gnu. */
  hash?: 'gnu' | 'sysv' | 'none';
  symbols?: ForgedSymbol[];
  buildId?: string;
  debugLink?: string;
  /** Content of the writable segment's file part. */
  data?: Uint8Array;
  /** Bytes of the writable segment beyond its file part. */
  bssBytes?: number;
  /** A section in the data segment. */
  dataSection?: { name: string; at: number; size: number };
  /** Default true. */
  sectionTable?: boolean;
}

export interface ForgedElf {
  bytes: Uint8Array;
  view: DataView;
  /** Where things are in the file, for falsifying them. */
  at: Record<
    'phdrs' | 'dynsym' | 'dynstr' | 'hash' | 'dynamic' | 'note' | 'data' | 'symtab' | 'strtab' | 'shdrs',
    number
  >;
  /** Address of the writable segment. */
  dataAddress: number;
  sectionIndex(name: string): number;
}

/** Distance in memory between the segments beyond that in the file, as linkers keep permissions on pages of their own. */
const DATA_GAP = 0x1000;

export function forgeElf(options: ForgedElfOptions = {}): ForgedElf {
  const { type = 3, machine = 62, base = 0, hash = 'gnu', data = new Uint8Array(64), bssBytes = 0 } = options;
  const parts: { at: number; bytes: Uint8Array }[] = [];
  let end = 64 + 4 * 56;
  const place = (bytes: Uint8Array, align = 8): number => {
    const at = Math.ceil(end / align) * align;
    parts.push({ at, bytes });
    end = at + bytes.length;
    return at;
  };

  const dynamicSymbols = options.dynamicSymbols ?? [];
  const bucketCount = 2;
  // A .gnu.hash wants symbols of one bucket side by side.
  const ordered = [...dynamicSymbols].sort((a, b) => (gnu(a.name) % bucketCount) - (gnu(b.name) % bucketCount));
  const dynstr = strings(ordered.map(({ name }) => name));
  const dynsymAt = place(symbolTable(ordered, dynstr.offsets));
  const dynstrAt = place(dynstr.bytes);
  const hashAt = place(hash === 'gnu' ? gnuTable(ordered, bucketCount) : sysvTable(ordered, bucketCount));
  const noteAt = place(options.buildId === undefined ? new Uint8Array(0) : buildIdNote(options.buildId), 4);
  const dynamicAt = place(new Uint8Array(16 * 6));
  const textEnd = end;
  const dataAt = place(data, 16);
  const dataAddress = base + dataAt + DATA_GAP;
  const symbols = options.symbols ?? [];
  const strtab = strings(symbols.map(({ name }) => name));
  const symtabAt = place(symbolTable(symbols, strtab.offsets));
  const strtabAt = place(strtab.bytes);
  const linkBytes = options.debugLink === undefined ? new Uint8Array(0) : debugLink(options.debugLink);
  const linkAt = place(linkBytes, 4);

  const sections: [name: string, type: number, addr: number, offset: number, size: number, link: number][] = [
    ['', 0, 0, 0, 0, 0],
    ['.symtab', 2, 0, symtabAt, (symbols.length + 1) * 24, 2],
    ['.strtab', 3, 0, strtabAt, strtab.bytes.length, 0],
  ];
  if (options.buildId !== undefined) {
    sections.push(['.note.gnu.build-id', 7, base + noteAt, noteAt, 16 + options.buildId.length / 2, 0]);
  }
  if (options.debugLink !== undefined) sections.push(['.gnu_debuglink', 1, 0, linkAt, linkBytes.length, 0]);
  const own = options.dataSection;
  if (own) sections.push([own.name, 1, dataAddress + own.at, dataAt + own.at, own.size, 0]);
  const shstrtab = strings([...sections.map(([name]) => name), '.shstrtab']);
  const shstrtabAt = place(shstrtab.bytes);
  sections.push(['.shstrtab', 3, 0, shstrtabAt, shstrtab.bytes.length, 0]);
  const shdrsAt = place(new Uint8Array(64 * sections.length));

  const bytes = new Uint8Array(end);
  for (const part of parts) bytes.set(part.bytes, part.at);
  const view = new DataView(bytes.buffer);
  const u64 = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, type, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  u64(32, 64);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 4, true);
  if (options.sectionTable ?? true) {
    u64(40, shdrsAt);
    view.setUint16(58, 64, true);
    view.setUint16(60, sections.length, true);
    view.setUint16(62, sections.length - 1, true);
  }
  const noteSize = options.buildId === undefined ? 0 : 16 + options.buildId.length / 2;
  const segments: number[][] = [
    [1, 5, 0, base, textEnd, textEnd],
    [1, 6, dataAt, dataAddress, data.length, data.length + bssBytes],
    [2, 6, dynamicAt, base + dynamicAt, 96, 96],
    [4, 4, noteAt, base + noteAt, noteSize, noteSize],
  ];
  segments.forEach(([p_type = 0, flags = 0, offset = 0, vaddr = 0, filesz = 0, memsz = 0], i) => {
    const at = 64 + i * 56;
    view.setUint32(at, p_type, true);
    view.setUint32(at + 4, flags, true);
    for (const [k, value] of [offset, vaddr, vaddr, filesz, memsz, 4].entries()) u64(at + 8 + k * 8, value);
  });
  const entries: number[][] = [
    [5, base + dynstrAt],
    [6, base + dynsymAt],
    [10, dynstr.bytes.length],
  ];
  if (hash !== 'none') entries.push([hash === 'gnu' ? 0x6ffffef5 : 4, base + hashAt]);
  entries.forEach(([tag = 0, value = 0], i) => {
    u64(dynamicAt + i * 16, tag);
    u64(dynamicAt + i * 16 + 8, value);
  });
  sections.forEach(([name, sh_type, addr, offset, size, link], i) => {
    const at = shdrsAt + i * 64;
    view.setUint32(at, shstrtab.offsets.get(name) ?? 0, true);
    view.setUint32(at + 4, sh_type, true);
    u64(at + 16, addr);
    u64(at + 24, offset);
    u64(at + 32, size);
    view.setUint32(at + 40, link, true);
  });
  return {
    bytes,
    view,
    at: {
      phdrs: 64,
      dynsym: dynsymAt,
      dynstr: dynstrAt,
      hash: hashAt,
      dynamic: dynamicAt,
      note: noteAt,
      data: dataAt,
      symtab: symtabAt,
      strtab: strtabAt,
      shdrs: shdrsAt,
    },
    dataAddress,
    sectionIndex: (name) => sections.findIndex(([own]) => own === name),
  };
}

/** Bytes as a file. `reads` tells what was read. */
export function byteSource(bytes: Uint8Array, name = 'forged'): ByteSource & { reads: [number, number][] } {
  const reads: [number, number][] = [];
  return {
    name,
    size: bytes.length,
    reads,
    read(offset, length) {
      reads.push([offset, length]);
      if (!(offset >= 0) || !(length > 0) || offset >= bytes.length) return new Uint8Array(0);
      return bytes.slice(offset, offset + Math.min(length, bytes.length - offset));
    },
    close() {},
  };
}

/**
 * The bytes of each of its segments as a loader puts them into memory, with `bias` added to the addresses; `relocated`:
 * to the pointers of the dynamic section as well, as glibc does it.
 */
export function loadElf(elf: ForgedElf, bias: number, relocated: boolean): { address: number; bytes: Uint8Array }[] {
  const view = new DataView(elf.bytes.slice().buffer);
  if (relocated) {
    for (let at = elf.at.dynamic; ; at += 16) {
      const tag = Number(view.getBigUint64(at, true));
      if (tag === 0) break;
      if (tag !== 10) view.setBigUint64(at + 8, view.getBigUint64(at + 8, true) + BigInt(bias), true);
    }
  }
  const loaded: { address: number; bytes: Uint8Array }[] = [];
  for (const at of [64, 64 + 56]) {
    const field = (offset: number) => Number(view.getBigUint64(at + offset, true));
    const bytes = new Uint8Array(field(40));
    bytes.set(new Uint8Array(view.buffer, field(8), field(32)));
    loaded.push({ address: bias + field(16), bytes });
  }
  return loaded;
}

function strings(names: readonly string[]): { bytes: Uint8Array; offsets: Map<string, number> } {
  const offsets = new Map<string, number>();
  let text = '\0';
  for (const name of names) {
    offsets.set(name, name === '' ? 0 : text.length);
    if (name !== '') text += `${name}\0`;
  }
  return { bytes: Buffer.from(text, 'latin1'), offsets };
}

function symbolTable(symbols: readonly ForgedSymbol[], offsets: Map<string, number>): Uint8Array {
  const view = new DataView(new ArrayBuffer((symbols.length + 1) * 24));
  symbols.forEach(({ name, value, size = 8, section = 1 }, i) => {
    const at = (i + 1) * 24;
    view.setUint32(at, offsets.get(name) ?? 0, true);
    view.setUint8(at + 4, 0x11);
    view.setUint16(at + 6, section, true);
    view.setBigUint64(at + 8, BigInt(value), true);
    view.setBigUint64(at + 16, BigInt(size), true);
  });
  return new Uint8Array(view.buffer);
}

/** DJB's hash as the specification words it, apart from the code under test. */
function gnu(name: string): number {
  return Number(
    BigInt.asUintN(
      32,
      [...name].reduce((hash, c) => hash * 33n + BigInt(c.charCodeAt(0)), 5381n),
    ),
  );
}

function gnuTable(symbols: readonly ForgedSymbol[], bucketCount: number): Uint8Array {
  const bloomWords = 1;
  const view = new DataView(new ArrayBuffer(16 + bloomWords * 8 + bucketCount * 4 + symbols.length * 4));
  view.setUint32(0, bucketCount, true);
  view.setUint32(4, 1, true);
  view.setUint32(8, bloomWords, true);
  const buckets = 16 + bloomWords * 8;
  symbols.forEach(({ name }, i) => {
    const bucket = gnu(name) % bucketCount;
    const at = buckets + bucket * 4;
    if (view.getUint32(at, true) === 0) view.setUint32(at, i + 1, true);
    const following = symbols[i + 1];
    const last = !following || gnu(following.name) % bucketCount !== bucket;
    view.setUint32(buckets + bucketCount * 4 + i * 4, (gnu(name) & ~1) + (last ? 1 : 0), true);
  });
  return new Uint8Array(view.buffer);
}

function sysvTable(symbols: readonly ForgedSymbol[], bucketCount: number): Uint8Array {
  const view = new DataView(new ArrayBuffer((2 + bucketCount + symbols.length + 1) * 4));
  view.setUint32(0, bucketCount, true);
  view.setUint32(4, symbols.length + 1, true);
  symbols.forEach(({ name }, i) => {
    let hash = 0n;
    for (const c of name) {
      hash = (hash << 4n) + BigInt(c.charCodeAt(0));
      const high = hash & 0xf0000000n;
      if (high !== 0n) hash ^= high >> 24n;
      hash &= ~high;
    }
    const bucket = 8 + Number(hash % BigInt(bucketCount)) * 4;
    view.setUint32(8 + (bucketCount + i + 1) * 4, view.getUint32(bucket, true), true);
    view.setUint32(bucket, i + 1, true);
  });
  return new Uint8Array(view.buffer);
}

function buildIdNote(id: string): Uint8Array {
  const note = Buffer.alloc(16 + id.length / 2);
  note.writeUInt32LE(4, 0);
  note.writeUInt32LE(id.length / 2, 4);
  note.writeUInt32LE(3, 8);
  note.write('GNU\0', 12, 'latin1');
  note.write(id, 16, 'hex');
  return note;
}

function debugLink(name: string): Uint8Array {
  const bytes = Buffer.alloc(Math.ceil((name.length + 1) / 4) * 4 + 4);
  bytes.write(name, 0, 'latin1');
  bytes.writeUInt32LE(0xcafef00d, bytes.length - 4);
  return bytes;
}
