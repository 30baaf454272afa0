/** Which items does a dict of Python 2 hold? One open hash table, in the order in which `repr` shows it too. */
import type { Address } from '../memory/address.js';
import { formatAddress, offsetBy, toAddress } from '../memory/address.js';
import { CorruptData, pointerAt, ssizeAt } from '../memory/reader.js';
import { hasZeroedPage, readTable } from '../memory/zeroed-pages.js';
import type { DictItem, DictItems } from './dict-items.js';
import type { DictLayout } from './layouts/layout.js';
import type { Python } from './python.js';

/** Entries read at a time: a table that was large once may be almost empty. */
const ENTRIES_AT_A_TIME = 1024;
/** More than fit in memory. */
const ENTRIES_LIMIT = 2 ** 40;

/**
 * At most `limit` items of the table. `dict`: the object at `address`. Throws MemoryFault, CorruptData.
 * https://github.com/python/cpython/blob/v2.7.18/Include/dictobject.h
 */
export function readHashTable(
  python: Python,
  layout: DictLayout & { keys: 'table' },
  address: Address,
  dict: DataView,
  limit: number,
): DictItems {
  const size = ssizeAt(dict, layout.ma_mask) + 1;
  const table = toAddress(pointerAt(dict, layout.ma_table));
  if (size < 1 || size > ENTRIES_LIMIT || !Number.isInteger(Math.log2(size))) {
    throw new CorruptData(`the dict at ${formatAddress(address)} has a table of ${size} entries`);
  }
  const { sizeof, me_key, me_value } = layout.PyDictKeyEntry;
  const items: DictItem[] = [];
  let found = 0;
  let mayLack = false;
  for (let at = 0; at < size; at += ENTRIES_AT_A_TIME) {
    const count = Math.min(ENTRIES_AT_A_TIME, size - at);
    const slots = offsetBy(table, at * sizeof);
    mayLack ||= hasZeroedPage(python.memory, slots, count * sizeof);
    const view = readTable(python.memory, slots, count * sizeof);
    for (let i = 0; i < count; i++) {
      const key = pointerAt(view, i * sizeof + me_key);
      const value = pointerAt(view, i * sizeof + me_value);
      // A deleted entry keeps a key, but no value.
      if (key === 0 || value === 0) continue;
      if (found++ < limit) items.push({ key, value });
      else if (!mayLack) return { items, truncated: true };
    }
  }
  const used = ssizeAt(dict, python.layout.PyDictObject.ma_used);
  // Slots of a page of zeros are free, or lost: all had to be counted to tell.
  if (mayLack && found < used) throw new CorruptData(`of the ${used} items of a dict, ${found} are left`);
  return { items, truncated: found > limit };
}
