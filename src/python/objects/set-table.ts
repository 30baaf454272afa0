/** Which keys are in the table of a set? In their order there, as `repr` has them. */
import { type Address, offsetBy } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { hasZeroedPage, readTable } from '../../memory/zeroed-pages.js';
import { SlotBudget } from '../slot-budget.js';
import type { Reading } from './reading.js';

/** Entries read first, and then at a time: a table that was large once has little in it. */
const ENTRIES_AT_A_TIME = 256;
const MOST_AT_A_TIME = 4096;

/**
 * The first `wanted` keys of the set at `address`. `keyAt` tells the pointer in the entry at that byte of the view, 0:
 * none; `isKey` whether it is one. Fewer where so much was emptied that not all of it is looked at. Throws CorruptData,
 * MemoryFault, …
 */
export function readSetTable(
  address: Address,
  reading: Reading,
  wanted: number,
  keyAt: (view: DataView, at: number) => number,
  isKey: (pointer: number) => boolean = () => true,
): number[] {
  const { mask, table, used } = reading.layout.objects.PySetObject;
  const { sizeof } = reading.layout.objects.parts.setentry;
  const entries = reading.size(address, mask) + 1;
  const start = reading.link(address, table);
  if (wanted > entries || !Number.isInteger(Math.log2(entries))) throw new CorruptData(`a set of ${entries} entries`);
  const all = reading.size(address, used);
  const keys: number[] = [];
  let found = 0;
  /** Where a page of zeros is that may be lost, all that are left have to be counted to tell. */
  let most = wanted;
  let at = 0;
  while (at < entries && found < most) {
    const isFirst = at === 0;
    const left = Math.min(isFirst ? ENTRIES_AT_A_TIME : MOST_AT_A_TIME, entries - at);
    const count = isFirst ? left : reading.python.the(SlotBudget).take(left);
    if (count === 0) return keys;
    const slots = offsetBy(start, at * sizeof);
    for (const pointer of pointersIn(readTable(reading.memory, slots, count * sizeof), sizeof, keyAt)) {
      if (found >= most || !isKey(pointer)) continue;
      if (found++ < wanted) keys.push(pointer);
    }
    if (hasZeroedPage(reading.memory, slots, count * sizeof)) most = Math.max(wanted, all);
    at += count;
  }
  if (found < most) throw new CorruptData('a set with less in it than it counts');
  return keys;
}

/** Taken out before anything else is read: the view may not outlive another read. */
function pointersIn(view: DataView, sizeof: number, keyAt: (view: DataView, at: number) => number): number[] {
  const pointers: number[] = [];
  for (let at = 0; at < view.byteLength; at += sizeof) {
    const pointer = keyAt(view, at);
    if (pointer !== 0) pointers.push(pointer);
  }
  return pointers;
}
