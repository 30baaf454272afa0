/** Which kinds of objects does Python 2 have that Python 3 has not, or has otherwise? By the names that kinds.ts goes by. */
import { readMappingProxy } from './containers.js';
import { readException } from './exceptions.js';
import { readOldDecimal, readOldFraction, readOldOrderedDict } from './python2-library.js';
import {
  readClassic,
  readClassicInstance,
  readFile,
  readOldMethod,
  readOldModule,
  readOldOpaque,
  readOldSet,
  readOldType,
} from './python2-objects.js';
import {
  readBuffer,
  readByteString,
  readLongInt,
  readOldByteArray,
  readShortInt,
  readUnicodeObject,
  readXrange,
} from './python2-texts.js';
import type { ReadKind } from './reading.js';

/** Types that C code made. */
export const PYTHON_2_C_NAMES: Readonly<Record<string, ReadKind>> = {
  int: readShortInt,
  long: readLongInt,
  str: readByteString,
  unicode: readUnicodeObject,
  bytearray: readOldByteArray,
  xrange: readXrange,
  buffer: readBuffer,
  set: readOldSet,
  frozenset: readOldSet,
  dictproxy: readMappingProxy('dict_proxy'),
  classobj: readClassic,
  instance: readClassicInstance,
  instancemethod: readOldMethod,
  file: readFile,
  module: readOldModule,
  type: readOldType,
  'exceptions.BaseException': readException,
  // They have no `repr` of their own yet.
  'functools.partial': readOldOpaque,
  'operator.itemgetter': readOldOpaque,
  'operator.attrgetter': readOldOpaque,
  '_sre.SRE_Pattern': readOldOpaque,
  '_sre.SRE_Match': readOldOpaque,
};

/** Classes of the standard library. */
export const PYTHON_2_CLASS_NAMES: Readonly<Record<string, ReadKind>> = {
  'decimal.Decimal': readOldDecimal,
  'fractions.Fraction': readOldFraction,
  'collections.OrderedDict': readOldOrderedDict,
};
