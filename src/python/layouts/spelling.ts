/**
 * Which words does a version's `repr` use? Most built-in types have always spelt their values as today; what changed, and
 * when, is told here by one word each.
 */
import type { Layout } from './layout.js';

export interface Spelling {
  /** Version of the character database: which characters are printable. */
  readonly unicode: UnicodeVersion;
  /** Whether values and types are written as Python 2 or Python 3 has them. */
  readonly python: 2 | 3;
  /** `ValueError('a',)` or `ValueError('a')`. https://github.com/python/cpython/pull/3127 */
  readonly loneArgument: 'comma' | 'bare';
  /**
   * Whether a `bytearray`, `deque` or `defaultdict` of a subclass is written under that one's name.
   * https://github.com/python/cpython/pull/3631
   */
  readonly containerNames: 'builtin' | 'own';
  /** `datetime.timedelta(1, 2)` or `datetime.timedelta(days=1, seconds=2)`. https://github.com/python/cpython/pull/3687 */
  readonly timedelta: 'positions' | 'keywords';
  /** `OrderedDict([('a', 1)])` or `OrderedDict({'a': 1})`. https://github.com/python/cpython/pull/101446 */
  readonly OrderedDict: 'pairs' | 'dict';
  /** Of classes: `<enum 'F'>` for every enumeration, or `<flag 'F'>` for flags. */
  readonly flagClass: 'enum' | 'flag';
  /** Whether a combination of flags has a name of its own, or is taken apart by `repr`. */
  readonly combinedFlags: 'taken-apart' | 'named';
  /** `<staticmethod object at 0x…>` or `<staticmethod(<function f at 0x…>)>`; `classmethod` likewise. */
  readonly staticmethod: 'opaque' | 'wrapping';
  readonly SimpleNamespace: 'sorted' | 'in-order';
  /** `bytearray(b"it\\'s")` or `bytearray(b"it's")`: whether every apostrophe is escaped, or as in `bytes`. */
  readonly bytearray: 'escaping-all' | 'as-bytes';
  /** How weak references and `functools.partial` name types: by `tp_name`, or with the module. */
  readonly typeNames: 'tp_name' | 'with-module';
  /** `Ts` or `~Ts`: whether a TypeVarTuple has a variance, as other type variables have. */
  readonly typeVarTuple: 'name' | 'with-variance';
}

/** Oldest first. */
export const UNICODE_VERSIONS = ['9.0', '11.0', '12.1', '13.0', '14.0', '15.0', '15.1', '16.0', '17.0'] as const;
export type UnicodeVersion = (typeof UNICODE_VERSIONS)[number];

const v3_7: Spelling = {
  unicode: '11.0',
  python: 3,
  loneArgument: 'bare',
  containerNames: 'own',
  timedelta: 'keywords',
  OrderedDict: 'pairs',
  flagClass: 'enum',
  combinedFlags: 'taken-apart',
  staticmethod: 'opaque',
  SimpleNamespace: 'sorted',
  bytearray: 'escaping-all',
  typeNames: 'tp_name',
  typeVarTuple: 'name',
};
const v3_6: Spelling = {
  ...v3_7,
  unicode: '9.0',
  loneArgument: 'comma',
  containerNames: 'builtin',
  timedelta: 'positions',
};
const v2_7: Spelling = { ...v3_6, python: 2 };
const v3_8: Spelling = { ...v3_7, unicode: '12.1' };
const v3_9: Spelling = { ...v3_8, unicode: '13.0', SimpleNamespace: 'in-order' };
const v3_10: Spelling = { ...v3_9, staticmethod: 'wrapping' };
const v3_11: Spelling = { ...v3_10, unicode: '14.0', flagClass: 'flag', combinedFlags: 'named' };
const v3_12: Spelling = { ...v3_11, unicode: '15.0', OrderedDict: 'dict' };
const v3_13: Spelling = { ...v3_12, unicode: '15.1', typeNames: 'with-module' };
const v3_14: Spelling = { ...v3_13, unicode: '16.0' };
const v3_15: Spelling = { ...v3_14, unicode: '17.0', bytearray: 'as-bytes', typeVarTuple: 'with-variance' };

const BY_VERSION: Readonly<Record<string, Spelling>> = {
  '2.7': v2_7,
  '3.6': v3_6,
  '3.7': v3_7,
  '3.8': v3_8,
  '3.9': v3_9,
  '3.10': v3_10,
  '3.11': v3_11,
  '3.12': v3_12,
  '3.13': v3_13,
  '3.14': v3_14,
  '3.15': v3_15,
};

/** How the version that a row describes spells; a version not listed spells as the newest. */
export function spellingOf(layout: Pick<Layout, 'version'>): Spelling {
  return BY_VERSION[layout.version] ?? v3_15;
}
