/**
 * Where is the symbol `_PyRuntime`? In the dynamic table by its hash (also of a stripped program that exports it), else
 * in the full table. Python before 3.7 has no runtime structure but a static `interp_head`, the first member of one.
 */
import { isUserSpace, toAddress } from '../memory/address.js';
import type { ElfSymbol } from '../target/elf/symbols.js';
import type { Module } from './module.js';
import type { Candidate, Strategy } from './strategy.js';

export const bySymbol: Strategy = {
  name: 'symbol',
  *candidates(module): Generator<Candidate, string> {
    let found = 0;
    const dynamic = module.dynamicSymbol('_PyRuntime');
    if (dynamic) {
      for (const candidate of placed(module, dynamic, '.dynsym')) {
        found++;
        yield candidate;
      }
    }
    // Not reached where the first candidate is proven: the full table is read only when it is needed.
    for (const symbol of module.scannedSymbols) {
      if (symbol.name.startsWith('Py_Version') || symbol.value === dynamic?.value) continue;
      for (const candidate of placed(module, symbol, '.symtab')) {
        found++;
        yield candidate;
      }
    }
    if (found > 0) return 'no other symbol';
    const trouble = module.trouble === null ? '' : ` (${module.trouble})`;
    return module.biases.length === 0 && module.segments.length > 0
      ? `it is not mapped as a program or library${trouble}`
      : `no symbol _PyRuntime${trouble}`;
  },
};

function* placed(module: Module, symbol: ElfSymbol, table: string): Generator<Candidate> {
  for (const bias of module.biases) {
    const address = symbol.value + bias;
    if (isUserSpace(address)) yield { address: toAddress(address), how: `symbol ${symbol.name} in ${table}` };
  }
}
