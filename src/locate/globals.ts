/**
 * What must be known of a process besides the layout before an interpreter of 2.7 or 3.6 can be read? Where its global
 * variables are, and how wide Python 2's characters are.
 */

import { type Address, toAddress } from '../memory/address.js';
import { readDict } from '../python/dict.js';
import type { Layout } from '../python/layouts/layout.js';
import type { GlobalAddresses, GlobalName } from '../python/layouts/old-layout.js';
import { readSmallInt } from '../python/objects.js';
import { reasonOf } from '../python/problem.js';
import type { Python } from '../python/python.js';
import { readUnicode } from '../python/text.js';
import { TypeNames } from '../python/type-names.js';
import { addressOfReturned } from './getter.js';
import type { Module } from './module.js';

/** Those that have a symbol, or a function that returns them; `interp_head` was found already, or is lost (null). */
export function findGlobals(
  module: Module,
  symbols: readonly GlobalName[],
  interp_head: Address | null,
): GlobalAddresses {
  const returned = addressOfReturned(module, 'Py_IsInitialized');
  return {
    ...Object.fromEntries(module.addressesOf(symbols)),
    ...(returned !== null && { 'Py_IsInitialized()': returned }),
    ...(interp_head !== null && { interp_head }),
  };
}

/** The layout with what Python 2 may be built with; any other as it is. `python`: proven. */
export function asBuilt(python: Python): Layout {
  const { layout } = python;
  const { python2 } = layout;
  return python2 ? { ...layout, python2: { ...python2, unicodeUnit: readUnit(python) } } : layout;
}

/** `sys.maxunicode` of a build with characters of 2 bytes, and with 4. https://peps.python.org/pep-0261/ */
const UNITS: Readonly<Record<number, 2 | 4>> = { 65535: 2, 1114111: 4 };

/** null: the program has hidden `sys.maxunicode`, or it cannot be read. */
function readUnit(python: Python): 2 | 4 | null {
  try {
    const [stray] = python.strays;
    const interpreter = toAddress(
      python.address !== null
        ? python.pointer(python.address, 0)
        : python.pointer(toAddress(stray ?? 0), python.layout.PyThreadState.interp),
    );
    const sysdict = toAddress(python.pointer(interpreter, python.layout.python2?.sysdict ?? 0));
    const types = python.the(TypeNames);
    for (const { key, value } of readDict(python, sysdict).items) {
      const name = toAddress(key);
      if (types.ofObject(name) !== 'str' || readUnicode(python, name).text !== 'maxunicode') continue;
      const maxunicode = toAddress(value);
      if (types.ofObject(maxunicode) !== 'int') return null;
      return UNITS[readSmallInt(python, maxunicode) ?? 0] ?? null;
    }
    return null;
  } catch (error) {
    // (Anything but the target's memory goes on up.)
    reasonOf(error);
    return null;
  }
}
