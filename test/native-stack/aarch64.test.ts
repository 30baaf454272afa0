/**
 * The other machine: its register numbers, return addresses in a register, signed ones, its signal frames and its code
 * without unwind data. Of a library drawn by hand, since no compiler for it need be here.
 */

import { describe, expect, test } from 'vitest';
import type { PlacedBytes } from '../../src/memory/ranges.js';
import { namedRegisters, registerName, stoppedRegisters } from '../../src/native-stack/registers.js';
import { Unwinder } from '../../src/native-stack/unwinder.js';

const BASE = 0x5500_0000_0000;
const STACK = 0x5501_0000_0000;
/** Of the parts of the library, as offsets and addresses; `size` of what is loaded, behind which are its sections. */
const AT = { header: 0x200, frames: 0x240, code: 0x400, size: 0x600 };
/** Functions: a leaf, one with a frame, one whose return address is signed; then code that nothing describes. */
const LEAF = AT.code;
const FRAMED = AT.code + 0x40;
const SIGNED = AT.code + 0x80;
const LOOSE = AT.code + 0xc0;
const TRAMPOLINE = AT.code + 0x100;

const RET = 0xd65f03c0;
/** mov x8, #139 (rt_sigreturn); svc #0 */
const SIGRETURN = [0xd2801168, 0xd4000001];

/** .eh_frame: the rules as GCC writes them. */
function unwindData(): number[] {
  const u32 = (value: number) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];
  const bytes: number[] = [];
  const entry = (content: readonly number[]) => {
    const padded = [...content, ...Array<number>((8 - ((content.length + 4) % 8)) % 8).fill(0)];
    bytes.push(...u32(padded.length), ...padded);
  };
  const common = (augmentation: string) =>
    // Version 1; code in units of 4, data of -8; return address in x30; pointers relative, 4 bytes; CFA = sp.
    [...u32(0), 1, ...Buffer.from(`${augmentation}\0`), 4, 0x78, 30, 1, 0x1b, 0x0c, 31, 0];
  const plain = bytes.length;
  entry(common('zR'));
  const signed = bytes.length;
  entry(common('zRB'));
  const describe = (cie: number, start: number, rules: readonly number[]) => {
    const at = bytes.length;
    const back = at + 4 - cie;
    const relative = start - (AT.frames + at + 8);
    entry([...u32(back), ...u32(relative), ...u32(0x40), 0, ...rules]);
  };
  describe(plain, LEAF, []);
  // After the first instruction: CFA = sp + 32, x29 and x30 at its lower end.
  const framed = [0x41, 0x0e, 32, 0x9d, 4, 0x9e, 3];
  describe(plain, FRAMED, framed);
  // DW_CFA_AARCH64_negate_ra_state after paciasp, then the same.
  describe(signed, SIGNED, [0x41, 0x2d, ...framed]);
  bytes.push(0, 0, 0, 0);
  return bytes;
}

/** What else may be in the library; offsets are addresses. */
interface Drawn {
  /** Words of four bytes, by where they are. */
  readonly code?: Readonly<Record<number, number>>;
  /** A word of eight. */
  readonly pointer?: number;
  /** The sections that tell what others may know of it: what a relocation adds, and where its only exported symbol is. */
  readonly sections?: { readonly addend: number; readonly symbol: number };
}

/** Words of the instructions that jump, call or take an address, at `from`. */
const ARM = {
  bl: (from: number, to: number) => (0x94000000 | (((to - from) / 4) & 0x3ffffff)) >>> 0,
  b: (from: number, to: number) => (0x14000000 | (((to - from) / 4) & 0x3ffffff)) >>> 0,
  /** b.eq */
  beq: (from: number, to: number) => (0x54000000 | ((((to - from) / 4) & 0x7ffff) << 5)) >>> 0,
  /** tbz w0, #0 */
  tbz: (from: number, to: number) => (0x36000000 | ((((to - from) / 4) & 0x3fff) << 5)) >>> 0,
  /** adr x1 */
  adr: (from: number, to: number) =>
    (0x10000001 | (((to - from) & 3) << 29) | ((((to - from) >> 2) & 0x7ffff) << 5)) >>> 0,
  /** adrp x1, of the library's first page; add x1, x1, #of */
  adrp: () => 0x90000001,
  add: (of: number) => (0x91000021 | (of << 10)) >>> 0,
} as const;

const SECTIONS = { table: AT.size, symbols: AT.size + 0x100, relocations: AT.size + 0x140, end: AT.size + 0x180 };
/** Where the word of eight is. */
const POINTER = AT.size - 8;

function drawSections(view: DataView, { addend, symbol }: NonNullable<Drawn['sections']>): void {
  view.setBigUint64(40, BigInt(SECTIONS.table), true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 3, true);
  const section = (n: number, type: number, offset: number, size: number, each: number) => {
    const at = SECTIONS.table + n * 64;
    view.setUint32(at + 4, type, true);
    for (const [field, value] of [
      [16, offset],
      [24, offset],
      [32, size],
      [48, 8],
      [56, each],
    ] as const) {
      view.setBigUint64(at + field, BigInt(value), true);
    }
  };
  section(1, 11, SECTIONS.symbols, 48, 24);
  section(2, 4, SECTIONS.relocations, 24, 24);
  view.setBigUint64(SECTIONS.symbols + 24 + 8, BigInt(symbol), true);
  view.setBigUint64(SECTIONS.relocations + 16, BigInt(addend), true);
}

function library({ code = {}, pointer = 0, sections }: Drawn = {}): Uint8Array {
  const image = new Uint8Array(SECTIONS.end);
  const view = new DataView(image.buffer);
  image.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 3, true);
  view.setUint16(18, 183, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(32, 64n, true);
  for (const [offset, value] of [
    [52, 64],
    [54, 56],
    [56, 2],
    [58, 64],
  ] as const)
    view.setUint16(offset, value, true);
  const segment = (n: number, type: number, flags: number, offset: number, size: number) => {
    const at = 64 + n * 56;
    view.setUint32(at, type, true);
    view.setUint32(at + 4, flags, true);
    for (const [field, value] of [
      [8, offset],
      [16, offset],
      [24, offset],
      [32, size],
      [40, size],
      [48, 4096],
    ] as const) {
      view.setBigUint64(at + field, BigInt(value), true);
    }
  };
  segment(0, 1, 5, 0, AT.size);
  segment(1, 0x6474e550, 4, AT.header, 8);
  // .eh_frame_hdr without a search table.
  image.set([1, 0x1b, 0xff, 0xff], AT.header);
  view.setInt32(AT.header + 4, AT.frames - (AT.header + 4), true);
  image.set(unwindData(), AT.frames);
  view.setUint32(LOOSE, RET, true);
  for (const [i, word] of SIGRETURN.entries()) view.setUint32(TRAMPOLINE + i * 4, word, true);
  for (const [at, word] of Object.entries(code)) view.setUint32(Number(at), word, true);
  if (sections) drawSections(view, sections);
  view.setBigUint64(POINTER, BigInt(pointer), true);
  return image;
}

function unwind(
  registers: Readonly<Record<string, number | bigint>>,
  words: readonly (number | bigint)[],
  drawn: Drawn = {},
) {
  const image = library(drawn);
  const segment = { start: BASE, end: BASE + 4096, fileOffset: 0, executable: true };
  const unwinder = new Unwinder({
    machine: 'aarch64',
    modules: [{ path: '/lib.so', buildId: null, segments: [segment], open: () => image }],
    executable: [segment],
  });
  const bytes = new Uint8Array(words.length * 8);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => {
    view.setBigUint64(i * 8, BigInt(word), true);
  });
  const named = new Map(Object.entries({ sp: STACK, ...registers }).map(([name, value]) => [name, BigInt(value)]));
  const memory: PlacedBytes[] = [{ address: STACK, bytes }];
  const { frames, stop } = unwinder.unwind(namedRegisters('aarch64', named), memory);
  return { pcs: frames.map(({ pc }) => (pc < BASE ? pc : pc - BASE)), frames, stop };
}

describe('AArch64', () => {
  test('the words of a stopped thread are the registers by their DWARF numbers', () => {
    const words = BigUint64Array.from({ length: 34 }, (_, i) => BigInt(i));
    const { values, known } = stoppedRegisters('aarch64', words);
    expect([...values]).toEqual([...words.slice(0, 33)]);
    expect([...known]).toEqual(Array(33).fill(1));
    expect([0, 29, 30, 31, 32].map((number) => registerName('aarch64', number))).toEqual([
      'x0',
      'x29',
      'x30',
      'sp',
      'pc',
    ]);
  });

  test('a leaf returns to what x30 says; a frame to what it has saved', () => {
    const { pcs, stop } = unwind({ pc: BASE + LEAF + 8, x30: BASE + FRAMED + 12 }, [0, 0, 0, 0]);
    expect(pcs).toEqual([LEAF + 8, FRAMED + 12]);
    expect(stop).toEqual({ kind: 'complete' });
  });

  test('without x30 nobody knows who called a leaf', () => {
    const { pcs, stop } = unwind({ pc: BASE + LEAF + 8 }, [0, 0]);
    expect(pcs).toEqual([LEAF + 8]);
    expect(stop).toEqual({ kind: 'needs-register', register: 'x30' });
  });

  describe('a leaf without x30 that one call in its library leads to', () => {
    const call = { [FRAMED + 8]: ARM.bl(FRAMED + 8, LEAF) };
    const sections = { addend: FRAMED, symbol: SIGNED };
    const without = (drawn: Drawn) => unwind({ pc: BASE + LEAF + 8 }, [0, BASE + SIGNED + 12, 0, 0, 0, 0, 0, 0], drawn);

    test('returns behind it, and the stack goes on', () => {
      const { pcs, stop } = without({ code: call, sections });
      expect(pcs).toEqual([LEAF + 8, FRAMED + 12, SIGNED + 12]);
      expect(stop).toEqual({ kind: 'complete' });
    });

    test('may jump to itself, and others may be called and jumped to', () => {
      const own = { [LEAF + 4]: ARM.b(LEAF + 4, LEAF), [LEAF + 12]: ARM.beq(LEAF + 12, LEAF + 4) };
      const others = { [SIGNED + 4]: ARM.bl(SIGNED + 4, FRAMED), [SIGNED + 8]: ARM.adr(SIGNED + 8, FRAMED) };
      const { pcs } = without({ code: { ...call, ...own, ...others }, sections });
      expect(pcs).toEqual([LEAF + 8, FRAMED + 12, SIGNED + 12]);
    });

    const elsewhere = SIGNED + 16;
    test.each<[string, Drawn]>([
      ['no call', { sections }],
      ['a second call', { code: { ...call, [elsewhere]: ARM.bl(elsewhere, LEAF) }, sections }],
      ['a call into its midst', { code: { ...call, [elsewhere]: ARM.bl(elsewhere, LEAF + 4) }, sections }],
      ['a jump', { code: { ...call, [elsewhere]: ARM.b(elsewhere, LEAF) }, sections }],
      ['a jump into its midst', { code: { ...call, [elsewhere]: ARM.b(elsewhere, LEAF + 0x3c) }, sections }],
      ['a conditional jump', { code: { ...call, [elsewhere]: ARM.beq(elsewhere, LEAF) }, sections }],
      ['a jump on a bit', { code: { ...call, [elsewhere]: ARM.tbz(elsewhere, LEAF) }, sections }],
      ['code that takes its address', { code: { ...call, [elsewhere]: ARM.adr(elsewhere, LEAF) }, sections }],
      [
        'code that takes it in two steps',
        { code: { ...call, [elsewhere]: ARM.adrp(), [elsewhere + 12]: ARM.add(LEAF) }, sections },
      ],
      ['a pointer', { code: call, sections, pointer: LEAF }],
      ['a pointer that is made when it is loaded', { code: call, sections: { ...sections, addend: LEAF } }],
      ['its name', { code: call, sections: { ...sections, symbol: LEAF } }],
      ['nobody knows what else, without sections,', { code: call }],
    ])('not of one that %s leads to', (_what, drawn) => {
      const { pcs, stop } = without(drawn);
      expect(pcs).toEqual([LEAF + 8]);
      expect(stop).toEqual({ kind: 'needs-register', register: 'x30' });
    });
  });

  test('the signature of a return address is cut off', () => {
    const signed = BigInt(BASE + FRAMED + 8) | 0x002a_0000_0000_0000n;
    const { pcs, stop } = unwind({ pc: BASE + SIGNED + 12 }, [0, signed, 0, 0, 0, 0, 0, 0]);
    expect(pcs).toEqual([SIGNED + 12, FRAMED + 8]);
    expect(stop).toEqual({ kind: 'complete' });
  });

  test('where a return comes next, it is to x30; else the frame record tells, and the stack goes on', () => {
    const byReturn = unwind({ pc: BASE + LOOSE, x30: BASE + FRAMED + 8, x29: 0 }, [0, 0, 0, 0]);
    expect(byReturn.pcs).toEqual([LOOSE, FRAMED + 8]);
    const byRecord = unwind({ pc: BASE + LOOSE + 4, x29: STACK + 16 }, [0, 0, 0, BASE + FRAMED + 8, 0, 0, 0, 0]);
    expect(byRecord.pcs).toEqual([LOOSE + 4, FRAMED + 8]);
    expect(byRecord.frames[1]).toMatchObject({ byFramePointer: true });
    expect(byRecord.stop).toEqual({ kind: 'complete' });
  });

  test('a signal handler returns to a trampoline, and this to what was interrupted', () => {
    // The kernel's frame: siginfo_t, then ucontext_t; x0…x30, sp, pc begin 312 bytes from the stack pointer.
    const words: (number | bigint)[] = Array(4 + 39 + 33).fill(0);
    words[1] = BASE + TRAMPOLINE;
    const registers = 4 + 39;
    words[registers + 30] = BASE + FRAMED + 8;
    words[registers + 31] = STACK;
    words[registers + 32] = BASE + LEAF + 4;
    const { pcs, frames } = unwind({ pc: BASE + FRAMED + 8 }, words);
    expect(pcs.slice(0, 4)).toEqual([FRAMED + 8, TRAMPOLINE, LEAF + 4, FRAMED + 8]);
    expect(frames[1]).toMatchObject({ isSignalTrampoline: true });
    expect(frames[2]).toMatchObject({ isActivation: true });
  });
});
