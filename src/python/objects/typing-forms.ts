/**
 * What is `typing` made of: `~T`, `typing.List[int]`, `typing.Optional[str]`? From 3.7 on; before, they are classes. Type
 * variables are objects of C from 3.12 on.
 */
import { offsetBy, toAddress } from '../../memory/address.js';
import { needAttribute, readAttribute } from './attributes.js';
import { type Items, NO_ITEMS, readTypeItem } from './generic-aliases.js';
import { readBigInt } from './numbers.js';
import type { ObjectInHand, Reading, ReadKind } from './reading.js';
import type { Tree } from './tree.js';

/**
 * Of C: after the header the name, and in the last word of the object `covariant`, `contravariant`, `infer_variance`.
 * https://github.com/python/cpython/blob/v3.12.1/Objects/typevarobject.c (typevarobject, typevar_repr)
 */
export const readTypeVar: ReadKind = ({ address, type }, reading) => {
  const name = reading.name(reading.pointer(address, reading.layout.PyObject.sizeof));
  const last = reading.memory.read(offsetBy(address, type.facts.basicsize - 8), 3);
  const [covariant, contravariant, inferred] = [0, 1, 2].map((at) => last.getUint8(at) !== 0);
  return named(inferred ? name : `${sign(covariant === true, contravariant === true)}${name}`);
};

function named(name: string): Tree {
  return { kind: 'type-name', name };
}

/** https://github.com/python/cpython/blob/v3.12.1/Objects/typevarobject.c (typevartuple_repr) */
export const readTypeVarTuple: ReadKind = (object, reading, depth) => {
  switch (reading.spelling.typeVarTuple) {
    case 'name':
      return named(reading.name(reading.pointer(object.address, reading.layout.PyObject.sizeof)));
    case 'with-variance':
      return readTypeVar(object, reading, depth);
  }
};

/** https://github.com/python/cpython/blob/v3.11.7/Lib/typing.py (_BoundVarianceMixin.__repr__) */
export const readOldTypeVar: ReadKind = (object, reading) => {
  const is = (name: string) => isTrue(readAttribute(object, reading, name), reading);
  return named(sign(is('__covariant__'), is('__contravariant__')) + nameOf(object, reading));
};

export const readOldTypeVarTuple: ReadKind = (object, reading) => named(nameOf(object, reading));

function sign(covariant: boolean, contravariant: boolean): string {
  if (covariant) return '+';
  return contravariant ? '-' : '~';
}

function nameOf(object: ObjectInHand, reading: Reading): string {
  return reading.name(readAttribute(object, reading, '__name__') ?? needAttribute(object, reading, '_name'));
}

function isTrue(pointer: number | null, reading: Reading): boolean {
  return pointer !== null && readBigInt({ address: toAddress(pointer) }, reading) === 1n;
}

/** `typing.Any` of 3.7 to 3.10, `typing.Union`, `typing.ClassVar`. */
export const readSpecialForm: ReadKind = (object, reading) =>
  named(`typing.${reading.name(needAttribute(object, reading, '_name'))}`);

/** `typing.List`, without arguments. */
export const readBareAlias = readSpecialForm;

/** https://github.com/python/cpython/blob/v3.12.1/Lib/typing.py (NewType.__repr__) */
export const readNewType: ReadKind = (object, reading) => {
  const part = (name: string) => reading.name(needAttribute(object, reading, name));
  return named(`${part('__module__')}.${part('__qualname__')}`);
};

/** https://github.com/python/cpython/blob/v3.12.1/Lib/typing.py (_GenericAlias.__repr__, _CallableGenericAlias.__repr__) */
export const readTypingAlias: ReadKind = (object, reading, depth) => {
  const name = textOrNull(object, '_name', reading);
  const origin = needAttribute(object, reading, '__origin__');
  const head = name === null ? readTypeItem(origin, reading, depth) : named(`typing.${name}`);
  // Up to 3.8, an alias without arguments is one with this mark.
  if (isTrue(readAttribute(object, reading, '_special'), reading)) return head;
  let form: 'plain' | 'callable' = 'plain';
  const [items, shown] = reading.inside(object, depth, NO_ITEMS, (inner): Items => {
    const { pointers, count } = argumentsOf(object, '__args__', reading);
    const listed = name === 'Callable' && !takesAnything(pointers, reading) && pointers.length === count;
    if (listed) form = 'callable';
    return { items: pointers.map((each) => readTypeItem(each, reading, inner)), length: count };
  });
  return { kind: 'alias', form, head, ...items, shown };
};

/** `Callable[..., int]`, `Callable[P, int]`. */
function takesAnything(args: readonly number[], reading: Reading): boolean {
  const [first, , third] = args;
  if (first === undefined || third !== undefined) return false;
  return ['ellipsis', 'typing.ParamSpec', 'typing._ConcatenateGenericAlias'].includes(reading.at(first).type.name);
}

/** https://github.com/python/cpython/blob/v3.12.1/Lib/typing.py (_UnionGenericAlias.__repr__) */
export const readTypingUnion: ReadKind = (object, reading, depth) => {
  const { pointers, count } = argumentsOf(object, '__args__', reading);
  const others = pointers.filter((each) => !isNoneType(each, reading));
  if (count !== 2 || others.length !== 1) return readTypingAlias(object, reading, depth);
  const [items, shown] = reading.inside<Tree[]>(object, depth, [], (inner) =>
    others.map((each) => readTypeItem(each, reading, inner)),
  );
  return { kind: 'alias', form: 'optional', head: null, items, length: items.length, shown };
};

function isNoneType(pointer: number, reading: Reading): boolean {
  return reading.at(pointer).type.isMeta && reading.types.at(pointer).tp_name === 'NoneType';
}

/** https://github.com/python/cpython/blob/v3.12.1/Lib/typing.py (_AnnotatedAlias.__repr__) */
export const readAnnotated: ReadKind = (object, reading, depth) => {
  const nothing: Items & { origin: Tree | null } = { ...NO_ITEMS, origin: null };
  const [parts, shown] = reading.inside(object, depth, nothing, (inner) => {
    const { pointers, count } = argumentsOf(object, '__metadata__', reading);
    const items = reading.all(pointers, inner);
    return { items, length: count, origin: readTypeItem(needAttribute(object, reading, '__origin__'), reading, inner) };
  });
  return { kind: 'annotated', ...parts, shown };
};

function textOrNull(object: ObjectInHand, name: string, reading: Reading): string | null {
  const pointer = readAttribute(object, reading, name);
  return pointer === null ? null : reading.types.text(pointer);
}

/** A tuple that an attribute is: as many of its elements as are shown, and how many there are. */
function argumentsOf(object: ObjectInHand, name: string, reading: Reading): { pointers: number[]; count: number } {
  const tuple = toAddress(needAttribute(object, reading, name));
  const count = reading.length(tuple);
  const start = offsetBy(tuple, reading.layout.PyTupleObject.ob_item);
  return { pointers: reading.pointers(start, Math.min(count, reading.limits.maxItems)), count };
}
