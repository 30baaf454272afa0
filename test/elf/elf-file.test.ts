import { describe, expect, test } from 'vitest';
import { ElfFile } from '../../src/elf/elf-file.js';
import { ElfError } from '../../src/elf/header.js';
import { byteSource, type ForgedElf, type ForgedElfOptions, forgeElf } from '../support/forged-elf.js';

const SYMBOLS = [
  { name: 'Py_Initialize', value: 0x100 },
  { name: '_PyRuntime', value: 0x2345678 },
  { name: 'Py_Version', value: 0x180 },
  { name: 'imported', value: 0, section: 0 },
];

function open(options: ForgedElfOptions, falsify: (elf: ForgedElf) => void = () => {}): ElfFile {
  const elf = forgeElf(options);
  falsify(elf);
  return new ElfFile(byteSource(elf.bytes));
}

function refusalOf(bytes: Uint8Array): string {
  try {
    new ElfFile(byteSource(bytes));
  } catch (error) {
    if (error instanceof ElfError) return `${error.refusal}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('what is refused', () => {
  test('no ELF file', () => {
    expect(refusalOf(Buffer.from('#!/bin/sh\n'))).toBe('not-elf: forged is not an ELF file');
    expect(refusalOf(new Uint8Array(0))).toBe('not-elf: forged is not an ELF file (it is too short)');
  });

  test('32-bit and big-endian ones, with the machine named', () => {
    const { bytes, view } = forgeElf();
    bytes[4] = 1;
    view.setUint16(18, 3, true);
    expect(refusalOf(bytes)).toBe('elf32: forged is a 32-bit ELF file for x86 (32-bit)');
    bytes[5] = 2;
    view.setUint16(18, 22, false);
    expect(refusalOf(bytes)).toBe('big-endian: forged is a big-endian ELF file for S/390');
  });

  test('every cut within the header', () => {
    const { bytes } = forgeElf();
    for (let length = 4; length < 64; length++) expect(refusalOf(bytes.subarray(0, length))).toMatch(/^malformed/);
    expect(refusalOf(bytes.subarray(0, 64))).toBe('accepted');
  });
});

describe('dynamic symbols', () => {
  for (const hash of ['gnu', 'sysv'] as const) {
    test(`by ${hash} hash, in files at any address`, () => {
      for (const base of [0, 0x400000]) {
        const file = open({ dynamicSymbols: SYMBOLS, hash, base });
        for (const { name, value } of SYMBOLS.slice(0, 3)) {
          expect(file.dynamicSymbol(name)).toMatchObject({ name, value, type: 1, bind: 1 });
        }
        expect(file.dynamicSymbol('_PyRuntim')).toBeNull();
        expect(file.dynamicSymbol('imported')).toBeNull();
      }
    });

    test(`a damaged ${hash} hash ends without one`, () => {
      for (const word of [0, 1, 4, 8, 0x7fffffff, 0xffffffff]) {
        for (let at = 0; at < 32; at += 4) {
          const file = open({ dynamicSymbols: SYMBOLS, hash }, ({ view, at: where }) =>
            view.setUint32(where.hash + at, word, true),
          );
          expect(file.dynamicSymbol('nowhere')).toBeNull();
        }
      }
    });
  }

  test('a cyclic chain of the sysv hash ends', () => {
    const file = open({ dynamicSymbols: SYMBOLS, hash: 'sysv' }, ({ view, at }) => {
      // Two buckets, then chains: each entry leads to itself.
      for (let i = 0; i < 5; i++) view.setUint32(at.hash + 8 + (2 + i) * 4, i, true);
    });
    expect(file.dynamicSymbol('nowhere')).toBeNull();
  });

  test('a file without any', () => {
    expect(open({ hash: 'none', dynamicSymbols: SYMBOLS }).dynamicSymbol('_PyRuntime')).toBeNull();
    const noDynamic = open({}, ({ view, at }) => view.setUint32(at.phdrs + 2 * 56, 0, true));
    expect(noDynamic.dynamic).toBeNull();
  });
});

describe('the full symbol table', () => {
  test('finds several names in one go, also with a compiler suffix and as the tail of another', () => {
    const symbols = [
      { name: 'x_PyRuntime', value: 1 },
      { name: 'interp_head.lto_priv.0', value: 2 },
      { name: '_PyRuntimeState_Init', value: 3 },
      { name: 'Py_Version', value: 4 },
      { name: 'undefined', value: 0, section: 0 },
    ];
    const file = open({ symbols }, ({ view, at }) => {
      // Let the first symbol's name begin within its string: _PyRuntime shares the tail of x_PyRuntime.
      view.setUint32(at.symtab + 24, view.getUint32(at.symtab + 24, true) + 1, true);
    });
    expect(
      file.scanSymbols(['_PyRuntime', 'interp_head', 'undefined']).map(({ name, value }) => [name, value]),
    ).toEqual([
      ['_PyRuntime', 1],
      ['interp_head.lto_priv.0', 2],
    ]);
  });

  test('names that lie across the border of what is read at once', () => {
    const filler = 'f'.repeat(64 * 1024 - 9);
    const symbols = [...Array(4)].map((_, i) => ({ name: `${filler}${i}`, value: i }));
    const file = open({ symbols: [...symbols, { name: '_PyRuntime', value: 77 }, { name: 'Py_Version', value: 78 }] });
    expect(file.scanSymbols(['_PyRuntime', 'Py_Version']).map(({ value }) => value)).toEqual([77, 78]);
  });

  test('stripped, without section headers, or with forged sizes: empty, soon', () => {
    const symbols = [{ name: '_PyRuntime', value: 1 }];
    expect(open({ symbols, sectionTable: false }).scanSymbols(['_PyRuntime'])).toEqual([]);
    const forged = open({ symbols }, ({ view, at, sectionIndex }) => {
      for (const name of ['.symtab', '.strtab']) {
        view.setBigUint64(at.shdrs + sectionIndex(name) * 64 + 32, 2n ** 63n, true);
      }
    });
    // The sizes lie, and what is really there is still found.
    expect(forged.scanSymbols(['_PyRuntime']).map(({ value }) => value)).toEqual([1]);
    const elsewhere = open({ symbols }, ({ view, at, sectionIndex }) => {
      view.setBigUint64(at.shdrs + sectionIndex('.symtab') * 64 + 24, 2n ** 63n, true);
    });
    expect(elsewhere.scanSymbols(['_PyRuntime'])).toEqual([]);
  });
});

describe('tables with forged counts', () => {
  test('more program headers than there are bytes: those that are there', () => {
    const file = open({}, ({ view }) => view.setUint16(56, 0xfffe, true));
    expect(file.segments.length).toBeGreaterThanOrEqual(4);
    expect(file.segments.length).toBeLessThan(100);
  });

  test('PN_XNUM: the number is in section 0', () => {
    const file = open({}, ({ view, at }) => {
      view.setUint16(56, 0xffff, true);
      view.setUint32(at.shdrs + 44, 4, true);
    });
    expect(file.segments).toHaveLength(4);
    const absurd = open({}, ({ view, at }) => {
      view.setUint16(56, 0xffff, true);
      view.setUint32(at.shdrs + 44, 0xffffffff, true);
    });
    expect(() => absurd.segments).toThrow('4294967295 program headers are more than');
  });

  test('program headers of a wrong size', () => {
    expect(() => open({}, ({ view }) => view.setUint16(54, 32, true)).segments).toThrow('program header size 32');
  });

  test('sections: absent, beyond the end, too many, names outside their table', () => {
    expect(open({}, ({ view }) => view.setBigUint64(40, 2n ** 62n, true)).sections).toEqual([]);
    expect(open({}, ({ view }) => view.setUint16(58, 0, true)).sections).toEqual([]);
    const counted = open({}, ({ view, at }) => {
      view.setUint16(60, 0, true);
      view.setBigUint64(at.shdrs + 32, 2n ** 60n, true);
    });
    expect(counted.sections).toEqual([]);
    const nameless = open({}, ({ view, at }) => view.setUint32(at.shdrs + 64, 0xffffff, true));
    expect(nameless.sections[1]?.name).toBe('');
    expect(open({}, ({ view }) => view.setUint16(62, 0xfff0, true)).section('.symtab')).toBeNull();
  });

  test('nothing of a falsified file is read that is larger than the file allows', () => {
    const elf = forgeElf({ symbols: SYMBOLS, dynamicSymbols: SYMBOLS, buildId: 'ab'.repeat(20) });
    for (let at = 16; at < elf.bytes.length - 8; at += 2) {
      const bytes = elf.bytes.slice();
      new DataView(bytes.buffer).setBigUint64(at, 0xffff_ffff_ffff_fff8n, true);
      try {
        const file = new ElfFile(byteSource(bytes));
        file.dynamicSymbol('_PyRuntime');
        file.scanSymbols(['_PyRuntime']);
        void file.buildId;
        void file.debugLink;
      } catch (error) {
        // A refusal is an answer; anything else is a fault.
        expect(error).toBeInstanceOf(ElfError);
      }
    }
  });
});

describe('what lies together', () => {
  const elf = forgeElf({ symbols: SYMBOLS, dynamicSymbols: SYMBOLS, buildId: 'ab'.repeat(20) });

  test('is read together, once', () => {
    const source = byteSource(elf.bytes);
    const file = new ElfFile(source);
    for (let round = 0; round < 3; round++) {
      expect(file.dynamicSymbol('_PyRuntime')).not.toBeNull();
      expect(file.dynamicSymbol('nobody')).toBeNull();
      expect(file.buildId).toBe('ab'.repeat(20));
    }
    const ranges = source.reads.map((range) => range.join());
    expect(ranges).toEqual([...new Set(ranges)]);
    expect(ranges.length).toBeLessThan(8);
  });

  test('is read in parts where it is not there in one', () => {
    const whole = new ElfFile(byteSource(elf.bytes));
    // Memory that stands in for a file gives nothing of a range that is not there to its end.
    const file = new ElfFile({
      ...byteSource(elf.bytes),
      read: (at, length) => (length > 1024 ? new Uint8Array(0) : elf.bytes.slice(at, at + length)),
    });
    expect(file.header).toEqual(whole.header);
    expect(file.dynamicSymbol('_PyRuntime')).toEqual(whole.dynamicSymbol('_PyRuntime'));
    expect(file.buildId).toBe(whole.buildId);
  });
});

describe('what names a file', () => {
  const buildId = '0123456789abcdef0123456789abcdef01234567';

  test('build id, from the segment or the section', () => {
    expect(open({ buildId }).buildId).toBe(buildId);
    const bySection = open({ buildId }, ({ view, at }) => view.setUint32(at.phdrs + 3 * 56, 0, true));
    expect(bySection.buildId).toBe(buildId);
    expect(open({}).buildId).toBeNull();
    const forged = open({ buildId }, ({ view, at }) => view.setUint32(at.note + 4, 0xffffffff, true));
    expect(forged.buildId).toBeNull();
  });

  test('debug link', () => {
    expect(open({ debugLink: 'libpython.debug' }).debugLink).toEqual({ name: 'libpython.debug', crc: 0xcafef00d });
    expect(open({}).debugLink).toBeNull();
  });
});

test('bytes at an address end where the file part of the segment ends', () => {
  const elf = forgeElf({ data: Uint8Array.from({ length: 32 }, (_, i) => i), bssBytes: 4096 });
  const file = new ElfFile(byteSource(elf.bytes));
  expect([...file.readAt(elf.dataAddress + 30, 8)]).toEqual([30, 31]);
  expect(file.readAt(elf.dataAddress + 32, 8)).toHaveLength(0);
  expect(file.readAt(2 ** 60, 8)).toHaveLength(0);
});
