/** Which module has the program imported under a name? */
import type { Address } from '../../memory/address.js';
import { readDict } from '../dict.js';
import type { Objects } from './objects.js';

/** `modules` is its `sys.modules`; 0: none of that name is in it. Throws MemoryFault, InvalidAddress, CorruptData. */
export function moduleNamed(objects: Objects, modules: Address, name: string): number {
  const { python } = objects;
  const lengthAt = python.layout.PyUnicodeObject?.length ?? python.layout.PyVarObject.ob_size;
  for (const { key, value } of readDict(python, modules).items) {
    // There may be thousands, most of another length.
    if (objects.pointer(key, lengthAt) === name.length && objects.text(key) === name) return value;
  }
  return 0;
}
