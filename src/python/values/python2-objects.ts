/** How are the objects written that only Python 2 has, or writes in another way: old classes, methods, files, modules? */
import { formatAddress, isUserSpace, offsetBy, toAddress } from '../../memory/address.js';
import { CorruptData, pointerAt, ssizeAt } from '../../memory/reader.js';
import { readDict } from '../dict.js';
import { needed } from '../layouts/needed.js';
import type { Python2Layout } from '../layouts/old-layout.js';
import { functionName } from './callables.js';
import { readItems } from './containers.js';
import type { ObjectInHand, Repr, Spell } from './repr.js';
import type { KnownType } from './types.js';

/** Names of a class or module that are looked at. */
const NAMES_LIMIT = 2000;

function python2(repr: Repr): Python2Layout {
  return needed(repr.layout.python2, 'old class');
}

/** A class that does not derive from `object`: `<class __main__.C at 0x…>`. */
export const spellClassic: Spell = ({ address }, repr) =>
  `<class ${classicName(address, repr)} at ${formatAddress(address)}>`;

/** An instance of such a class: `<__main__.C instance at 0x…>`, with its attributes as other instances have them. */
export const spellClassicInstance: Spell = ({ address }, repr, depth) => {
  const { in_class, in_dict } = python2(repr).PyInstanceObject;
  const head = `<${classicName(repr.link(address, in_class), repr)} instance at ${formatAddress(address)}`;
  if (depth <= 0) return repr.tooDeep(`${head}>`);
  const attributes = repr.instance(() => {
    const { items, total } = readItems({ address: repr.link(address, in_dict) }, repr);
    const shown = repr.assignments(items, depth - 1);
    return [...shown, ...(total > items.length ? [repr.cut('…')] : [])].join(', ');
  });
  return attributes === '' ? `${head}>` : `${head}: ${attributes}>`;
};

/** `?` where the class has lost its module, as Python writes. */
function classicName(address: ObjectInHand['address'], repr: Repr): string {
  const { cl_name, cl_dict } = python2(repr).PyClassObject;
  const module = repr.types.text(valueIn(repr.pointer(address, cl_dict), '__module__', repr));
  return `${module ?? '?'}.${repr.name(repr.pointer(address, cl_name))}`;
}

/** The value under a name in a dict; 0: none. */
function valueIn(dict: number, name: string, repr: Repr): number {
  if (!isUserSpace(dict)) return 0;
  const { items } = readDict(repr.python, toAddress(dict), NAMES_LIMIT);
  return items.find(({ key }) => repr.types.text(key) === name)?.value ?? 0;
}

/** `<bound method C.f of …>`, `<unbound method C.f>`. */
export const spellOldMethod: Spell = (object, repr, depth) => {
  const { im_func, im_self } = repr.layout.objects.PyMethodObject;
  const self = repr.pointer(object.address, im_self);
  const owner = ownerName(repr.pointer(object.address, python2(repr).PyMethodObject.im_class), repr);
  const name = `${owner}.${calledName(repr.pointer(object.address, im_func), repr)}`;
  if (self === 0) return `<unbound method ${name}>`;
  return repr.container(object, depth, ['<bound method ', '>'], '...', (inner) => {
    return `${name} of ${repr.show(self, inner + 1)}`;
  });
};

function ownerName(pointer: number, repr: Repr): string {
  if (pointer === 0) return '?';
  const owner = repr.at(pointer);
  if (owner.type.tp_name === 'classobj')
    return repr.name(repr.pointer(owner.address, python2(repr).PyClassObject.cl_name));
  return owner.type.isMeta ? repr.types.at(pointer).shortName : '?';
}

function calledName(pointer: number, repr: Repr): string {
  const callable = repr.at(pointer);
  return callable.type.tp_name === 'function' ? functionName(callable.address, repr) : '?';
}

export const spellFile: Spell = ({ address }, repr) => {
  const { f_fp, f_name, f_mode } = python2(repr).PyFileObject;
  const state = repr.pointer(address, f_fp) === 0 ? 'closed' : 'open';
  const name = repr.show(repr.pointer(address, f_name), 0);
  const mode = repr.types.text(repr.pointer(address, f_mode)) ?? '???';
  return `<${state} file ${name}, mode '${mode}' at ${formatAddress(address)}>`;
};

/** `<module 'os' from '/…/os.pyc'>`, `<module 'sys' (built-in)>`. */
export const spellOldModule: Spell = ({ address }, repr) => {
  const dict = repr.pointer(address, repr.layout.objects.PyModuleObject.md_dict);
  const name = repr.types.text(valueIn(dict, '__name__', repr)) ?? '?';
  const file = repr.types.text(valueIn(dict, '__file__', repr));
  return file === null ? `<module '${name}' (built-in)>` : `<module '${name}' from '${file}'>`;
};

/** `<type 'int'>` of C code, `<class '__main__.C'>` of a class statement. */
export const spellOldType: Spell = ({ address }, repr) => {
  const type = repr.types.at(address);
  return `<${type.isClass ? 'class' : 'type'} '${type.name}'>`;
};

const fields = new WeakMap<KnownType, readonly string[] | null>();

/** What cannot be taken apart, and the likes of `time.struct_time(tm_year=…)`: in Python 2 they are no tuples. */
export const spellOldOpaque: Spell = (object, repr, depth) => {
  const { address, type } = object;
  let names = fields.get(type);
  if (names === undefined) {
    names = readFields(type, repr);
    fields.set(type, names);
  }
  if (names === null) return `<${type.tp_name} object at ${formatAddress(address)}>`;
  const length = repr.length(address);
  const shownNames = names;
  return repr.container(object, depth, [`${type.tp_name}(`, ')'], '(...)', (inner) => {
    const values = repr.pointers(
      offsetBy(address, repr.layout.PyTupleObject.ob_item),
      Math.min(length, repr.limits.maxItems),
    );
    const shown = values.map((value, i) => {
      const name = shownNames[i];
      return name === undefined ? repr.show(value, inner) : `${name}=${repr.showNamed(name, value, inner)}`;
    });
    return repr.list(shown, length);
  });
};

/** Names in the order in which they lie in the object; null: the type is none of these. */
function readFields(type: KnownType, repr: Repr): string[] | null {
  if (type.isClass || type.tp_dict === 0) return null;
  const { items } = readDict(repr.python, toAddress(type.tp_dict), NAMES_LIMIT);
  if (!items.some(({ key }) => repr.types.text(key) === 'n_sequence_fields')) return null;
  const { PyMemberDescrObject, parts } = repr.layout.objects;
  return items
    .filter(({ value }) => repr.at(value).type.tp_name === 'member_descriptor')
    .map(({ key, value }) => {
      const def = repr.link(toAddress(value), PyMemberDescrObject.d_member);
      return { name: repr.name(key), at: ssizeAt(repr.memory.read(offsetBy(def, parts.PyMemberDef.offset), 8), 0) };
    })
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}

/** `set([1, 2])`; a subclass by its own name. */
export const spellOldSet: Spell = (object, repr, depth) => {
  const { shortName } = object.type;
  const used = repr.size(object.address, repr.layout.objects.PySetObject.used);
  if (used === 0) return `${shortName}([])`;
  return repr.container(object, depth, [`${shortName}([`, '])'], `${shortName}(...)`, (inner) => {
    const keys = readKeys(object, repr, Math.min(used, repr.limits.maxItems));
    return repr.list(
      keys.map((key) => repr.show(key, inner)),
      used,
    );
  });
};

const ENTRIES_AT_A_TIME = 256;
const ENTRIES_LIMIT = 65_536;
/** What a removed key is replaced by. https://github.com/python/cpython/blob/v2.7.18/Objects/setobject.c#L33 */
const DUMMY = '<dummy key>';

function readKeys({ address }: ObjectInHand, repr: Repr, wanted: number): number[] {
  const { fill, used, mask, table } = repr.layout.objects.PySetObject;
  const { sizeof, key: keyAt } = repr.layout.objects.parts.setentry;
  const entries = repr.size(address, mask) + 1;
  const start = repr.link(address, table);
  if (wanted > entries || !Number.isInteger(Math.log2(entries))) throw new CorruptData(`a set of ${entries} entries`);
  // Only where something has been removed is there anything to tell apart.
  const isWhole = repr.size(address, fill) === repr.size(address, used);
  const keys: number[] = [];
  for (let at = 0; at < Math.min(entries, ENTRIES_LIMIT) && keys.length < wanted; at += ENTRIES_AT_A_TIME) {
    const count = Math.min(ENTRIES_AT_A_TIME, entries - at);
    const view = repr.memory.read(offsetBy(start, at * sizeof), count * sizeof);
    const found = Array.from({ length: count }, (_, i) => pointerAt(view, i * sizeof + keyAt));
    for (const key of found) {
      if (key === 0 || keys.length >= wanted || (!isWhole && isDummy(key, repr))) continue;
      keys.push(key);
    }
  }
  if (keys.length < wanted && entries <= ENTRIES_LIMIT) throw new CorruptData('a set with less in it than it counts');
  return keys;
}

function isDummy(key: number, repr: Repr): boolean {
  return isUserSpace(key) && repr.at(key).type.tp_name === 'str' && repr.types.text(key) === DUMMY;
}
