/** Which function, method, class, module or other part of a program is it? By name. */
import { offsetBy } from '../../memory/address.js';
import { readCString } from '../../memory/reader.js';
import { readAttribute } from './attributes.js';
import { readItems } from './containers.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import type { Field, Tree } from './tree.js';
import type { KnownType } from './types.js';

const NAME_LIMIT = 1024;
/** Names of a module among which those that tell what it is are looked for. */
const NAMES_LIMIT = 1000;

export const readFunction: ReadKind = ({ address }, reading) => ({
  kind: 'function',
  name: functionName(address, reading),
  address,
});

/** `__qualname__`, or in Python 2 `__name__`. */
export function functionName(address: ObjectInHand['address'], reading: Reading): string {
  const { func_qualname, func_name } = reading.layout.objects.PyFunctionObject;
  return reading.name(reading.pointer(address, func_qualname ?? func_name));
}

export const readMethod: ReadKind = (object, reading, depth) => {
  const { im_func, im_self } = reading.layout.objects.PyMethodObject;
  const nothing: { name: string; self: Tree | null } = { name: '', self: null };
  const [parts, shown] = reading.inside(object, depth, nothing, (inner) => ({
    name: callableName(reading.pointer(object.address, im_func), reading),
    self: reading.read(reading.pointer(object.address, im_self), inner + 1),
  }));
  return { kind: 'method', ...parts, shown };
};

/** `__qualname__` of the callables that have one; `?` as Python writes for those that have none. */
function callableName(pointer: number, reading: Reading): string {
  const callable = reading.at(pointer);
  switch (callable.type.tp_name) {
    case 'function':
      return functionName(callable.address, reading);
    case 'builtin_function_or_method':
      return cName(callable, reading);
    default:
      return callable.type.isMeta ? reading.types.at(pointer).qualname : '?';
  }
}

export const readBuiltin: ReadKind = (object, reading) => {
  const name = cName(object, reading);
  const self = reading.pointer(object.address, reading.layout.objects.PyCFunctionObject.m_self);
  const owner = self === 0 || isModule(reading.at(self).type) ? null : reading.place(self);
  return { kind: 'builtin', name, owner };
};

function cName({ address }: ObjectInHand, reading: Reading): string {
  const { parts, PyCFunctionObject } = reading.layout.objects;
  const def = reading.link(address, PyCFunctionObject.m_ml);
  return readCString(reading.memory, reading.link(def, parts.PyMethodDef.ml_name), NAME_LIMIT);
}

function isModule(type: KnownType): boolean {
  for (let each: KnownType | null = type; each; each = each.base) if (each.tp_name === 'module') return true;
  return false;
}

/** Descriptors of methods and attributes that C code made: `<method 'append' of 'list' objects>`. */
export function readDescriptor(what: string): ReadKind {
  return ({ address }, reading) => {
    const { d_type, d_name } = reading.layout.objects.PyDescrObject;
    const name = reading.name(reading.pointer(address, d_name));
    return { kind: 'descriptor', what, name, owner: reading.types.at(reading.pointer(address, d_type)).tp_name };
  };
}

/** wrapperobject: the descriptor and the object it is bound to follow the header. */
export const readMethodWrapper: ReadKind = ({ address }, reading) => {
  const header = reading.layout.PyObject.sizeof;
  const descriptor = reading.link(address, header);
  const owner = reading.place(reading.pointer(address, header + 8));
  const name = reading.name(reading.pointer(descriptor, reading.layout.objects.PyDescrObject.d_name));
  return { kind: 'method-wrapper', name, owner };
};

export const readClass: ReadKind = ({ address, type: metatype }, reading) => {
  const type = reading.types.at(address);
  if (!isEnumMeta(metatype)) return { kind: 'class', what: 'class', name: type.name };
  const isFlag =
    reading.spelling.flagClass === 'flag' && reading.types.line(type).some(({ name }) => name === 'enum.Flag');
  return { kind: 'class', what: isFlag ? 'flag' : 'enum', name: type.shortName };
};

/** Whether instances of this metatype are enumerations. */
export function isEnumMeta(metatype: KnownType): boolean {
  for (let each: KnownType | null = metatype; each?.isClass; each = each.base) {
    if (each.name === 'enum.EnumMeta' || each.name === 'enum.EnumType') return true;
  }
  return false;
}

/** As the import system describes them. https://github.com/python/cpython/blob/v3.12.1/Lib/importlib/_bootstrap.py (_module_repr) */
export const readModule: ReadKind = ({ address }, reading) => {
  const { md_dict } = reading.layout.objects.PyModuleObject;
  const dict = reading.pointer(address, md_dict);
  if (dict === 0) return { kind: 'dictless-module' };
  const wanted = new Map<string, number>();
  // Of most modules they are the first names; built-in ones get theirs late.
  for (const { key, value } of readItems(reading.at(dict), reading, NAMES_LIMIT).items) {
    const name = reading.types.text(key);
    if (name !== null) wanted.set(name, value);
    if (wanted.has('__name__') && wanted.has('__spec__')) break;
  }
  const pointer = wanted.get('__name__');
  const name = pointer === undefined || reading.types.text(pointer) === null ? null : reading.read(pointer, 0);
  const spec = wanted.get('__spec__');
  const origin = spec === undefined ? null : originOf(spec, reading);
  if (origin?.from) return { kind: 'module', name, ...origin };
  const file = wanted.get('__file__');
  if (origin === null && file !== undefined) return { kind: 'module', name, ...fromFile(file, reading) };
  return { kind: 'module', name, ...originByLoader(wanted.get('__loader__'), reading) };
};

type Origin = Pick<Tree & { readonly kind: 'module' }, 'origin' | 'from'>;

const UNKNOWN: Origin = { origin: 'unknown', from: null };

function fromFile(pointer: number, reading: Reading): Origin {
  return { origin: 'file', from: reading.read(pointer, 0) };
}

/** The modules that the import system itself is made of have no origin, but a loader. */
function originByLoader(loader: number | undefined, reading: Reading): Origin {
  if (loader === undefined || !reading.at(loader).type.isMeta) return UNKNOWN;
  switch (reading.types.at(loader).qualname) {
    case 'BuiltinImporter':
      return { origin: 'named', from: 'built-in' };
    case 'FrozenImporter':
      return { origin: 'named', from: 'frozen' };
    default:
      return UNKNOWN;
  }
}

/** What a module's spec says about where it is from; null: it has none. */
function originOf(spec: number, reading: Reading): Origin | null {
  const object = reading.at(spec);
  if (object.type.tp_name === 'NoneType') return null;
  const origin = readAttribute(object, reading, 'origin');
  if (origin === null || reading.at(origin).type.tp_name === 'NoneType') return UNKNOWN;
  const located = readAttribute(object, reading, '_set_fileattr');
  const isFile = located === null ? null : reading.read(located, 0);
  if (isFile?.kind === 'bool' && isFile.value) return fromFile(origin, reading);
  return { origin: 'named', from: reading.name(origin) };
}

export const readPartial: ReadKind = (object, reading, depth) => {
  const { address, type } = object;
  const { fn, args, kw } = reading.layout.objects.partialobject;
  const name = reading.spelling.typeNames === 'with-module' && type.isClass ? type.name : type.tp_name;
  const [parts, shown] = reading.inside(object, depth, NO_PARTS, (inner) => {
    const tuple = reading.link(address, args);
    const length = reading.length(tuple);
    const called = reading.read(reading.pointer(address, fn), inner);
    const start = offsetBy(tuple, reading.layout.PyTupleObject.ob_item);
    const positional = { items: reading.elements(start, length, inner), length };
    const { items, total } = readItems({ address: reading.link(address, kw) }, reading);
    return { function: called, positional, keywords: reading.fields(items, inner), keywordCount: total };
  });
  return { kind: 'partial', name, ...parts, shown };
};

type Parts = Pick<Tree & { readonly kind: 'partial' }, 'function' | 'positional' | 'keywordCount'> & {
  readonly keywords: readonly Field[];
};

const NO_PARTS: Parts = { function: null, positional: { items: [], length: 0 }, keywords: [], keywordCount: 0 };

/** `staticmethod` and `classmethod`. */
export const readWrapped: ReadKind = (object, reading, depth) => {
  const { address, type } = object;
  const place = { kind: 'wrapped' as const, type: type.tp_name, address };
  switch (reading.spelling.staticmethod) {
    case 'opaque':
      return { ...place, inside: null, shown: 'inside' };
    case 'wrapping': {
      const [inside, shown] = reading.inside<Tree | null>(object, depth, null, (inner) =>
        reading.read(reading.pointer(address, reading.layout.objects.classmethod.cm_callable), inner + 1),
      );
      return { ...place, inside, shown };
    }
  }
};

export const readCell: ReadKind = ({ address }, reading) => {
  const content = reading.pointer(address, reading.layout.objects.PyCellObject.ob_ref);
  return { kind: 'cell', address, content: content === 0 ? null : reading.place(content) };
};

export const readCodeObject: ReadKind = ({ address }, reading) => {
  const { co_name, co_filename, co_firstlineno } = reading.layout.PyCodeObject;
  const line = reading.memory.read(offsetBy(address, co_firstlineno), 4).getInt32(0, true);
  const file = reading.name(reading.pointer(address, co_filename));
  const name = reading.name(reading.pointer(address, co_name));
  return { kind: 'code', name, file, line: line < 0 ? -1 : line, address };
};
