/**
 * Is this an ELF file, and one we can read? The identification and the file header, with a typed refusal for every kind
 * of ELF file we recognise and do not read.
 *
 * Numbers are those of the System V ABI: https://gabi.xinuos.com/elf/02-eheader.html
 */
import type { ByteSource } from './byte-source.js';

/** Bytes of an ELF64 file header. */
export const EHDR64_SIZE = 64;

export const ELF_TYPE = { REL: 1, EXEC: 2, DYN: 3, CORE: 4 } as const;

/** `e_machine` values we can name; https://gabi.xinuos.com/elf/a-emachine.html */
export const ELF_MACHINE = {
  I386: 3,
  PPC64: 21,
  S390: 22,
  ARM: 40,
  X86_64: 62,
  AARCH64: 183,
  RISCV: 243,
  LOONGARCH: 258,
} as const;

const MACHINE_NAMES: ReadonlyMap<number, string> = new Map([
  [ELF_MACHINE.I386, 'x86 (32-bit)'],
  [ELF_MACHINE.PPC64, '64-bit PowerPC'],
  [ELF_MACHINE.S390, 'S/390'],
  [ELF_MACHINE.ARM, 'ARM (32-bit)'],
  [ELF_MACHINE.X86_64, 'x86-64'],
  [ELF_MACHINE.AARCH64, 'AArch64'],
  [ELF_MACHINE.RISCV, 'RISC-V'],
  [ELF_MACHINE.LOONGARCH, 'LoongArch'],
]);

/** What a machine number means to a reader of messages. */
export function machineName(machine: number): string {
  return MACHINE_NAMES.get(machine) ?? `machine ${machine}`;
}

/**
 * Why a file is refused. `not-elf`: other magic, or too short for one. `elf32`, `big-endian`: ELF files we do not read.
 * `malformed`: says it is one and contradicts itself or ends too early.
 */
export type ElfRefusal = 'not-elf' | 'elf32' | 'big-endian' | 'malformed';

export class ElfError extends Error {
  override readonly name = 'ElfError';
  constructor(
    readonly refusal: ElfRefusal,
    message: string,
    /** `e_machine`, where it could be read. */
    readonly machine: number | null = null,
  ) {
    super(message);
  }
}

export interface ElfHeader {
  /** ELF_TYPE.* */
  readonly type: number;
  /** ELF_MACHINE.* */
  readonly machine: number;
  readonly entry: number;
  readonly phoff: number;
  readonly shoff: number;
  readonly phentsize: number;
  /** As written: PN_XNUM when the real number is in section 0. */
  readonly phnum: number;
  readonly shentsize: number;
  /** As written: 0 when the real number is in section 0. */
  readonly shnum: number;
  /** As written: SHN_XINDEX when the real index is in section 0. */
  readonly shstrndx: number;
}

const ELFCLASS32 = 1;
const ELFCLASS64 = 2;
const ELFDATA2LSB = 1;
const ELFDATA2MSB = 2;

/** Whether these bytes begin with the ELF magic. */
export function hasElfMagic(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** Whether two byte sequences are the same. */
export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The header in `bytes` (the first EHDR64_SIZE bytes of a file). Throws {@link ElfError}; `name` is for its message. */
export function decodeElfHeader(bytes: Uint8Array, name: string): ElfHeader {
  if (!hasElfMagic(bytes)) {
    throw new ElfError('not-elf', `${name} is not an ELF file${bytes.length < 4 ? ' (it is too short)' : ''}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const elfClass = bytes[4];
  const data = bytes[5];
  // e_machine lies at the same place in both classes, so that a refusal can name it.
  const machine = bytes.length >= 20 ? view.getUint16(18, data !== ELFDATA2MSB) : null;
  if (data === ELFDATA2MSB) {
    throw new ElfError('big-endian', `${name} is a big-endian ELF file${ofMachine(machine)}`, machine);
  }
  if (elfClass === ELFCLASS32)
    throw new ElfError('elf32', `${name} is a 32-bit ELF file${ofMachine(machine)}`, machine);
  if (elfClass !== ELFCLASS64 || data !== ELFDATA2LSB) {
    throw new ElfError('malformed', `${name}: unknown ELF class ${elfClass} or encoding ${data}`, machine);
  }
  if (bytes.length < EHDR64_SIZE || machine === null) {
    throw new ElfError('malformed', `${name} ends within its ELF header (${bytes.length} bytes)`, machine);
  }
  return {
    type: view.getUint16(16, true),
    machine,
    entry: u64(view, 24),
    phoff: u64(view, 32),
    shoff: u64(view, 40),
    phentsize: view.getUint16(54, true),
    phnum: view.getUint16(56, true),
    shentsize: view.getUint16(58, true),
    shnum: view.getUint16(60, true),
    shstrndx: view.getUint16(62, true),
  };
}

/** As {@link decodeElfHeader}, from the start of `source`. */
export function readElfHeader(source: ByteSource): ElfHeader {
  return decodeElfHeader(source.read(0, EHDR64_SIZE), source.name);
}

function ofMachine(machine: number | null): string {
  return machine === null ? '' : ` for ${machineName(machine)}`;
}

/**
 * A 64-bit word as a number. Values beyond 2^53 lose low bits: as sizes and offsets they are larger than any file, and
 * the bounds that every use of them passes refuse them all the same.
 */
export function u64(view: DataView, offset: number): number {
  return view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 0x1_0000_0000;
}
