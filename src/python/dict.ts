/**
 * Which items does a dict hold? Reads the tables of `dict` objects and of instances' attribute values, in insertion
 * order, deleted slots left out, bounded.
 */
import type { Address } from '../memory/address.js';
import { formatAddress, offsetBy, toAddress } from '../memory/address.js';
import { CorruptData, pointerAt, ssizeAt } from '../memory/reader.js';
import { hasZeroedPage, readTable } from '../memory/zeroed-pages.js';
import type { DictItem, DictItems } from './dict-items.js';
import { needed } from './layouts/needed.js';
import type { Python } from './python.js';
import { readHashTable } from './python2-dict.js';
import { SlotBudget } from './slot-budget.js';

export type { DictItem, DictItems };

/** Where a key table's entries are, and of which form. */
interface KeyTable {
  entries: Address;
  /** Entries ever used, deleted ones included. */
  nentries: number;
  /** Of one entry. */
  entry: EntryLayout;
  /** The hash table over them: `size` numbers of `width` bytes. */
  indices: { readonly start: Address; readonly size: number; readonly width: number };
}

interface EntryLayout {
  readonly sizeof: number;
  readonly me_key: number;
  readonly me_value: number;
}

/** Items read unless told otherwise. */
export const ITEM_LIMIT = 100_000;

/** log2 of a table size beyond which there is no memory. */
const LOG2_LIMIT = 40;

/** The items of the `dict` at `address`. That it is one is for the caller to know. Throws MemoryFault, CorruptData. */
export function readDict(python: Python, address: Address, limit = ITEM_LIMIT): DictItems {
  const fields = python.layout.PyDictObject;
  if (python.layout.dict.keys === 'table') {
    return readHashTable(python, python.layout.dict, address, python.memory.read(address, fields.sizeof), limit);
  }
  const used = python.ssize(address, fields.ma_used);
  const keys = toAddress(python.pointer(address, needed(fields.ma_keys, 'ma_keys')));
  const values = python.pointer(address, needed(fields.ma_values, 'ma_values'));
  if (used < 0) throw new CorruptData(`dict at ${formatAddress(address)} has ${used} items`);
  if (values !== 0) return readSplitItems(python, keys, toAddress(values), limit);
  return combinedItems(python, readKeyTable(python, keys), used, limit);
}

/** The items of a split table: keys shared with other instances, and one instance's `values`. Throws as readDict. */
export function readSplitItems(python: Python, keys: Address, values: Address, limit = ITEM_LIMIT): DictItems {
  const table = readKeyTable(python, keys);
  // Keys that others share are not all set here.
  const count = Math.min(table.nentries, ITEM_LIMIT);
  const order = readSplitOrder(python, values, count);
  const keyPointers = readPointers(python, table.entries, count, table.entry.sizeof, table.entry.me_key);
  const valuePointers = readPointers(python, valuesStart(python, values), count, 8, 0);
  const items: DictItem[] = [];
  for (const index of order) {
    if (items.length > limit) break;
    push(items, keyPointers[index] ?? 0, valuePointers[index] ?? 0);
  }
  return { items: items.slice(0, limit), truncated: items.length > limit || table.nentries > count };
}

/** The keys of a split table, as pointers; a value has the place of its key. Throws as readDict. */
export function readSplitKeys(python: Python, keys: Address, limit = ITEM_LIMIT): number[] {
  const { entries, nentries, entry } = readKeyTable(python, keys);
  return readPointers(python, entries, Math.min(nentries, limit), entry.sizeof, entry.me_key);
}

/** The value at one place of a split table; 0: not set. Throws MemoryFault, InvalidAddress. */
export function readSplitValue(python: Python, values: Address, index: number): number {
  return python.pointer(valuesStart(python, values), 8 * index);
}

function readKeyTable(python: Python, keys: Address): KeyTable {
  const { dict } = python.layout;
  switch (dict.keys) {
    case 'table':
      throw new CorruptData(`the dict keys at ${formatAddress(keys)} are of no dict of this version`);
    case 'sized': {
      const view = python.memory.read(keys, dict.dk_indices);
      const size = ssizeAt(view, dict.dk_size);
      const nentries = ssizeAt(view, dict.dk_nentries);
      if (size < 1 || size > 2 ** LOG2_LIMIT) throw absurd(keys);
      const width = indexBytes(size);
      const entries = offsetBy(keys, dict.dk_indices + size * width);
      const indices = { start: offsetBy(keys, dict.dk_indices), size, width };
      return checked(keys, { entries, nentries, entry: dict.PyDictKeyEntry, indices }, size);
    }
    case 'log2': {
      const view = python.memory.read(keys, dict.dk_indices);
      const log2Size = view.getUint8(dict.dk_log2_size);
      const log2Bytes = view.getUint8(dict.dk_log2_index_bytes);
      const nentries = ssizeAt(view, dict.dk_nentries);
      if (log2Size > LOG2_LIMIT || log2Bytes > LOG2_LIMIT + 3) throw absurd(keys);
      const general = view.getUint8(dict.dk_kind) === dict.DICT_KEYS_GENERAL;
      const entry = general ? dict.PyDictKeyEntry : dict.PyDictUnicodeEntry;
      const size = 2 ** log2Size;
      const indices = { start: offsetBy(keys, dict.dk_indices), size, width: 2 ** (log2Bytes - log2Size) };
      const entries = offsetBy(keys, dict.dk_indices + 2 ** log2Bytes);
      return checked(keys, { entries, nentries, entry, indices }, size);
    }
  }
}

/** Bytes of an index of a table with `size` slots. https://github.com/python/cpython/blob/v3.10.13/Objects/dictobject.c (DK_IXSIZE) */
function indexBytes(size: number): number {
  if (size <= 0xff) return 1;
  if (size <= 0xffff) return 2;
  return size <= 0xffff_ffff ? 4 : 8;
}

function checked(keys: Address, table: KeyTable, size: number): KeyTable {
  if (table.nentries < 0 || table.nentries > size) throw absurd(keys);
  return table;
}

function absurd(keys: Address): CorruptData {
  return new CorruptData(`the dict keys at ${formatAddress(keys)} have absurd sizes`);
}

/** Slots looked at together: as many at the end of a table at least, as many in its middle at most. */
const SLOTS_AT_THE_END = 64;
const SLOTS_IN_BETWEEN = 4096;

/**
 * The first `limit` of `used` items. Slots no longer in use are no items, so after many deletions there are more to look
 * at. What remains of many is mostly what came last, so the end of the table is looked at before its middle.
 */
function combinedItems(python: Python, table: KeyTable, used: number, limit: number): DictItems {
  const { nentries } = table;
  const wanted = Math.min(used, limit);
  const items: DictItem[] = [];
  let at = Math.min(nentries, wanted);
  addSlots(python, table, 0, at, items);
  const missing = used - items.length;
  if (items.length < wanted && at < nentries) {
    const end = Math.max(at, nentries - Math.max(SLOTS_AT_THE_END, missing));
    const last: DictItem[] = [];
    addSlots(python, table, end, nentries, last);
    if (end === at || last.length >= missing) {
      for (const item of last) items.push(item);
      at = nentries;
    }
  }
  while (items.length < wanted && at < nentries) {
    const count = python.the(SlotBudget).take(Math.min(SLOTS_IN_BETWEEN, nentries - at));
    if (count === 0) break;
    addSlots(python, table, at, at + count, items);
    at += count;
  }
  assertNoneLost(python, table, Math.max(at, Math.min(nentries, wanted)), used);
  const truncated = items.length > limit || (at < nentries && items.length < used);
  return { items: items.length > limit ? items.slice(0, limit) : items, truncated };
}

/** Adds the items in slots [from, to). */
function addSlots(python: Python, { entries, entry }: KeyTable, from: number, to: number, items: DictItem[]): void {
  if (to <= from) return;
  const { sizeof, me_key, me_value } = entry;
  const view = readTable(python.memory, offsetBy(entries, from * sizeof), (to - from) * sizeof);
  for (let i = 0; i < to - from; i++) {
    push(items, pointerAt(view, i * sizeof + me_key), pointerAt(view, i * sizeof + me_value));
  }
}

/**
 * Throws CorruptData if of the items that are counted some are not there, where part of the first `looked` slots is a page of
 * zeros: that is one of slots that were emptied, or one that is lost, and all that are left have to be counted to tell.
 */
function assertNoneLost(python: Python, table: KeyTable, looked: number, used: number): void {
  const { entries, nentries, entry } = table;
  if (!hasZeroedPage(python.memory, entries, looked * entry.sizeof)) return;
  let left = 0;
  for (let at = 0; at < nentries; ) {
    const count = python.the(SlotBudget).take(Math.min(SLOTS_IN_BETWEEN, nentries - at));
    if (count === 0) break;
    const items: DictItem[] = [];
    addSlots(python, table, at, at + count, items);
    left += items.length;
    at += count;
  }
  if (left < used) throw new CorruptData(`of the ${used} items of a dict, ${left} are left`);
}

/** A deleted or unset slot has no value (and, deleted, no key). */
function push(items: DictItem[], key: number, value: number): void {
  if (key !== 0 && value !== 0) items.push({ key, value });
}

/** Places of the hash table that are looked at for one key. */
const PROBES_LIMIT = 10_000;
const WORD = (1n << 64n) - 1n;

/**
 * The value under a key that is the very object at `key`, whose hash is known; null: there is none. However large the
 * dict is, a few places are looked at. Not of dicts whose keys are shared. Throws as readDict.
 * https://github.com/python/cpython/blob/v3.12.1/Objects/dictobject.c (PERTURB_SHIFT, DKIX_EMPTY)
 */
export function readValueOf(python: Python, dict: Address, key: number, hash: bigint): number | null {
  const { ma_keys } = python.layout.PyDictObject;
  const table = readKeyTable(python, toAddress(python.pointer(dict, needed(ma_keys, 'ma_keys'))));
  const { start, size, width } = table.indices;
  if (![1, 2, 4, 8].includes(width)) throw absurd(start);
  const mask = BigInt(size - 1);
  let perturb = hash & WORD;
  let place = perturb & mask;
  for (let probe = 0; probe < PROBES_LIMIT; probe++) {
    const index = indexIn(python.memory.read(offsetBy(start, Number(place) * width), width), width);
    if (index === -1) return null;
    if (index >= 0 && index < table.nentries) {
      const entry = offsetBy(table.entries, index * table.entry.sizeof);
      if (python.pointer(entry, table.entry.me_key) === key) return python.pointer(entry, table.entry.me_value) || null;
    }
    perturb >>= 5n;
    place = (place * 5n + perturb + 1n) & mask;
  }
  return null;
}

function indexIn(view: DataView, width: number): number {
  switch (width) {
    case 1:
      return view.getInt8(0);
    case 2:
      return view.getInt16(0, true);
    case 4:
      return view.getInt32(0, true);
    default:
      return Number(view.getBigInt64(0, true));
  }
}

function readPointers(python: Python, start: Address, count: number, stride: number, offset: number): number[] {
  const pointers: number[] = [];
  if (count === 0) return pointers;
  const view = python.memory.read(start, count * stride);
  for (let i = 0; i < count; i++) pointers.push(pointerAt(view, i * stride + offset));
  return pointers;
}

/** Address of the first value of `PyDictValues`. */
function valuesStart({ layout }: Python, values: Address): Address {
  switch (layout.instances.values) {
    case 'array':
      return values;
    case 'struct':
      return offsetBy(values, layout.instances.dictvalues.values);
  }
}

/**
 * The order in which the values of a split table were set, as indices: kept since 3.11, because instances that share
 * keys may set their attributes in different orders. Before, such an instance got a table of its own.
 */
export function readSplitOrder(python: Python, values: Address, count: number): Iterable<number> {
  const { instances } = python.layout;
  switch (instances.kind) {
    case 'dictoffset':
      return Array.from({ length: count }, (_, i) => i);
    case 'values-and-dict':
    case 'dict-or-values': {
      // Before the array: [-1] the size of this prefix, [-2] how many are set, [-3], [-4] ... which, in order.
      // https://github.com/python/cpython/blob/v3.12.1/Include/internal/pycore_dict.h#L114-L124
      const size = python.memory.read(offsetBy(values, -2), 1).getUint8(0);
      return knownIndices(python, offsetBy(values, -2 - size), size, count).reverse();
    }
    case 'inline-values': {
      // Behind the array of `capacity` values. The same file, v3.13.0, L288-L292.
      const { capacity, size, values: array } = instances.dictvalues;
      const header = python.memory.read(values, array);
      const used = header.getUint8(size);
      return knownIndices(python, offsetBy(values, array + 8 * header.getUint8(capacity)), used, count);
    }
  }
}

function knownIndices(python: Python, start: Address, size: number, count: number): number[] {
  const indices: number[] = [];
  if (size === 0) return indices;
  const view = python.memory.read(start, size);
  for (let i = 0; i < size; i++) {
    const index = view.getUint8(i);
    if (index < count) indices.push(index);
  }
  return indices;
}
