/** Which spellings does Python 2 have other than Python 3? By the names that kinds.ts goes by. */
import { spellWrapper } from './callables.js';
import { spellException } from './exceptions.js';
import { spellOldDecimal, spellOldFraction, spellOldOrderedDict } from './python2-library.js';
import {
  spellClassic,
  spellClassicInstance,
  spellFile,
  spellOldMethod,
  spellOldModule,
  spellOldOpaque,
  spellOldSet,
  spellOldType,
} from './python2-objects.js';
import {
  spellBuffer,
  spellByteArray,
  spellByteString,
  spellLong,
  spellShortInt,
  spellUnicode,
  spellXrange,
} from './python2-texts.js';
import type { Spell } from './repr.js';

/** Types that C code made. */
export const PYTHON_2_C_NAMES: Readonly<Record<string, Spell>> = {
  int: spellShortInt,
  long: spellLong,
  str: spellByteString,
  unicode: spellUnicode,
  bytearray: spellByteArray,
  xrange: spellXrange,
  buffer: spellBuffer,
  set: spellOldSet,
  frozenset: spellOldSet,
  dictproxy: spellWrapper(['dict_proxy(', ')'], 'mapping'),
  classobj: spellClassic,
  instance: spellClassicInstance,
  instancemethod: spellOldMethod,
  file: spellFile,
  module: spellOldModule,
  type: spellOldType,
  'exceptions.BaseException': spellException,
  // They have no `repr` of their own yet.
  'functools.partial': spellOldOpaque,
  'operator.itemgetter': spellOldOpaque,
  'operator.attrgetter': spellOldOpaque,
  '_sre.SRE_Pattern': spellOldOpaque,
  '_sre.SRE_Match': spellOldOpaque,
};

/** Classes of the standard library. */
export const PYTHON_2_CLASS_NAMES: Readonly<Record<string, Spell>> = {
  'decimal.Decimal': spellOldDecimal,
  'fractions.Fraction': spellOldFraction,
  'collections.OrderedDict': spellOldOrderedDict,
};
