/** Which module has the program imported under a name? */
import type { Address } from '../../memory/address.js';
import { ImportedModules } from '../imported-modules.js';
import type { Objects } from './objects.js';

/** `modules` is its `sys.modules`; 0: none of that name is in it. Throws MemoryFault, InvalidAddress, CorruptData. */
export function moduleNamed({ python }: Objects, modules: Address, name: string): number {
  return python.the(ImportedModules).named(modules, name);
}
