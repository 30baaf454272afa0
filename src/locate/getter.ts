/**
 * Where is the variable that an exported function returns? A static variable has no symbol in a stripped program, nor a
 * name of its own in any; but a function that does nothing but return it says where it is, in its one instruction.
 */

import { ELF_MACHINE } from '../elf/header.js';
import { type Address, isUserSpace, toAddress } from '../memory/address.js';
import { MemoryFault } from '../memory/reader.js';
import type { Module } from './module.js';

/** Where a function may be jumped to (`endbr64`), with -fcf-protection. */
const ENDBR64 = [0xf3, 0x0f, 0x1e, 0xfa];
/** `mov eax, [rip + …]`; four bytes of distance and `ret` follow. */
const LOAD = [0x8b, 0x05];
const RET = 0xc3;

/** Address of the `int` that the exported function `name` returns; null: it is not exported, or does something else. */
export function addressOfReturned(module: Module, name: string): Address | null {
  const symbol = module.dynamicSymbol(name);
  const [bias] = module.biases;
  if (!symbol || bias === undefined || !isUserSpace(symbol.value + bias)) return null;
  if ((module.file ?? module.mapped)?.header.machine !== ELF_MACHINE.X86_64) return null;
  const start = toAddress(symbol.value + bias);
  let code: DataView;
  try {
    code = module.memory.read(start, ENDBR64.length + LOAD.length + 5);
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
  const load = begins(code, 0, ENDBR64) ? ENDBR64.length : 0;
  const distance = load + LOAD.length;
  const next = distance + 4;
  if (!begins(code, load, LOAD) || code.getUint8(next) !== RET) return null;
  const address = start + next + code.getInt32(distance, true);
  return isUserSpace(address) ? toAddress(address) : null;
}

function begins(code: DataView, at: number, bytes: readonly number[]): boolean {
  return bytes.every((byte, i) => code.getUint8(at + i) === byte);
}
