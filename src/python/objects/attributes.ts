/** What attributes does an instance have of its own? Those in `__slots__` and those in its `__dict__`. */
import type { Address } from '../../memory/address.js';
import { formatAddress, offsetBy } from '../../memory/address.js';
import { CorruptData, readCString, readSsize } from '../../memory/reader.js';
import { readDict, readSplitOrder, readSplitValue } from '../dict.js';
import { type AttributesAt, locateAttributes } from '../objects.js';
import type { ObjectInHand, Reading } from './reading.js';
import type { KnownType } from './types.js';

export interface Attribute {
  readonly name: string;
  readonly value: number;
}

/** Longest name of a slot that is read. */
const NAME_LIMIT = 256;
const SLOTS_LIMIT = 10_000;
/** Beyond this no slot lies in an instance. */
const OFFSET_LIMIT = 2 ** 20;

/** Attributes in definition order, slots first; at most `limit` of them, and whether those are all. */
export function readOwnAttributes(
  { address, type }: ObjectInHand,
  reading: Reading,
  limit: number,
): { attributes: Attribute[]; complete: boolean } {
  const attributes: Attribute[] = [];
  for (const [name, offset] of slotsOf(type, reading)) {
    const value = reading.pointer(address, offset);
    if (value !== 0) attributes.push({ name, value });
  }
  const at = locateAttributes(reading.python, address, type.facts);
  const truncated =
    at?.kind === 'split'
      ? readSplitAttributes(at, reading, limit + 1, attributes)
      : readDictAttributes(at, reading, limit + 1, attributes);
  const complete = !truncated && attributes.length <= limit;
  return { attributes: attributes.slice(0, limit), complete };
}

/** Adds the items of an instance's dict; returns whether there are more. */
function readDictAttributes(
  at: AttributesAt | null,
  reading: Reading,
  limit: number,
  attributes: Attribute[],
): boolean {
  if (at?.kind !== 'dict') return false;
  const { items, truncated } = readDict(reading.python, at.dict, limit);
  for (const { key, value } of items) attributes.push({ name: nameOf(key, reading), value });
  return truncated;
}

/** The same of attributes whose keys are shared: their names are read once for all instances. */
function readSplitAttributes(
  { keys, values }: AttributesAt & { kind: 'split' },
  reading: Reading,
  limit: number,
  attributes: Attribute[],
): boolean {
  const names = reading.types.sharedKeys(keys);
  const most = attributes.length + limit;
  for (const index of readSplitOrder(reading.python, values, names.length)) {
    if (attributes.length >= most) return true;
    const value = readSplitValue(reading.python, values, index);
    const key = names[index] ?? 0;
    if (key !== 0 && value !== 0) attributes.push({ name: nameOf(key, reading), value });
  }
  return false;
}

/** What is in an instance's dict under something else than text was not put there as an attribute. */
function nameOf(key: number, reading: Reading): string {
  return reading.types.text(key) ?? `<key at ${formatAddress(key)}>`;
}

/** The value of one attribute, or null: looked for in the slots, the `__dict__`, and then the class bodies. */
export function readAttribute({ address, type }: ObjectInHand, reading: Reading, name: string): number | null {
  const slot = slotsOf(type, reading).get(name);
  if (slot !== undefined) {
    const value = reading.pointer(address, slot);
    if (value !== 0) return value;
  }
  const found = reading.types.named.read(address, type.facts, name);
  if (found !== null) return found;
  return slot === undefined ? reading.types.attribute(type, name) : null;
}

/** As {@link readAttribute}; throws CorruptData when there is none. */
export function needAttribute(object: ObjectInHand, reading: Reading, name: string): number {
  const value = readAttribute(object, reading, name);
  if (value === null) throw new CorruptData(`it has no ${name}`);
  return value;
}

const slots = new WeakMap<KnownType, ReadonlyMap<string, number>>();

/** Offsets of `__slots__` by name, those of the bases first. */
function slotsOf(type: KnownType, reading: Reading): ReadonlyMap<string, number> {
  let known = slots.get(type);
  if (!known) {
    known = readSlots(type, reading);
    slots.set(type, known);
  }
  return known;
}

function readSlots(type: KnownType, reading: Reading): Map<string, number> {
  const found = new Map<string, number>();
  for (const each of [...reading.types.line(type)].reverse()) {
    const own = readSlotsOfClass(each, reading);
    // The class body has them sorted; `__slots__` as they were defined.
    for (const name of slotNames(each, reading)) {
      const offset = own.get(name);
      if (offset !== undefined) found.set(name, offset);
    }
    for (const [name, offset] of own) found.set(name, offset);
  }
  return found;
}

function readSlotsOfClass(type: KnownType, reading: Reading): Map<string, number> {
  const found = new Map<string, number>();
  const { PyMemberDescrObject } = reading.layout.objects;
  const member = reading.layout.objects.parts.PyMemberDef;
  for (const pointer of reading.types.body(type).values()) {
    if (!isMember(pointer, reading)) continue;
    const def = reading.link(pointer as Address, PyMemberDescrObject.d_member);
    if (reading.memory.read(offsetBy(def, member.type), 4).getInt32(0, true) !== member.T_OBJECT_EX) continue;
    const offset = readSsize(reading.memory, offsetBy(def, member.offset));
    const name = readCString(reading.memory, reading.link(def, member.name), NAME_LIMIT);
    if (offset > 0 && offset < OFFSET_LIMIT) found.set(name, offset);
  }
  return found;
}

/** What `__slots__` lists, if that is a tuple; private names as they are in fact. */
function slotNames(type: KnownType, reading: Reading): string[] {
  const pointer = reading.types.body(type).get('__slots__');
  const tuple = pointer === undefined ? null : reading.at(pointer);
  if (tuple?.type.tp_name !== 'tuple') return [];
  const count = Math.min(reading.length(tuple.address), SLOTS_LIMIT);
  const names = reading.pointers(offsetBy(tuple.address, reading.layout.PyTupleObject.ob_item), count);
  const owner = type.shortName.replace(/^_+/, '');
  return names
    .map((each) => reading.name(each))
    .map((name) => (/^__.*(?<!__)$/s.test(name) ? `_${owner}${name}` : name));
}

function isMember(pointer: number, reading: Reading): boolean {
  return reading.types.of(pointer as Address).tp_name === 'member_descriptor';
}
