/** What do the objects hold that only Python 2 has, or has otherwise: old classes, methods, files, modules? */
import { isUserSpace, offsetBy, toAddress } from '../../memory/address.js';
import { pointerAt, ssizeAt } from '../../memory/reader.js';
import { readDict } from '../dict.js';
import { needed } from '../layouts/needed.js';
import type { Python2Layout } from '../layouts/old-layout.js';
import { functionName } from './callables.js';
import { readItems } from './containers.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import { readSetTable } from './set-table.js';
import type { Field, Tree } from './tree.js';
import type { KnownType } from './types.js';

/** Names of a class or module that are looked at. */
const NAMES_LIMIT = 2000;

function python2(reading: Reading): Python2Layout {
  return needed(reading.layout.python2, 'old class');
}

/** A class that does not derive from `object`. */
export const readClassic: ReadKind = ({ address }, reading) => ({
  kind: 'classic-class',
  name: classicName(address, reading),
  address,
});

/** An instance of such a class, with its attributes as other instances have them. */
export const readClassicInstance: ReadKind = ({ address }, reading, depth) => {
  const { in_class, in_dict } = python2(reading).PyInstanceObject;
  const type = classicName(reading.link(address, in_class), reading);
  const head = { kind: 'instance' as const, type, address, classic: true };
  if (depth <= 0) {
    reading.tooDeep();
    return { ...head, attributes: null, complete: false, shown: 'too-deep' };
  }
  const found = reading.instance(() => {
    const { items, total } = readItems({ address: reading.link(address, in_dict) }, reading);
    return { attributes: reading.fields(items, depth - 1), complete: total <= items.length };
  });
  return { ...head, attributes: found?.attributes ?? null, complete: found?.complete ?? false, shown: 'inside' };
};

/** `?` where the class has lost its module, as Python writes. */
function classicName(address: ObjectInHand['address'], reading: Reading): string {
  const { cl_name, cl_dict } = python2(reading).PyClassObject;
  const module = reading.types.text(valueIn(reading.pointer(address, cl_dict), '__module__', reading));
  return `${module ?? '?'}.${reading.name(reading.pointer(address, cl_name))}`;
}

/** The value under a name in a dict; 0: none. */
function valueIn(dict: number, name: string, reading: Reading): number {
  if (!isUserSpace(dict)) return 0;
  const { items } = readDict(reading.python, toAddress(dict), NAMES_LIMIT);
  return items.find(({ key }) => reading.types.text(key) === name)?.value ?? 0;
}

/** Bound or, without `self`, unbound. */
export const readOldMethod: ReadKind = (object, reading, depth) => {
  const { im_func, im_self } = reading.layout.objects.PyMethodObject;
  const self = reading.pointer(object.address, im_self);
  const owner = ownerName(reading.pointer(object.address, python2(reading).PyMethodObject.im_class), reading);
  const name = `${owner}.${calledName(reading.pointer(object.address, im_func), reading)}`;
  if (self === 0) return { kind: 'method', name, self: null, shown: 'inside' };
  const [bound, shown] = reading.inside<Tree | null>(object, depth, null, (inner) => reading.read(self, inner + 1));
  return { kind: 'method', name, self: bound, shown };
};

function ownerName(pointer: number, reading: Reading): string {
  if (pointer === 0) return '?';
  const owner = reading.at(pointer);
  if (owner.type.tp_name === 'classobj')
    return reading.name(reading.pointer(owner.address, python2(reading).PyClassObject.cl_name));
  return owner.type.isMeta ? reading.types.at(pointer).shortName : '?';
}

function calledName(pointer: number, reading: Reading): string {
  const callable = reading.at(pointer);
  return callable.type.tp_name === 'function' ? functionName(callable.address, reading) : '?';
}

export const readFile: ReadKind = ({ address }, reading) => {
  const { f_fp, f_name, f_mode } = python2(reading).PyFileObject;
  const closed = reading.pointer(address, f_fp) === 0;
  const name = reading.read(reading.pointer(address, f_name), 0);
  const mode = reading.types.text(reading.pointer(address, f_mode)) ?? '???';
  return { kind: 'file', closed, name, mode, address };
};

export const readOldModule: ReadKind = ({ address }, reading) => {
  const dict = reading.pointer(address, reading.layout.objects.PyModuleObject.md_dict);
  const text = reading.types.text(valueIn(dict, '__name__', reading));
  const file = reading.types.text(valueIn(dict, '__file__', reading));
  const name = text === null ? null : plain(text);
  if (file === null) return { kind: 'module', name, origin: 'named', from: 'built-in' };
  return { kind: 'module', name, origin: 'file', from: plain(file) };
};

/** Names and paths, which Python 2 writes here as they are. */
function plain(text: string): Tree {
  return { kind: 'plain', text };
}

/** `<type 'int'>` of C code, `<class '__main__.C'>` of a class statement. */
export const readOldType: ReadKind = ({ address }, reading) => {
  const type = reading.types.at(address);
  return { kind: 'class', what: type.isClass ? 'class' : 'type', name: type.name };
};

const fields = new WeakMap<KnownType, readonly string[] | null>();

/** What cannot be taken apart, and the likes of `time.struct_time(tm_year=…)`: in Python 2 they are no tuples. */
export const readOldOpaque: ReadKind = (object, reading, depth) => {
  const { address, type } = object;
  let names = fields.get(type);
  if (names === undefined) {
    names = readFields(type, reading);
    fields.set(type, names);
  }
  if (names === null) return { kind: 'opaque', type: type.tp_name, address, attributes: [], complete: true };
  const length = reading.length(address);
  const fieldNames = names;
  const [found, shown] = reading.inside<Field[]>(object, depth, [], (inner) => {
    const count = Math.min(length, reading.limits.maxItems);
    const values = reading.pointers(offsetBy(address, reading.layout.PyTupleObject.ob_item), count);
    return reading.fieldsOf(values, (i) => fieldNames[i] ?? null, inner);
  });
  return { kind: 'record', form: 'struct-sequence', name: type.tp_name, fields: found, length, shown };
};

/** Names in the order in which they lie in the object; null: the type is none of these. */
function readFields(type: KnownType, reading: Reading): string[] | null {
  if (type.isClass || type.tp_dict === 0) return null;
  const { items } = readDict(reading.python, toAddress(type.tp_dict), NAMES_LIMIT);
  if (!items.some(({ key }) => reading.types.text(key) === 'n_sequence_fields')) return null;
  const { PyMemberDescrObject, parts } = reading.layout.objects;
  return items
    .filter(({ value }) => reading.at(value).type.tp_name === 'member_descriptor')
    .map(({ key, value }) => {
      const def = reading.link(toAddress(value), PyMemberDescrObject.d_member);
      return {
        name: reading.name(key),
        at: ssizeAt(reading.memory.read(offsetBy(def, parts.PyMemberDef.offset), 8), 0),
      };
    })
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}

export const readOldSet: ReadKind = (object, reading, depth) => {
  const name = object.type.shortName;
  const length = reading.size(object.address, reading.layout.objects.PySetObject.used);
  const head = { kind: 'set' as const, name, literal: false, length };
  if (length === 0) return { ...head, items: [], shown: 'inside' };
  const [items, shown] = reading.inside(object, depth, [], (inner) =>
    reading.all(readKeys(object, reading, Math.min(length, reading.limits.maxItems)), inner),
  );
  return { ...head, items, shown };
};

/** What a removed key is replaced by. https://github.com/python/cpython/blob/v2.7.18/Objects/setobject.c#L33 */
const DUMMY = '<dummy key>';

function readKeys({ address }: ObjectInHand, reading: Reading, wanted: number): number[] {
  const { fill, used } = reading.layout.objects.PySetObject;
  const { key } = reading.layout.objects.parts.setentry;
  const keyAt = (view: DataView, at: number) => pointerAt(view, at + key);
  // Only where something has been removed is there anything to tell apart.
  if (reading.size(address, fill) === reading.size(address, used)) return readSetTable(address, reading, wanted, keyAt);
  const dummies = new Map<number, boolean>();
  return readSetTable(address, reading, wanted, keyAt, (pointer) => {
    let dummy = dummies.get(pointer);
    if (dummy === undefined) {
      dummy = isDummy(pointer, reading);
      dummies.set(pointer, dummy);
    }
    return !dummy;
  });
}

function isDummy(key: number, reading: Reading): boolean {
  return isUserSpace(key) && reading.at(key).type.tp_name === 'str' && reading.types.text(key) === DUMMY;
}
