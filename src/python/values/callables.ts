/** How are functions, methods, classes, modules and other parts of a program written? By name. */
import { formatAddress, offsetBy } from '../../memory/address.js';
import { readCString } from '../../memory/reader.js';
import { readAttribute } from './attributes.js';
import { readItems } from './containers.js';
import type { ObjectInHand, Repr, Spell } from './repr.js';
import type { KnownType } from './types.js';

const NAME_LIMIT = 1024;
/** Names of a module among which those that tell what it is are looked for. */
const NAMES_LIMIT = 1000;

export const spellFunction: Spell = ({ address }, repr) => {
  return `<function ${functionName(address, repr)} at ${formatAddress(address)}>`;
};

/** `__qualname__`, or in Python 2 `__name__`. */
export function functionName(address: ObjectInHand['address'], repr: Repr): string {
  const { func_qualname, func_name } = repr.layout.objects.PyFunctionObject;
  return repr.name(repr.pointer(address, func_qualname ?? func_name));
}

export const spellMethod: Spell = (object, repr, depth) => {
  const { im_func, im_self } = repr.layout.objects.PyMethodObject;
  return repr.container(object, depth, ['<bound method ', '>'], '...', (inner) => {
    const name = callableName(repr.pointer(object.address, im_func), repr);
    return `${name} of ${repr.show(repr.pointer(object.address, im_self), inner + 1)}`;
  });
};

/** `__qualname__` of the callables that have one; `?` as Python writes for those that have none. */
function callableName(pointer: number, repr: Repr): string {
  const callable = repr.at(pointer);
  switch (callable.type.tp_name) {
    case 'function':
      return functionName(callable.address, repr);
    case 'builtin_function_or_method':
      return cName(callable, repr);
    default:
      return callable.type.isMeta ? repr.types.at(pointer).qualname : '?';
  }
}

export const spellBuiltin: Spell = (object, repr) => {
  const name = cName(object, repr);
  const self = repr.pointer(object.address, repr.layout.objects.PyCFunctionObject.m_self);
  if (self === 0) return `<built-in function ${name}>`;
  const owner = repr.at(self);
  if (isModule(owner.type)) return `<built-in function ${name}>`;
  return `<built-in method ${name} of ${owner.type.tp_name} object at ${formatAddress(self)}>`;
};

function cName({ address }: ObjectInHand, repr: Repr): string {
  const { parts, PyCFunctionObject } = repr.layout.objects;
  const def = repr.link(address, PyCFunctionObject.m_ml);
  return readCString(repr.memory, repr.link(def, parts.PyMethodDef.ml_name), NAME_LIMIT);
}

function isModule(type: KnownType): boolean {
  for (let each: KnownType | null = type; each; each = each.base) if (each.tp_name === 'module') return true;
  return false;
}

/** Descriptors of methods and attributes that C code made: `<method 'append' of 'list' objects>`. */
export function spellDescriptor(what: string): Spell {
  return ({ address }, repr) => {
    const { d_type, d_name } = repr.layout.objects.PyDescrObject;
    const name = repr.name(repr.pointer(address, d_name));
    return `<${what} '${name}' of '${repr.types.at(repr.pointer(address, d_type)).tp_name}' objects>`;
  };
}

/** wrapperobject: the descriptor and the object it is bound to follow the header. */
export const spellMethodWrapper: Spell = ({ address }, repr) => {
  const header = repr.layout.PyObject.sizeof;
  const descriptor = repr.link(address, header);
  const self = repr.at(repr.pointer(address, header + 8));
  const name = repr.name(repr.pointer(descriptor, repr.layout.objects.PyDescrObject.d_name));
  return `<method-wrapper '${name}' of ${self.type.tp_name} object at ${formatAddress(self.address)}>`;
};

export const spellType: Spell = ({ address, type: metatype }, repr) => {
  const type = repr.types.at(address);
  if (!isEnumMeta(metatype)) return `<class '${type.name}'>`;
  const flags = repr.spelling.flagClass === 'flag' && repr.types.line(type).some(({ name }) => name === 'enum.Flag');
  return `<${flags ? 'flag' : 'enum'} '${type.shortName}'>`;
};

/** Whether instances of this metatype are enumerations. */
export function isEnumMeta(metatype: KnownType): boolean {
  for (let each: KnownType | null = metatype; each?.isClass; each = each.base) {
    if (each.name === 'enum.EnumMeta' || each.name === 'enum.EnumType') return true;
  }
  return false;
}

/** As the import system describes them. https://github.com/python/cpython/blob/v3.12.1/Lib/importlib/_bootstrap.py (_module_repr) */
export const spellModule: Spell = ({ address }, repr) => {
  const { md_dict } = repr.layout.objects.PyModuleObject;
  const dict = repr.pointer(address, md_dict);
  if (dict === 0) return '<module ?>';
  const wanted = new Map<string, number>();
  // Of most modules they are the first names; built-in ones get theirs late.
  for (const { key, value } of readItems(repr.at(dict), repr, NAMES_LIMIT).items) {
    const name = repr.types.text(key);
    if (name !== null) wanted.set(name, value);
    if (wanted.has('__name__') && wanted.has('__spec__')) break;
  }
  const name = wanted.get('__name__');
  const shown = name === undefined || repr.types.text(name) === null ? '?' : repr.show(name, 0);
  const spec = wanted.get('__spec__');
  const origin = spec === undefined ? null : originOf(spec, repr);
  if (origin !== null && origin !== '') return `<module ${shown}${origin}>`;
  const file = wanted.get('__file__');
  if (origin === null && file !== undefined) return `<module ${shown} from ${repr.show(file, 0)}>`;
  return `<module ${shown}${originByLoader(wanted.get('__loader__'), repr)}>`;
};

/** The modules that the import system itself is made of have no origin, but a loader. */
function originByLoader(loader: number | undefined, repr: Repr): string {
  if (loader === undefined || !repr.at(loader).type.isMeta) return '';
  switch (repr.types.at(loader).qualname) {
    case 'BuiltinImporter':
      return ' (built-in)';
    case 'FrozenImporter':
      return ' (frozen)';
    default:
      return '';
  }
}

/** What a module's spec says about where it is from; null: it has none. */
function originOf(spec: number, repr: Repr): string | null {
  const object = repr.at(spec);
  if (object.type.tp_name === 'NoneType') return null;
  const origin = readAttribute(object, repr, 'origin');
  if (origin === null || repr.at(origin).type.tp_name === 'NoneType') return '';
  const located = readAttribute(object, repr, '_set_fileattr');
  const isFile = located !== null && repr.show(located, 0) === 'True';
  return isFile ? ` from ${repr.show(origin, 0)}` : ` (${repr.name(origin)})`;
}

export const spellPartial: Spell = (object, repr, depth) => {
  const { address, type } = object;
  const { fn, args, kw } = repr.layout.objects.partialobject;
  const name = repr.spelling.typeNames === 'with-module' && type.isClass ? type.name : type.tp_name;
  return repr.container(object, depth, [`${name}(`, ')'], `${name}(...)`, (inner) => {
    const tuple = repr.link(address, args);
    const count = repr.length(tuple);
    const parts = [repr.show(repr.pointer(address, fn), inner)];
    const given = repr.elements(offsetBy(tuple, repr.layout.PyTupleObject.ob_item), count, inner);
    if (count > 0) parts.push(repr.list(given, count));
    const keywords = readItems({ address: repr.link(address, kw) }, repr);
    if (keywords.total > 0) parts.push(repr.list(repr.assignments(keywords.items, inner), keywords.total));
    return parts.join(', ');
  });
};

/** `staticmethod` and `classmethod`. */
export const spellWrapped: Spell = (object, repr, depth) => {
  const { address, type } = object;
  switch (repr.spelling.staticmethod) {
    case 'opaque':
      return `<${type.tp_name} object at ${formatAddress(address)}>`;
    case 'wrapping':
      return repr.container(object, depth, [`<${type.tp_name}(`, ')>'], '...', (inner) =>
        repr.show(repr.pointer(address, repr.layout.objects.classmethod.cm_callable), inner + 1),
      );
  }
};

export const spellCell: Spell = ({ address }, repr) => {
  const content = repr.pointer(address, repr.layout.objects.PyCellObject.ob_ref);
  const at = `<cell at ${formatAddress(address)}: `;
  if (content === 0) return `${at}empty>`;
  return `${at}${repr.at(content).type.tp_name} object at ${formatAddress(content)}>`;
};

export const spellCode: Spell = ({ address }, repr) => {
  const { co_name, co_filename, co_firstlineno } = repr.layout.PyCodeObject;
  const line = repr.memory.read(offsetBy(address, co_firstlineno), 4).getInt32(0, true);
  const file = repr.name(repr.pointer(address, co_filename));
  const name = repr.name(repr.pointer(address, co_name));
  return `<code object ${name} at ${formatAddress(address)}, file "${file}", line ${line < 0 ? -1 : line}>`;
};

/** `obj` of what wraps one object: a mapping, a dict's view. */
export function spellWrapper(
  around: readonly [open: string, close: string],
  inside: 'mapping' | 'keys' | 'values' | 'items',
): Spell {
  return (object, repr, depth) => {
    const pointer = repr.pointer(object.address, repr.layout.PyObject.sizeof);
    if (inside === 'mapping') return `${around[0]}${repr.show(pointer, depth)}${around[1]}`;
    const dict = repr.at(pointer);
    const { items, total } = readItems(dict, repr);
    if (total === 0) return `${around[0]}${around[1]}`;
    return repr.container(object, depth, around, '...', (inner) => {
      const entries = repr.entries(items, inner);
      const shown = entries.map(([key, value]) =>
        inside === 'keys' ? key : inside === 'values' ? value : `(${key}, ${value})`,
      );
      return repr.list(shown, total);
    });
  };
}
