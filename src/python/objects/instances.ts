/** What do instances of classes hold: plain ones, dataclasses, named tuples, members of enumerations? */
import { offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { readAttribute, readOwnAttributes } from './attributes.js';
import { readItems } from './containers.js';
import { readBigInt } from './numbers.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import { withoutFilledAttributes } from './secret-items.js';
import type { Field, Tree } from './tree.js';
import type { KnownType } from './types.js';

/** Inside another instance, or too deep, without attributes. */
export const readInstance: ReadKind = (object, reading, depth) => {
  const { address, type } = object;
  const head = { kind: 'instance' as const, type: type.name, address, classic: false };
  if (depth <= 0) {
    reading.tooDeep();
    return { ...head, attributes: null, complete: false, shown: 'too-deep' };
  }
  const found = reading.instance(() => readFieldsOf(object, reading, depth));
  return { ...head, attributes: found?.attributes ?? null, complete: found?.complete ?? false, shown: 'inside' };
};

/** The attributes of an instance, until the value is full. */
function readFieldsOf(
  object: ObjectInHand,
  reading: Reading,
  depth: number,
): { attributes: Field[]; complete: boolean } {
  const { attributes, complete } = readOwnAttributes(object, reading, reading.limits.maxItems);
  const fields: Field[] = [];
  for (const { name, value } of attributes) {
    if (reading.isFull) break;
    fields.push(reading.field(name, value, depth - 1));
  }
  const shown = withoutFilledAttributes(fields, reading.secrets);
  return { attributes: [...shown], complete: complete && fields.length === attributes.length };
}

/** Fields as the class statement of a dataclass has them: `name`, whether `repr` shows it. */
const fieldsOfDataclass = new WeakMap<KnownType, readonly string[]>();

export const readDataclass: ReadKind = (object, reading, depth) => {
  const { type } = object;
  const names = dataclassFields(type, reading);
  let left = 0;
  const [fields, shown] = reading.inside<Field[]>(object, depth, [], (inner) => {
    const found: Field[] = [];
    left = 0;
    for (const name of names.slice(0, reading.limits.maxItems)) {
      const value = readAttribute(object, reading, name);
      if (value === null) continue;
      if (reading.isFull) left++;
      else found.push(reading.field(name, value, inner));
    }
    return found;
  });
  // A field that is not set is not among those that were left out.
  const length = fields.length + left + Math.max(0, names.length - reading.limits.maxItems);
  return { kind: 'record', form: 'dataclass', name: type.qualname, fields, length, shown };
};

function dataclassFields(type: KnownType, reading: Reading): readonly string[] {
  let names = fieldsOfDataclass.get(type);
  if (!names) {
    const dict = reading.types.attribute(type, '__dataclass_fields__');
    if (dict === null) throw new CorruptData(`${type.name} has no __dataclass_fields__`);
    const { items } = readItems({ address: toAddress(dict) }, reading, 1000);
    names = items.filter(({ value }) => isShownField(value, reading)).map(({ key }) => reading.name(key));
    fieldsOfDataclass.set(type, names);
  }
  return names;
}

/** Class variables and `InitVar`s are noted as fields too, of another kind. */
function isShownField(pointer: number, reading: Reading): boolean {
  const field = reading.at(pointer);
  const kind = readAttribute(field, reading, '_field_type');
  const kindName = kind === null ? null : readAttribute(reading.at(kind), reading, 'name');
  if (kindName === null || reading.types.text(kindName) !== '_FIELD') return false;
  const shown = readAttribute(field, reading, 'repr');
  return shown !== null && readBigInt({ address: toAddress(shown) }, reading) === 1n;
}

export const readNamedTuple: ReadKind = (object, reading, depth) => {
  const { address, type } = object;
  const pointer = reading.types.attribute(type, '_fields');
  if (pointer === null) throw new CorruptData(`${type.name} has no _fields`);
  const tuple = toAddress(pointer);
  const length = reading.length(address);
  const head = { kind: 'record' as const, form: 'namedtuple' as const, name: type.shortName, length };
  const count = Math.min(length, reading.length(tuple), reading.limits.maxItems);
  const names = reading.pointers(offsetBy(tuple, reading.layout.PyTupleObject.ob_item), count);
  if (length === 0) return { ...head, fields: [], shown: 'inside' };
  const [fields, shown] = reading.inside<Field[]>(object, depth, [], (inner) => {
    const values = reading.pointers(offsetBy(address, reading.layout.PyTupleObject.ob_item), count);
    return reading.fieldsOf(values, (i) => reading.name(names[i] ?? 0), inner);
  });
  return { ...head, fields, shown };
};

/** A member by its name and value. */
export const readEnumMember: ReadKind = (object, reading, depth) => {
  const { type } = object;
  const value = readAttribute(object, reading, '_value_');
  if (value === null) throw new CorruptData('a member of an enumeration without a value');
  const pointer = readAttribute(object, reading, '_name_');
  const own = pointer === null ? null : reading.types.text(pointer);
  const global = readGlobalName(object, own, reading, depth, value);
  if (global !== null) return global;
  const takenApart = own === null && reading.spelling.combinedFlags === 'taken-apart';
  const tree = reading.read(value, depth);
  const name = takenApart ? namesIn(object, value, reading) : own;
  return { kind: 'enum-member', type: type.shortName, name, value: tree };
};

/**
 * `re.IGNORECASE`: members of enumerations made by `@global_enum` (3.11+), as the module has them; null: it was not.
 * https://github.com/python/cpython/blob/v3.12.1/Lib/enum.py (global_enum_repr, global_flag_repr)
 */
function readGlobalName(
  { type }: ObjectInHand,
  name: string | null,
  reading: Reading,
  depth: number,
  value: number,
): Tree | null {
  const written = reading.types.attribute(type, '__repr__');
  if (written === null || reading.at(written).type.tp_name !== 'function') return null;
  const { func_name } = reading.layout.objects.PyFunctionObject;
  const by = reading.name(reading.pointer(toAddress(written), func_name));
  const isOwn = reading.types.body(type).has('__repr__');
  if (isOwn && by === '__repr__' && type.name === 're.RegexFlag') {
    const flags = regexFlags(type, name, reading, value);
    return flags === null ? null : { kind: 'global-name', name: flags };
  }
  if (by !== 'global_enum_repr' && by !== 'global_flag_repr') return null;
  const module = type.name.slice(0, -type.qualname.length - 1);
  const prefix = module.slice(module.lastIndexOf('.') + 1);
  if (name === null) {
    return { kind: 'global-value', name: `${prefix}.${type.shortName}`, value: reading.read(value, depth) };
  }
  if (by === 'global_enum_repr') return { kind: 'global-name', name: `${prefix}.${name}` };
  const parts = name.split('|');
  const named = parts.map((part) => (parts.length > 1 && /^\d/.test(part) ? part : `${prefix}.${part}`));
  return { kind: 'global-name', name: named.join('|') };
}

/** Flags of regular expressions up to 3.10. https://github.com/python/cpython/blob/v3.9.18/Lib/re.py (RegexFlag.__repr__) */
function regexFlags(type: KnownType, name: string | null, reading: Reading, pointer: number): string | null {
  if (name !== null) return `re.${name}`;
  const value = readBigInt({ address: toAddress(pointer) }, reading);
  const map = reading.types.attribute(type, '_member_map_');
  if (value === null || map === null) return null;
  let left = value < 0n ? ~value : value;
  const parts: string[] = [];
  for (const { key, value: member } of readItems({ address: toAddress(map) }, reading, 1000).items) {
    const bits = readBigInt({ address: toAddress(member) }, reading);
    if (bits === null || (left & bits) === 0n) continue;
    left &= ~bits;
    parts.push(`re.${reading.name(key)}`);
  }
  if (left !== 0n) parts.push(`0x${left.toString(16)}`);
  if (value >= 0n) return parts.join('|');
  return parts.length > 1 ? `~(${parts.join('|')})` : `~${parts.join('')}`;
}

/** The names that a combination is made of. https://github.com/python/cpython/blob/v3.9.18/Lib/enum.py (_decompose) */
function namesIn({ type }: ObjectInHand, pointer: number, reading: Reading): string {
  const value = readBigInt({ address: toAddress(pointer) }, reading);
  const map = reading.types.attribute(type, '_value2member_map_');
  if (value === null || map === null) throw new CorruptData('flags without members');
  const members: { value: bigint; name: string | null }[] = [];
  for (const item of readItems({ address: toAddress(map) }, reading, 1000).items) {
    const each = readBigInt({ address: toAddress(item.key) }, reading);
    const name = readAttribute(reading.at(item.value), reading, '_name_');
    if (each !== null) members.push({ value: each, name: name === null ? null : reading.types.text(name) });
  }
  const parts = members.filter((member) => member.value !== 0n && (member.value & value) === member.value);
  const named = parts.filter((member) => member.name !== null || (value >= 0n && isPowerOfTwo(member.value)));
  named.sort((a, b) => (a.value < b.value ? 1 : a.value > b.value ? -1 : 0));
  // A combination that has a name stands for itself, not beside its parts.
  if (named.length > 1 && named[0]?.value === value) named.shift();
  if (named.length === 0) return value.toString();
  return named.map((member) => member.name ?? member.value.toString()).join('|');
}

function isPowerOfTwo(value: bigint): boolean {
  return value > 0n && (value & (value - 1n)) === 0n;
}

/** An instance of a subclass that has a `repr` of its own, which cannot be run. */
export function readSubclass(inherited: ReadKind): ReadKind {
  return (object, reading, depth) => {
    const tree = inherited(object, reading, depth);
    const found = depth <= 0 ? null : reading.instance(() => readFieldsOf(object, reading, depth));
    return {
      kind: 'subclass',
      name: object.type.shortName,
      inherited: tree,
      attributes: found?.attributes ?? [],
      complete: found?.complete ?? true,
    };
  };
}
