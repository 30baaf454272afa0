/**
 * How does code that a process made at run time become a module like those of files? As an ELF file that says of it what a
 * linker would have said: where the code is, what its functions are called, how to unwind from it.
 * https://gabi.xinuos.com/elf/02-eheader.html
 */

import { ELF_MACHINE, ELF_TYPE } from '../elf/header.js';
import { SHT } from '../elf/sections.js';
import { PF, PT } from '../elf/segments.js';
import { SYM64_SIZE } from '../elf/symbols.js';

export interface MadeCode {
  /** Address of the first byte. */
  readonly start: number;
  /** The code itself. */
  readonly bytes: Uint8Array;
  readonly symbols: readonly MadeSymbol[];
  /** Unwind data as it lies in memory, where there is any. */
  readonly ehFrame: { readonly address: number; readonly bytes: Uint8Array } | null;
}

export interface MadeSymbol {
  readonly start: number;
  readonly size: number;
  readonly name: string;
}

/** Offset of the code in the file that {@link elfOf} makes. */
export const CODE_OFFSET = 64 + 2 * 56;

const EHDR = 64;
const PHDR = 56;
const SHDR = 64;
const SECTIONS = ['', '.text', '.eh_frame', '.symtab', '.strtab', '.shstrtab'] as const;
/** st_info of a global function. */
const GLOBAL_FUNCTION = 0x12;
const SHF_ALLOC = 2;

/** The file. Of x86-64: elsewhere such code has no unwind data that is looked for. */
export function elfOf({ start, bytes, symbols, ehFrame }: MadeCode): Uint8Array {
  const names = new StringTable();
  const sectionNames = new StringTable();
  const symtab = new Uint8Array((symbols.length + 1) * SYM64_SIZE);
  const entries = new DataView(symtab.buffer);
  symbols.forEach(({ name, start: at, size }, i) => {
    const offset = (i + 1) * SYM64_SIZE;
    entries.setUint32(offset, names.add(name), true);
    entries.setUint8(offset + 4, GLOBAL_FUNCTION);
    entries.setUint16(offset + 6, 1, true);
    entries.setBigUint64(offset + 8, BigInt(at), true);
    entries.setBigUint64(offset + 16, BigInt(size), true);
  });
  const nameOffsets = SECTIONS.map((name) => sectionNames.add(name));
  const frames = ehFrame?.bytes ?? new Uint8Array(0);
  const contents = [bytes, frames, symtab, names.bytes(), sectionNames.bytes()];
  const offsets: number[] = [];
  let end = CODE_OFFSET;
  for (const content of contents) {
    offsets.push(end);
    end += Math.ceil(content.length / 8) * 8;
  }
  const file = new Uint8Array(end + SECTIONS.length * SHDR);
  const view = new DataView(file.buffer);
  const word = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true);
  contents.forEach((content, i) => {
    file.set(content, offsets[i] ?? 0);
  });

  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, ELF_TYPE.DYN, true);
  view.setUint16(18, ELF_MACHINE.X86_64, true);
  view.setUint32(20, 1, true);
  word(32, EHDR);
  word(40, end);
  for (const [at, value] of [
    [52, EHDR],
    [54, PHDR],
    [56, 2],
    [58, SHDR],
    [60, SECTIONS.length],
    [62, SECTIONS.length - 1],
  ] as const)
    view.setUint16(at, value, true);

  const loaded = [
    { flags: PF.R | PF.X, address: start, size: bytes.length },
    { flags: PF.R, address: ehFrame?.address ?? 0, size: frames.length },
  ];
  loaded.forEach(({ flags, address, size }, i) => {
    const at = EHDR + i * PHDR;
    view.setUint32(at, PT.LOAD, true);
    view.setUint32(at + 4, flags, true);
    word(at + 8, offsets[i] ?? 0);
    word(at + 16, address);
    word(at + 32, size);
    word(at + 40, size);
  });

  const types = [0, SHT.PROGBITS, SHT.PROGBITS, SHT.SYMTAB, SHT.STRTAB, SHT.STRTAB];
  types.forEach((type, i) => {
    const at = end + i * SHDR;
    if (i === 0) return;
    view.setUint32(at, nameOffsets[i] ?? 0, true);
    // Without unwind data there is no such section either.
    view.setUint32(at + 4, i === 2 && ehFrame === null ? SHT.NOBITS : type, true);
    word(at + 8, i < 3 ? SHF_ALLOC : 0);
    word(at + 16, loaded[i - 1]?.address ?? 0);
    word(at + 24, offsets[i - 1] ?? 0);
    word(at + 32, contents[i - 1]?.length ?? 0);
    view.setUint32(at + 40, type === SHT.SYMTAB ? 4 : 0, true);
    if (type === SHT.SYMTAB) word(at + 56, SYM64_SIZE);
  });
  return file;
}

class StringTable {
  // Offset 0 is the empty name.
  readonly #parts: Uint8Array[] = [new Uint8Array(1)];
  #size = 1;

  add(text: string): number {
    const at = this.#size;
    const part = new TextEncoder().encode(`${text.replaceAll('\0', '')}\0`);
    this.#parts.push(part);
    this.#size += part.length;
    return at;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.#parts));
  }
}
