/**
 * Which spelling is a type's? By the name of the type that C code made, the object's own or the nearest it inherits from:
 * names of classes that a program made are its own to choose and tell nothing. Classes of the standard library that are
 * written in Python are known by module and name.
 */
import { formatAddress } from '../../memory/address.js';
import type { Spelling } from '../layouts/spelling.js';
import { spellArrayArray } from './arrays.js';
import {
  isEnumMeta,
  spellBuiltin,
  spellCell,
  spellCode,
  spellDescriptor,
  spellFunction,
  spellMethod,
  spellMethodWrapper,
  spellModule,
  spellPartial,
  spellType,
  spellWrapped,
  spellWrapper,
} from './callables.js';
import {
  spellDefaultDict,
  spellDeque,
  spellDict,
  spellList,
  spellOrderedDict,
  spellSet,
  spellTuple,
} from './containers.js';
import { spellDate, spellDateTime, spellTime, spellTimeDelta, spellTimeZone, spellZoneInfo } from './datetimes.js';
import { spellException } from './exceptions.js';
import { spellGenerator } from './generators.js';
import { spellGenericAlias, spellUnion } from './generic-aliases.js';
import { spellAround, spellDataclass, spellEnumMember, spellInstance, spellNamedTuple } from './instances.js';
import { spellAttrGetter, spellCount, spellItemGetter, spellRepeat } from './iterators.js';
import { spellCounter, spellFraction, spellNamespace, spellPath, spellUuid } from './library.js';
import { spellBool, spellComplex, spellDecimal, spellFloat, spellInt } from './numbers.js';
import { scalarSpelling, spellArray } from './numpy.js';
import { spellMatch, spellPattern } from './patterns.js';
import { PYTHON_2_C_NAMES, PYTHON_2_CLASS_NAMES } from './python2-kinds.js';
import { spellOldOpaque, spellOldType } from './python2-objects.js';
import { spellRange, spellSlice } from './ranges.js';
import { spellLock, spellRLock, spellWeakProxy, spellWeakref } from './references.js';
import type { Spell, SpellOf } from './repr.js';
import { spellStructSequence } from './struct-sequences.js';
import { spellByteArray, spellBytes, spellMemoryView, spellStr } from './texts.js';
import { cBaseOf, type KnownType, type Types } from './types.js';
import {
  spellAnnotated,
  spellBareAlias,
  spellNewType,
  spellOldTypeVar,
  spellOldTypeVarTuple,
  spellSpecialForm,
  spellTypeVar,
  spellTypeVarTuple,
  spellTypingAlias,
  spellTypingUnion,
} from './typing-forms.js';

/** Types that C code made, by `tp_name`. */
const BY_C_NAME = byName({
  NoneType: () => 'None',
  ellipsis: () => 'Ellipsis',
  NotImplementedType: () => 'NotImplemented',
  bool: spellBool,
  int: spellInt,
  float: spellFloat,
  complex: spellComplex,
  str: spellStr,
  bytes: spellBytes,
  bytearray: spellByteArray,
  memoryview: spellMemoryView,
  list: spellList,
  tuple: spellTuple,
  dict: spellDict,
  set: spellSet,
  frozenset: spellSet,
  range: spellRange,
  slice: spellSlice,
  'collections.deque': spellDeque,
  'collections.defaultdict': spellDefaultDict,
  'collections.OrderedDict': spellOrderedDict,
  mappingproxy: spellWrapper(['mappingproxy(', ')'], 'mapping'),
  dict_keys: spellWrapper(['dict_keys([', '])'], 'keys'),
  dict_values: spellWrapper(['dict_values([', '])'], 'values'),
  dict_items: spellWrapper(['dict_items([', '])'], 'items'),
  'types.SimpleNamespace': spellNamespace,
  function: spellFunction,
  method: spellMethod,
  builtin_function_or_method: spellBuiltin,
  builtin_method: spellBuiltin,
  method_descriptor: spellDescriptor('method'),
  classmethod_descriptor: spellDescriptor('method'),
  wrapper_descriptor: spellDescriptor('slot wrapper'),
  getset_descriptor: spellDescriptor('attribute'),
  member_descriptor: spellDescriptor('member'),
  'method-wrapper': spellMethodWrapper,
  staticmethod: spellWrapped,
  classmethod: spellWrapped,
  'functools.partial': spellPartial,
  type: spellType,
  module: spellModule,
  cell: spellCell,
  code: spellCode,
  generator: spellGenerator,
  coroutine: spellGenerator,
  async_generator: spellGenerator,
  BaseException: spellException,
  'datetime.date': spellDate,
  'datetime.datetime': spellDateTime,
  'datetime.time': spellTime,
  'datetime.timedelta': spellTimeDelta,
  'datetime.timezone': spellTimeZone,
  'zoneinfo.ZoneInfo': spellZoneInfo,
  'array.array': spellArrayArray,
  'types.GenericAlias': spellGenericAlias,
  'types.UnionType': spellUnion,
  'typing.Union': spellUnion,
  'typing.TypeVar': spellTypeVar,
  'typing.ParamSpec': spellTypeVar,
  'typing.TypeVarTuple': spellTypeVarTuple,
  '_sre.SRE_Pattern': spellPattern,
  're.Pattern': spellPattern,
  '_sre.SRE_Match': spellMatch,
  're.Match': spellMatch,
  'itertools.count': spellCount,
  'itertools.repeat': spellRepeat,
  'operator.itemgetter': spellItemGetter,
  'operator.attrgetter': spellAttrGetter,
  'decimal.Decimal': spellDecimal,
  weakref: spellWeakref,
  'weakref.ReferenceType': spellWeakref,
  weakproxy: spellWeakProxy,
  weakcallableproxy: spellWeakProxy,
  'weakref.ProxyType': spellWeakProxy,
  'weakref.CallableProxyType': spellWeakProxy,
  '_thread.lock': spellLock,
  '_thread.RLock': spellRLock,
  'numpy.ndarray': spellArray,
});

/** Classes of the standard library, by module and name; and what derives from them. */
const BY_CLASS_NAME = byName({
  'uuid.UUID': spellUuid,
  'fractions.Fraction': spellFraction,
  'collections.Counter': spellCounter,
  'pathlib.PurePosixPath': spellPath,
  'pathlib._local.PurePosixPath': spellPath,
  'typing.TypeVar': spellOldTypeVar,
  'typing.ParamSpec': spellOldTypeVar,
  'typing.TypeVarTuple': spellOldTypeVarTuple,
  'typing._GenericAlias': spellTypingAlias,
  'typing._UnionGenericAlias': spellTypingUnion,
  'typing._SpecialGenericAlias': spellBareAlias,
  'typing._AnnotatedAlias': spellAnnotated,
  'typing._SpecialForm': spellSpecialForm,
  'typing.NewType': spellNewType,
});

/** A target's class may be called `constructor`, so these are no plain objects. */
function byName(spellings: Readonly<Record<string, Spell>>): ReadonlyMap<string, Spell> {
  return new Map(Object.entries(spellings));
}

/** Spellings by name, and what is left for all others. */
interface Vocabulary {
  readonly byCName: ReadonlyMap<string, Spell>;
  readonly byClassName: ReadonlyMap<string, Spell>;
  readonly opaque: Spell;
}

const PYTHON_2 = {
  byCName: new Map([...BY_C_NAME, ...byName(PYTHON_2_C_NAMES)]),
  byClassName: new Map([...BY_CLASS_NAME, ...byName(PYTHON_2_CLASS_NAMES)]),
  opaque: spellOldOpaque,
};

function vocabularyOf(python: Spelling['python']): Vocabulary {
  switch (python) {
    case 2:
      return PYTHON_2;
    case 3:
      return { byCName: BY_C_NAME, byClassName: BY_CLASS_NAME, opaque: spellOpaque };
  }
}

/** The spelling of each type met, found once. */
export function spellings(types: Types, { python }: Pick<Spelling, 'python'>): SpellOf {
  const vocabulary = vocabularyOf(python);
  const known = new Map<KnownType, Spell>();
  return (type) => {
    let spell = known.get(type);
    if (!spell) {
      spell = type.isClass ? spellingOfClass(type, types, vocabulary) : spellingOfCType(type, vocabulary);
      known.set(type, spell);
    }
    return spell;
  };
}

function spellingOfCType(type: KnownType, { byCName, opaque }: Vocabulary): Spell {
  for (let each: KnownType | null = type; each; each = each.base) {
    const spell = byCName.get(each.tp_name) ?? scalarSpelling(each.tp_name);
    if (!spell) continue;
    if (each.tp_name === 'tuple' && each !== type) return spellStructSequence;
    return spell;
  }
  return opaque;
}

/** What cannot be taken apart: as Python writes what has no `repr` of its own. */
const spellOpaque: Spell = ({ address, type }) => `<${type.tp_name} object at ${formatAddress(address)}>`;

function spellingOfClass(type: KnownType, types: Types, vocabulary: Vocabulary): Spell {
  if (isEnumMeta(types.at(type.metatype))) return spellEnumMember;
  const line = types.line(type);
  for (const { isClass, name } of line) {
    const spell = isClass ? vocabulary.byClassName.get(name) : undefined;
    if (spell) return spell;
  }
  if (types.attribute(type, '__dataclass_fields__') !== null) return spellDataclass;
  const base = cBaseOf(type);
  if (base === null || base.tp_name === 'object') return spellInstance;
  if (base.tp_name === 'tuple' && types.attribute(type, '_fields') !== null) return spellNamedTuple;
  const inherited = spellingOfCType(base, vocabulary);
  if (inherited === vocabulary.opaque) return spellInstance;
  // An exception is shown by its arguments, whatever it would say of itself.
  const overridden =
    type.tp_repr !== base.tp_repr &&
    inherited !== spellException &&
    inherited !== spellType &&
    inherited !== spellOldType;
  return overridden ? spellAround(inherited) : inherited;
}
