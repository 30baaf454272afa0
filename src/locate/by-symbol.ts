/**
 * Where is the symbol `_PyRuntime`? In the dynamic table by its hash (also of a stripped program that exports it), else
 * in the full table. Python before 3.7 has no runtime structure but a static `interp_head`, the first member of one.
 */

import type { ElfSymbol } from '../elf/symbols.js';
import { isUserSpace, toAddress } from '../memory/address.js';
import type { Module } from './module.js';
import type { Candidate, Strategy } from './strategy.js';

/** A few small reads: tried on every likely module, so that two candidates are seen to be two. */
export const byDynamicSymbol: Strategy = {
  name: 'symbol',
  *candidates(module): Generator<Candidate, string> {
    const symbol = module.dynamicSymbol('_PyRuntime');
    if (symbol) yield* placed(module, symbol, '.dynsym');
    return why(module, symbol !== null, 'exports no symbol _PyRuntime');
  },
};

/** Reads a whole table: only where no module exports the symbol. */
export const byFullSymbol: Strategy = {
  name: 'symbol',
  *candidates(module): Generator<Candidate, string> {
    const symbols = module.scannedSymbols.filter(({ name }) => !name.startsWith('Py_Version'));
    for (const symbol of symbols) yield* placed(module, symbol, '.symtab');
    return why(module, symbols.length > 0, 'has no symbol _PyRuntime in a .symtab');
  },
};

function why(module: Module, hasSymbol: boolean, otherwise: string): string {
  if (module.trouble !== null) return `${otherwise} (${module.trouble})`;
  if (!hasSymbol) return otherwise;
  return module.biases.length === 0 ? 'it is not mapped as a program or library' : 'no other symbol';
}

function* placed(module: Module, symbol: ElfSymbol, table: string): Generator<Candidate> {
  for (const bias of module.biases) {
    const address = symbol.value + bias;
    if (isUserSpace(address)) yield { address: toAddress(address), how: `symbol ${symbol.name} in ${table}` };
  }
}
