import { describe, expect, test } from 'vitest';
import { ElfError } from '../../src/elf/header.js';
import { MappedElf } from '../../src/elf/mapped-elf.js';
import { toAddress } from '../../src/memory/address.js';
import { forgeElf, loadElf } from '../support/forged-elf.js';
import { FakeMemory } from '../support/memory.js';

const BIAS = 0x7f00_0000_0000;
const symbols = [
  { name: '_PyRuntime', value: 0x5000 },
  { name: 'Py_Version', value: 0x180 },
];

describe('a library in memory', () => {
  for (const loader of ['glibc', 'musl'] as const) {
    for (const base of [0, 0x3000_0000]) {
      test(`symbols and build id as ${loader} loads it, linked at 0x${base.toString(16)}`, () => {
        const elf = forgeElf({ dynamicSymbols: symbols, base, buildId: 'c0ffee00' });
        const memory = new FakeMemory();
        for (const { address, bytes } of loadElf(elf, BIAS, loader === 'glibc')) memory.place(bytes, address);
        const mapped = new MappedElf(memory, toAddress(BIAS + base), 'libpython');
        expect(mapped.bias).toBe(BIAS);
        expect(mapped.dynamicSymbol('_PyRuntime')?.value).toBe(0x5000);
        expect(mapped.dynamicSymbol('nowhere')).toBeNull();
        expect(mapped.buildId).toBe('c0ffee00');
      });
    }
  }

  test('what is not mapped is not there', () => {
    const elf = forgeElf({ dynamicSymbols: symbols });
    const memory = new FakeMemory();
    memory.place(elf.bytes.subarray(0, 64 + 4 * 56), BIAS);
    const mapped = new MappedElf(memory, toAddress(BIAS), 'libpython');
    expect(mapped.dynamicSymbol('_PyRuntime')).toBeNull();
    expect(mapped.buildId).toBeNull();
  });

  test('anything else is refused', () => {
    const memory = new FakeMemory();
    memory.place(new Uint8Array(64), BIAS);
    expect(() => new MappedElf(memory, toAddress(BIAS), 'data')).toThrow(ElfError);
  });
});
