/**
 * Which reader takes objects of a type apart? By the name of the type that C code made, the object's own or the nearest it inherits from:
 * names of classes that a program made are its own to choose and tell nothing. Classes of the standard library that are
 * written in Python are known by module and name.
 */
import type { Address } from '../../memory/address.js';
import { isUserSpace } from '../../memory/address.js';
import type { Spelling } from '../layouts/spelling.js';
import { readArrayArray } from './arrays.js';
import {
  isEnumMeta,
  readBuiltin,
  readCell,
  readClass,
  readCodeObject,
  readDescriptor,
  readFunction,
  readMethod,
  readMethodWrapper,
  readModule,
  readPartial,
  readWrapped,
} from './callables.js';
import {
  readDefaultDict,
  readDeque,
  readDictObject,
  readDictView,
  readList,
  readMappingProxy,
  readOrderedDict,
  readSet,
  readTuple,
} from './containers.js';
import { readCompoundCData, readSimpleCData } from './ctypes.js';
import { readDate, readDateTime, readTime, readTimeDelta, readTimeZone, readZoneInfo } from './datetimes.js';
import { readException } from './exceptions.js';
import { readGenerator } from './generators.js';
import { readGenericAlias, readUnion } from './generic-aliases.js';
import { readDataclass, readEnumMember, readInstance, readNamedTuple, readSubclass } from './instances.js';
import { readAttrGetter, readCount, readItemGetter, readRepeat } from './iterators.js';
import { readCounter, readFraction, readNamespace, readPath, readUuid } from './library.js';
import { readBool, readComplex, readDecimal, readFloatObject, readInt } from './numbers.js';
import { readArray, readMaskedArray, readMaskedConstant } from './numpy.js';
import { readDtype, readNumpyText, readNumpyTime, readVoid, scalarReader } from './numpy-scalars.js';
import { readOpaque } from './opaque.js';
import { readLongTimeDelta, readNotATime, readTimestamp } from './pandas.js';
import { readDataFrame, readIndex, readPandasArray, readRangeIndex, readSeries } from './pandas-frames.js';
import { readInterval, readPeriod } from './pandas-periods.js';
import { readMatch, readPattern } from './patterns.js';
import { PYTHON_2_C_NAMES, PYTHON_2_CLASS_NAMES } from './python2-kinds.js';
import { readOldOpaque, readOldType } from './python2-objects.js';
import { readRange, readSlice } from './ranges.js';
import type { KindOf, ReadKind } from './reading.js';
import { readLock, readRLock, readWeakProxy, readWeakref } from './references.js';
import { readStructSequence } from './struct-sequences.js';
import { readTensor } from './tensors.js';
import { readByteArray, readBytesObject, readMemoryView, readStr } from './texts.js';
import { cBaseOf, type KnownType, type Types } from './types.js';
import {
  readAnnotated,
  readBareAlias,
  readNewType,
  readOldTypeVar,
  readOldTypeVarTuple,
  readSpecialForm,
  readTypeVar,
  readTypeVarTuple,
  readTypingAlias,
  readTypingUnion,
} from './typing-forms.js';

/** What there is one of. */
const constant =
  (name: string): ReadKind =>
  () => ({ kind: 'constant', name });

/** Types that C code made, by `tp_name`. */
const BY_C_NAME = byName({
  NoneType: constant('None'),
  ellipsis: constant('Ellipsis'),
  NotImplementedType: constant('NotImplemented'),
  bool: readBool,
  int: readInt,
  float: readFloatObject,
  complex: readComplex,
  str: readStr,
  bytes: readBytesObject,
  bytearray: readByteArray,
  memoryview: readMemoryView,
  list: readList,
  tuple: readTuple,
  dict: readDictObject,
  set: readSet,
  frozenset: readSet,
  range: readRange,
  slice: readSlice,
  'collections.deque': readDeque,
  'collections.defaultdict': readDefaultDict,
  'collections.OrderedDict': readOrderedDict,
  mappingproxy: readMappingProxy('mappingproxy'),
  dict_keys: readDictView('keys'),
  dict_values: readDictView('values'),
  dict_items: readDictView('items'),
  'types.SimpleNamespace': readNamespace,
  function: readFunction,
  method: readMethod,
  builtin_function_or_method: readBuiltin,
  builtin_method: readBuiltin,
  method_descriptor: readDescriptor('method'),
  classmethod_descriptor: readDescriptor('method'),
  wrapper_descriptor: readDescriptor('slot wrapper'),
  getset_descriptor: readDescriptor('attribute'),
  member_descriptor: readDescriptor('member'),
  'method-wrapper': readMethodWrapper,
  staticmethod: readWrapped,
  classmethod: readWrapped,
  'functools.partial': readPartial,
  type: readClass,
  module: readModule,
  cell: readCell,
  code: readCodeObject,
  generator: readGenerator,
  coroutine: readGenerator,
  async_generator: readGenerator,
  BaseException: readException,
  'datetime.date': readDate,
  'datetime.datetime': readDateTime,
  'datetime.time': readTime,
  'datetime.timedelta': readTimeDelta,
  'datetime.timezone': readTimeZone,
  'zoneinfo.ZoneInfo': readZoneInfo,
  'array.array': readArrayArray,
  'types.GenericAlias': readGenericAlias,
  'types.UnionType': readUnion,
  'typing.Union': readUnion,
  'typing.TypeVar': readTypeVar,
  'typing.ParamSpec': readTypeVar,
  'typing.TypeVarTuple': readTypeVarTuple,
  '_sre.SRE_Pattern': readPattern,
  're.Pattern': readPattern,
  '_sre.SRE_Match': readMatch,
  're.Match': readMatch,
  'itertools.count': readCount,
  'itertools.repeat': readRepeat,
  'operator.itemgetter': readItemGetter,
  'operator.attrgetter': readAttrGetter,
  'decimal.Decimal': readDecimal,
  weakref: readWeakref,
  'weakref.ReferenceType': readWeakref,
  weakproxy: readWeakProxy,
  weakcallableproxy: readWeakProxy,
  'weakref.ProxyType': readWeakProxy,
  'weakref.CallableProxyType': readWeakProxy,
  '_thread.lock': readLock,
  '_thread.RLock': readRLock,
  'numpy.ndarray': readArray,
  'numpy.dtype': readDtype,
  'numpy.void': readVoid,
  'numpy.datetime64': readNumpyTime('M'),
  'numpy.timedelta64': readNumpyTime('m'),
  'numpy.str_': readNumpyText(readStr),
  'numpy.bytes_': readNumpyText(readBytesObject),
  'pandas._libs.tslibs.timestamps._Timestamp': readTimestamp,
  'pandas._libs.tslibs.timedeltas._Timedelta': readLongTimeDelta,
  'pandas._libs.tslibs.nattype._NaT': readNotATime,
  'pandas._libs.tslibs.period._Period': readPeriod,
  'pandas._libs.interval.Interval': readInterval,
  'pandas._libs.arrays.NDArrayBacked': readPandasArray,
  '_ctypes._SimpleCData': readSimpleCData,
  '_ctypes.Array': readCompoundCData,
  '_ctypes.Structure': readCompoundCData,
  'torch._C.TensorBase': readTensor,
  'torch._C._TensorBase': readTensor,
});

/** Classes of the standard library, by module and name; and what derives from them. */
const BY_CLASS_NAME = byName({
  'uuid.UUID': readUuid,
  'fractions.Fraction': readFraction,
  'collections.Counter': readCounter,
  'pathlib.PurePosixPath': readPath,
  'pathlib._local.PurePosixPath': readPath,
  'numpy.ma.MaskedArray': readMaskedArray,
  'numpy.ma.core.MaskedArray': readMaskedArray,
  'numpy.ma.core.MaskedConstant': readMaskedConstant,
  'pandas._libs.missing.NAType': constant('<NA>'),
  'pandas.api.typing.NAType': constant('<NA>'),
  'pandas.core.arrays.masked.BaseMaskedArray': readPandasArray,
  'pandas.DataFrame': readDataFrame,
  'pandas.core.frame.DataFrame': readDataFrame,
  'pandas.Series': readSeries,
  'pandas.core.series.Series': readSeries,
  'pandas.RangeIndex': readRangeIndex,
  'pandas.core.indexes.range.RangeIndex': readRangeIndex,
  'pandas.MultiIndex': readInstance,
  'pandas.core.indexes.multi.MultiIndex': readInstance,
  'pandas.Index': readIndex,
  'pandas.core.indexes.base.Index': readIndex,
  'typing.TypeVar': readOldTypeVar,
  'typing.ParamSpec': readOldTypeVar,
  'typing.TypeVarTuple': readOldTypeVarTuple,
  'typing._GenericAlias': readTypingAlias,
  'typing._UnionGenericAlias': readTypingUnion,
  'typing._SpecialGenericAlias': readBareAlias,
  'typing._AnnotatedAlias': readAnnotated,
  'typing._SpecialForm': readSpecialForm,
  'typing.NewType': readNewType,
});

/** A target's class may be called `constructor`, so these are no plain objects. */
function byName(kinds: Readonly<Record<string, ReadKind>>): ReadonlyMap<string, ReadKind> {
  return new Map(Object.entries(kinds));
}

/** Readers by name, and what is left for all others. */
interface Vocabulary {
  readonly byCName: ReadonlyMap<string, ReadKind>;
  readonly byClassName: ReadonlyMap<string, ReadKind>;
  readonly opaque: ReadKind;
}

const PYTHON_2 = {
  byCName: new Map([...BY_C_NAME, ...byName(PYTHON_2_C_NAMES)]),
  byClassName: new Map([...BY_CLASS_NAME, ...byName(PYTHON_2_CLASS_NAMES)]),
  opaque: readOldOpaque,
};

function vocabularyOf(python: Spelling['python']): Vocabulary {
  switch (python) {
    case 2:
      return PYTHON_2;
    case 3:
      return { byCName: BY_C_NAME, byClassName: BY_CLASS_NAME, opaque: readOpaque };
  }
}

/** The reader of each type met, found once. */
export function kinds(types: Types, { python }: Pick<Spelling, 'python'>): KindOf {
  const vocabulary = vocabularyOf(python);
  const known = new Map<KnownType, ReadKind>();
  return (type) => {
    let read = known.get(type);
    if (!read) {
      read = type.isClass ? kindOfClass(type, types, vocabulary) : kindOfCType(type, types, vocabulary);
      known.set(type, read);
    }
    return read;
  };
}

/**
 * The nearest known type that it derives from; but what an extension derives from another, and gives a `repr` of its own,
 * is not that: `pandas.NaT` is no date.
 */
function kindOfCType(type: KnownType, types: Types, { byCName, opaque }: Vocabulary): ReadKind {
  for (let each: KnownType | null = type; each; each = each.base) {
    const read = byCName.get(each.tp_name) ?? scalarReader(each.tp_name);
    if (!read) continue;
    if (each === type || SHOWN_WHATEVER_THEY_SAY.has(read)) return read;
    if (each.tp_name === 'tuple' && isStructSequence(type, types)) return readStructSequence;
    return each.tp_repr === type.tp_repr ? read : opaque;
  }
  return opaque;
}

/** What is shown in one form, whatever a subclass would say of itself: an exception by its arguments, a class by its name. */
const SHOWN_WHATEVER_THEY_SAY: ReadonlySet<ReadKind> = new Set([
  readException,
  readClass,
  readOldType,
  readTimestamp,
  readLongTimeDelta,
  readNotATime,
  readPandasArray,
  readSimpleCData,
  readCompoundCData,
  readTensor,
]);

/** Whether C code made it by `PyStructSequence_NewType` or the like. The interpreter's own keep their dicts elsewhere from 3.12 on. */
function isStructSequence(type: KnownType, types: Types): boolean {
  return type.tp_dict === 0 || types.dict(type).has('n_sequence_fields');
}

function kindOfClass(type: KnownType, types: Types, vocabulary: Vocabulary): ReadKind {
  if (isEnumMeta(types.at(type.metatype))) return readEnumMember;
  const line = types.line(type);
  for (const { isClass, name } of line) {
    const read = isClass ? vocabulary.byClassName.get(name) : undefined;
    if (read) return read;
  }
  if (types.attribute(type, '__dataclass_fields__') !== null) return readDataclass;
  const base = cBaseOf(type);
  if (base === null || base.tp_name === 'object') return readInstance;
  if (base.tp_name === 'tuple' && types.attribute(type, '_fields') !== null) return readNamedTuple;
  const inherited = kindOfCType(base, types, vocabulary);
  if (inherited === vocabulary.opaque) return readInstance;
  if (type.tp_repr === base.tp_repr || SHOWN_WHATEVER_THEY_SAY.has(inherited)) return inherited;
  return saysItInC(type, types) ? readInstance : readSubclass(inherited);
}

/**
 * Whether C code made the nearest `__repr__`: then what looks like a class is an extension's type without a module in its
 * name, and what it inherits may not be what it holds.
 */
function saysItInC(type: KnownType, types: Types): boolean {
  const written = types.attribute(type, '__repr__');
  return written !== null && isUserSpace(written) && types.of(written as Address).tp_name === 'wrapper_descriptor';
}
