/**
 * What is told of an object of an extension's type that is not known? Its type and place, and what it shows of itself
 * without any code being run: its `__dict__`, its slots, and the members that its type describes.
 * https://github.com/python/cpython/blob/v3.12.1/Include/descrobject.h (Py_T_SHORT, …), structmember.h before 3.12
 */
import type { Address } from '../../memory/address.js';
import { isUserSpace, offsetBy } from '../../memory/address.js';
import { readCString, readSsize } from '../../memory/reader.js';
import { readOwnAttributes } from './attributes.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import type { Field, Tree } from './tree.js';
import type { KnownType } from './types.js';

interface Member {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
}

const NAME_LIMIT = 256;
const OFFSET_LIMIT = 2 ** 20;
/** T_OBJECT: NULL stands for None; T_OBJECT_EX: for nothing. */
const T_OBJECT = 6;
const T_OBJECT_EX = 16;

type ReadNumber = readonly [bytes: number, read: (view: DataView) => Tree];

const int = (value: number | bigint): Tree => ({ kind: 'int', value: BigInt(value), long: false });

/** Numbers in an object, by their type. */
const NUMBERS: ReadonlyMap<number, ReadNumber> = new Map<number, ReadNumber>([
  [0, [2, (view) => int(view.getInt16(0, true))]],
  [1, [4, (view) => int(view.getInt32(0, true))]],
  [2, [8, (view) => int(view.getBigInt64(0, true))]],
  [3, [4, (view) => ({ kind: 'float', value: view.getFloat32(0, true) })]],
  [4, [8, (view) => ({ kind: 'float', value: view.getFloat64(0, true) })]],
  [8, [1, (view) => int(view.getInt8(0))]],
  [9, [1, (view) => int(view.getUint8(0))]],
  [10, [2, (view) => int(view.getUint16(0, true))]],
  [11, [4, (view) => int(view.getUint32(0, true))]],
  [12, [8, (view) => int(view.getBigUint64(0, true))]],
  [14, [1, (view) => ({ kind: 'bool', value: view.getUint8(0) !== 0 })]],
  [17, [8, (view) => int(view.getBigInt64(0, true))]],
  [18, [8, (view) => int(view.getBigUint64(0, true))]],
  [19, [8, (view) => int(view.getBigInt64(0, true))]],
]);

export const readOpaque: ReadKind = (object, reading, depth) => {
  const { address, type } = object;
  const head = { kind: 'opaque' as const, type: type.tp_name, address };
  // The interpreter's own say what they are by their type.
  if (!type.tp_name.includes('.')) return { ...head, attributes: [], complete: true };
  if (depth <= 0) {
    reading.tooDeep();
    return { ...head, attributes: [], complete: true };
  }
  const found = reading.instance(() => readFields(object, reading, depth));
  return { ...head, attributes: found?.attributes ?? [], complete: found?.complete ?? true };
};

/** Members that the types describe which C code made, then attributes as every instance has them. */
export function readFields(
  object: ObjectInHand,
  reading: Reading,
  depth: number,
): { attributes: Field[]; complete: boolean } {
  const fields = readMembers(object, reading, depth);
  const { attributes, complete } = readOwnAttributes(object, reading, reading.limits.maxItems);
  for (const { name, value } of attributes) {
    if (reading.isFull) return { attributes: fields, complete: false };
    fields.push(reading.field(name, value, depth - 1));
  }
  const shown = fields.slice(0, reading.limits.maxItems);
  return { attributes: shown, complete: complete && shown.length === fields.length };
}

function readMembers({ address, type }: ObjectInHand, reading: Reading, depth: number): Field[] {
  const fields: Field[] = [];
  for (const member of membersOf(type, reading).slice(0, reading.limits.maxItems)) {
    if (reading.isFull) break;
    const field = readMember(offsetBy(address, member.offset), member, reading, depth);
    if (field !== null) fields.push(field);
  }
  return fields;
}

/** null: it has no value, or one that is not taken for a value. */
function readMember(at: Address, { name, type }: Member, reading: Reading, depth: number): Field | null {
  if (type === T_OBJECT || type === T_OBJECT_EX) {
    const value = reading.pointer(at, 0);
    return value === 0 ? null : reading.field(name, value, depth - 1);
  }
  const [bytes, read] = NUMBERS.get(type) ?? [];
  if (bytes === undefined || read === undefined) return null;
  if (reading.secrets.isName(name)) return { name, value: { kind: 'redacted' } };
  const value = read(reading.memory.read(at, bytes));
  reading.count(value);
  return { name, value };
}

const members = new WeakMap<KnownType, readonly Member[]>();

/** What the types in its line that C code made say of their members; names with underscores around are the interpreter's. */
function membersOf(type: KnownType, reading: Reading): readonly Member[] {
  let known = members.get(type);
  if (!known) {
    const found = new Map<string, Member>();
    for (const each of [...reading.types.line(type)].reverse()) {
      if (each.isClass) continue;
      for (const pointer of reading.types.dict(each).values()) {
        const member = readMemberDef(pointer, reading);
        if (member && member.offset < type.facts.basicsize) found.set(member.name, member);
      }
    }
    known = [...found.values()];
    members.set(type, known);
  }
  return known;
}

function readMemberDef(pointer: number, reading: Reading): Member | null {
  if (!isUserSpace(pointer) || reading.types.of(pointer as Address).tp_name !== 'member_descriptor') return null;
  const { objects } = reading.layout;
  const fields = objects.parts.PyMemberDef;
  const def = reading.link(pointer as Address, objects.PyMemberDescrObject.d_member);
  const name = readCString(reading.memory, reading.link(def, fields.name), NAME_LIMIT);
  const type = reading.memory.read(offsetBy(def, fields.type), 4).getInt32(0, true);
  const offset = readSsize(reading.memory, offsetBy(def, fields.offset));
  if (/^__.*__$/s.test(name) || offset <= 0 || offset >= OFFSET_LIMIT) return null;
  return { name, type, offset };
}
