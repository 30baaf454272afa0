/**
 * How is what `typing` is made of written: `~T`, `typing.List[int]`, `typing.Optional[str]`? From 3.7 on; before, they are
 * classes. Type variables are objects of C from 3.12 on.
 */
import { offsetBy, toAddress } from '../../memory/address.js';
import { needAttribute, readAttribute } from './attributes.js';
import { typeText } from './generic-aliases.js';
import { readBigInt } from './numbers.js';
import type { ObjectInHand, Repr, Spell } from './repr.js';

/**
 * Of C: after the header the name, and in the last word of the object `covariant`, `contravariant`, `infer_variance`.
 * https://github.com/python/cpython/blob/v3.12.1/Objects/typevarobject.c (typevarobject, typevar_repr)
 */
export const spellTypeVar: Spell = ({ address, type }, repr) => {
  const name = repr.name(repr.pointer(address, repr.layout.PyObject.sizeof));
  const last = repr.memory.read(offsetBy(address, type.facts.basicsize - 8), 3);
  const [covariant, contravariant, inferred] = [0, 1, 2].map((at) => last.getUint8(at) !== 0);
  return inferred ? name : `${sign(covariant === true, contravariant === true)}${name}`;
};

/** https://github.com/python/cpython/blob/v3.12.1/Objects/typevarobject.c (typevartuple_repr) */
export const spellTypeVarTuple: Spell = (object, repr, depth) => {
  switch (repr.spelling.typeVarTuple) {
    case 'name':
      return repr.name(repr.pointer(object.address, repr.layout.PyObject.sizeof));
    case 'with-variance':
      return spellTypeVar(object, repr, depth);
  }
};

/** https://github.com/python/cpython/blob/v3.11.7/Lib/typing.py (_BoundVarianceMixin.__repr__) */
export const spellOldTypeVar: Spell = (object, repr) => {
  const is = (name: string) => isTrue(readAttribute(object, repr, name), repr);
  return sign(is('__covariant__'), is('__contravariant__')) + nameOf(object, repr);
};

export const spellOldTypeVarTuple: Spell = (object, repr) => nameOf(object, repr);

function sign(covariant: boolean, contravariant: boolean): string {
  if (covariant) return '+';
  return contravariant ? '-' : '~';
}

function nameOf(object: ObjectInHand, repr: Repr): string {
  return repr.name(readAttribute(object, repr, '__name__') ?? needAttribute(object, repr, '_name'));
}

function isTrue(pointer: number | null, repr: Repr): boolean {
  return pointer !== null && readBigInt({ address: toAddress(pointer) }, repr) === 1n;
}

/** `typing.Any` of 3.7 to 3.10, `typing.Union`, `typing.ClassVar`. */
export const spellSpecialForm: Spell = (object, repr) => `typing.${repr.name(needAttribute(object, repr, '_name'))}`;

/** `typing.List`, without arguments. */
export const spellBareAlias = spellSpecialForm;

/** https://github.com/python/cpython/blob/v3.12.1/Lib/typing.py (NewType.__repr__) */
export const spellNewType: Spell = (object, repr) => {
  const part = (name: string) => repr.name(needAttribute(object, repr, name));
  return `${part('__module__')}.${part('__qualname__')}`;
};

/** https://github.com/python/cpython/blob/v3.12.1/Lib/typing.py (_GenericAlias.__repr__, _CallableGenericAlias.__repr__) */
export const spellTypingAlias: Spell = (object, repr, depth) => {
  const name = textOrNull(object, '_name', repr);
  const origin = needAttribute(object, repr, '__origin__');
  const head = name === null ? typeText(origin, repr, depth) : `typing.${name}`;
  // Up to 3.8, an alias without arguments is one with this mark.
  if (isTrue(readAttribute(object, repr, '_special'), repr)) return head;
  return repr.container(object, depth, [`${head}[`, ']'], '...', (inner) => {
    const args = argumentsOf(object, '__args__', repr);
    const shown = args.pointers.map((each) => typeText(each, repr, inner));
    if (name !== 'Callable' || takesAnything(args.pointers, repr)) {
      return args.count === 0 ? '()' : repr.list(shown, args.count);
    }
    if (shown.length < args.count) return repr.list(shown, args.count);
    return `[${shown.slice(0, -1).join(', ')}], ${shown.at(-1)}`;
  });
};

/** `Callable[..., int]`, `Callable[P, int]`. */
function takesAnything(args: readonly number[], repr: Repr): boolean {
  const [first, , third] = args;
  if (first === undefined || third !== undefined) return false;
  return ['ellipsis', 'typing.ParamSpec', 'typing._ConcatenateGenericAlias'].includes(repr.at(first).type.name);
}

/** https://github.com/python/cpython/blob/v3.12.1/Lib/typing.py (_UnionGenericAlias.__repr__) */
export const spellTypingUnion: Spell = (object, repr, depth) => {
  const { pointers, count } = argumentsOf(object, '__args__', repr);
  const others = pointers.filter((each) => !isNoneType(each, repr));
  if (count !== 2 || others.length !== 1) return spellTypingAlias(object, repr, depth);
  return repr.container(object, depth, ['typing.Optional[', ']'], '...', (inner) =>
    others.map((each) => typeText(each, repr, inner)).join(),
  );
};

function isNoneType(pointer: number, repr: Repr): boolean {
  return repr.at(pointer).type.isMeta && repr.types.at(pointer).tp_name === 'NoneType';
}

/** https://github.com/python/cpython/blob/v3.12.1/Lib/typing.py (_AnnotatedAlias.__repr__) */
export const spellAnnotated: Spell = (object, repr, depth) =>
  repr.container(object, depth, ['typing.Annotated[', ']'], '...', (inner) => {
    const { pointers, count } = argumentsOf(object, '__metadata__', repr);
    const shown = pointers.map((each) => repr.show(each, inner));
    return `${typeText(needAttribute(object, repr, '__origin__'), repr, inner)}, ${repr.list(shown, count)}`;
  });

function textOrNull(object: ObjectInHand, name: string, repr: Repr): string | null {
  const pointer = readAttribute(object, repr, name);
  return pointer === null ? null : repr.types.text(pointer);
}

/** A tuple that an attribute is: as many of its elements as are shown, and how many there are. */
function argumentsOf(object: ObjectInHand, name: string, repr: Repr): { pointers: number[]; count: number } {
  const tuple = toAddress(needAttribute(object, repr, name));
  const count = repr.length(tuple);
  const start = offsetBy(tuple, repr.layout.PyTupleObject.ob_item);
  return { pointers: repr.pointers(start, Math.min(count, repr.limits.maxItems)), count };
}
