/** How are instances of classes written: plain ones, dataclasses, named tuples, members of enumerations? */
import { formatAddress, offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData } from '../../memory/reader.js';
import { readAttribute, readOwnAttributes } from './attributes.js';
import { readItems } from './containers.js';
import { readBigInt } from './numbers.js';
import type { ObjectInHand, Repr, Spell } from './repr.js';
import type { KnownType } from './types.js';

/** `<pkg.Class at 0x…: a=1, b=2>`; inside another instance, or too deep, without attributes. */
export const spellInstance: Spell = (object, repr, depth) => {
  const { address, type } = object;
  const head = `<${type.name} at ${formatAddress(address)}`;
  if (depth <= 0) return repr.tooDeep(`${head}>`);
  const attributes = repr.instance(() => {
    const { maxItems } = repr.limits;
    const { attributes, complete } = readOwnAttributes(object, repr, maxItems);
    const shown = attributes.map(({ name, value }) => `${name}=${repr.showNamed(name, value, depth - 1)}`);
    return [...shown, ...(complete ? [] : [repr.cut('…')])].join(', ');
  });
  return attributes === '' ? `${head}>` : `${head}: ${attributes}>`;
};

/** Fields as the class statement of a dataclass has them: `name`, whether `repr` shows it. */
const fieldsOfDataclass = new WeakMap<KnownType, readonly string[]>();

export const spellDataclass: Spell = (object, repr, depth) => {
  const { type } = object;
  const names = dataclassFields(type, repr);
  return repr.container(object, depth, [`${type.qualname}(`, ')'], '...', (inner) => {
    const shown: string[] = [];
    for (const name of names.slice(0, repr.limits.maxItems)) {
      const value = readAttribute(object, repr, name);
      if (value !== null) shown.push(`${name}=${repr.showNamed(name, value, inner)}`);
    }
    if (names.length > repr.limits.maxItems) shown.push(repr.cut(`… (${names.length - repr.limits.maxItems} more)`));
    return shown.join(', ');
  });
};

function dataclassFields(type: KnownType, repr: Repr): readonly string[] {
  let names = fieldsOfDataclass.get(type);
  if (!names) {
    const dict = repr.types.attribute(type, '__dataclass_fields__');
    if (dict === null) throw new CorruptData(`${type.name} has no __dataclass_fields__`);
    const { items } = readItems({ address: toAddress(dict) }, repr, 1000);
    names = items.filter(({ value }) => isShownField(value, repr)).map(({ key }) => repr.name(key));
    fieldsOfDataclass.set(type, names);
  }
  return names;
}

/** Class variables and `InitVar`s are noted as fields too, of another kind. */
function isShownField(pointer: number, repr: Repr): boolean {
  const field = repr.at(pointer);
  const kind = readAttribute(field, repr, '_field_type');
  const kindName = kind === null ? null : readAttribute(repr.at(kind), repr, 'name');
  if (kindName === null || repr.types.text(kindName) !== '_FIELD') return false;
  const shown = readAttribute(field, repr, 'repr');
  return shown !== null && readBigInt({ address: toAddress(shown) }, repr) === 1n;
}

export const spellNamedTuple: Spell = (object, repr, depth) => {
  const { address, type } = object;
  const fields = repr.types.attribute(type, '_fields');
  if (fields === null) throw new CorruptData(`${type.name} has no _fields`);
  const tuple = toAddress(fields);
  const length = repr.length(address);
  const count = Math.min(length, repr.length(tuple), repr.limits.maxItems);
  const names = repr.pointers(offsetBy(tuple, repr.layout.PyTupleObject.ob_item), count);
  if (length === 0) return `${type.shortName}()`;
  return repr.container(object, depth, [`${type.shortName}(`, ')'], '(...)', (inner) => {
    const values = repr.pointers(offsetBy(address, repr.layout.PyTupleObject.ob_item), count);
    const shown = values.map((value, i) => {
      const name = repr.name(names[i] ?? 0);
      return `${name}=${repr.showNamed(name, value, inner)}`;
    });
    return repr.list(shown, length);
  });
};

/** `<Color.RED: 1>`. https://github.com/python/cpython/blob/v3.12.1/Lib/enum.py (Enum.__repr__) */
export const spellEnumMember: Spell = (object, repr, depth) => {
  const { type } = object;
  const value = readAttribute(object, repr, '_value_');
  if (value === null) throw new CorruptData('a member of an enumeration without a value');
  const pointer = readAttribute(object, repr, '_name_');
  const name = pointer === null ? null : repr.types.text(pointer);
  const global = globalText(object, name, repr, depth, value);
  if (global !== null) return global;
  const shown = repr.show(value, depth);
  if (name !== null) return `<${type.shortName}.${name}: ${shown}>`;
  switch (repr.spelling.combinedFlags) {
    case 'named':
      return `<${type.shortName}: ${shown}>`;
    case 'taken-apart':
      return `<${type.shortName}.${takenApart(object, value, repr)}: ${shown}>`;
  }
};

/**
 * `re.IGNORECASE`: members of enumerations made by `@global_enum` (3.11+), as the module has them; null: it was not.
 * https://github.com/python/cpython/blob/v3.12.1/Lib/enum.py (global_enum_repr, global_flag_repr)
 */
function globalText(
  { type }: ObjectInHand,
  name: string | null,
  repr: Repr,
  depth: number,
  value: number,
): string | null {
  const written = repr.types.attribute(type, '__repr__');
  if (written === null || repr.at(written).type.tp_name !== 'function') return null;
  const { func_name } = repr.layout.objects.PyFunctionObject;
  const by = repr.name(repr.pointer(toAddress(written), func_name));
  const isOwn = repr.types.body(type).has('__repr__');
  if (isOwn && by === '__repr__' && type.name === 're.RegexFlag') return regexFlags(type, name, repr, value);
  if (by !== 'global_enum_repr' && by !== 'global_flag_repr') return null;
  const module = type.name.slice(0, -type.qualname.length - 1);
  const prefix = module.slice(module.lastIndexOf('.') + 1);
  if (name === null) return `${prefix}.${type.shortName}(${repr.show(value, depth)})`;
  if (by === 'global_enum_repr') return `${prefix}.${name}`;
  const parts = name.split('|');
  return parts.map((part) => (parts.length > 1 && /^\d/.test(part) ? part : `${prefix}.${part}`)).join('|');
}

/** Flags of regular expressions up to 3.10. https://github.com/python/cpython/blob/v3.9.18/Lib/re.py (RegexFlag.__repr__) */
function regexFlags(type: KnownType, name: string | null, repr: Repr, pointer: number): string | null {
  if (name !== null) return `re.${name}`;
  const value = readBigInt({ address: toAddress(pointer) }, repr);
  const map = repr.types.attribute(type, '_member_map_');
  if (value === null || map === null) return null;
  let left = value < 0n ? ~value : value;
  const parts: string[] = [];
  for (const { key, value: member } of readItems({ address: toAddress(map) }, repr, 1000).items) {
    const bits = readBigInt({ address: toAddress(member) }, repr);
    if (bits === null || (left & bits) === 0n) continue;
    left &= ~bits;
    parts.push(`re.${repr.name(key)}`);
  }
  if (left !== 0n) parts.push(`0x${left.toString(16)}`);
  if (value >= 0n) return parts.join('|');
  return parts.length > 1 ? `~(${parts.join('|')})` : `~${parts.join('')}`;
}

/** https://github.com/python/cpython/blob/v3.9.18/Lib/enum.py (_decompose) */
function takenApart({ type }: ObjectInHand, pointer: number, repr: Repr): string {
  const value = readBigInt({ address: toAddress(pointer) }, repr);
  const map = repr.types.attribute(type, '_value2member_map_');
  if (value === null || map === null) throw new CorruptData('flags without members');
  const members: { value: bigint; name: string | null }[] = [];
  for (const item of readItems({ address: toAddress(map) }, repr, 1000).items) {
    const each = readBigInt({ address: toAddress(item.key) }, repr);
    const name = readAttribute(repr.at(item.value), repr, '_name_');
    if (each !== null) members.push({ value: each, name: name === null ? null : repr.types.text(name) });
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

/** An instance of a subclass that has a `repr` of its own, which cannot be run: `Class(…)` around what it inherits. */
export function spellAround(inherited: Spell): Spell {
  return (object, repr, depth) => `${object.type.shortName}(${inherited(object, repr, depth)})`;
}
