/** Is it said of a core that whoever wrote it could not read the stacks? */
import { expect, test } from 'vitest';
import { toAddress } from '../../../src/memory/address.js';
import { MemoryFault, type MemoryReader } from '../../../src/memory/reader.js';
import type { CoreNotes } from '../../../src/process/core/core-notes.js';
import { zeroedStacks } from '../../../src/process/core/zeroed-stacks.js';

const STACKS: Readonly<Record<number, number>> = { 1879048192: 0, 1895825408: 0x42 };

/** Two stacks, one of zeros; nothing else is there. */
const memory: MemoryReader = {
  read(address, size) {
    const filled = STACKS[address];
    if (filled === undefined) throw new MemoryFault(address, size, 'are not there');
    const bytes = new Uint8Array(size);
    bytes[size - 1] = filled;
    return new DataView(bytes.buffer);
  },
};

function notes(...stackPointers: number[]): CoreNotes {
  const threads = stackPointers.map((sp, i) => ({ tid: 10 + i, register: () => BigInt(sp) }));
  return { threads } as unknown as CoreNotes;
}

test('a stack of zeros is told, one that holds anything or is not there is not', () => {
  const of = (...stacks: number[]) =>
    zeroedStacks('core', notes(...stacks), 'x86-64', memory).map(({ message }) => message);
  expect(of(toAddress(0x7000_0000))).toEqual([expect.stringContaining('zeros for the stack of thread 10')]);
  expect(of(0x7000_0000, 0x7000_0000)).toEqual([expect.stringContaining('the stacks of 2 threads')]);
  expect(of(0x7100_0000, 0x7200_0000)).toEqual([]);
});
