/**
 * Does what hangs on the structures read as Python, under this layout? The proof looks at links only, and those of
 * neighbouring versions are alike. A place or a version that nothing speaks for has to show more: modules that are a
 * dict, and code objects that have names.
 */

import type { Address } from '../memory/address.js';
import { MemoryFault } from '../memory/reader.js';
import { readCode } from '../python/code.js';
import { readFrames } from '../python/frames.js';
import { reasonOf } from '../python/problem.js';
import type { Python } from '../python/python.js';
import { readRuntime } from '../python/runtime.js';
import { TypeNames } from '../python/type-names.js';
import { PROOF_TRIES } from './proof.js';

/** Enough to have one that stands still; each is read to its outermost frame. */
const THREADS_CHECKED = 8;

/** null: it does; else why not. `python`: proven. Never throws for what memory holds. */
export function refuteRuntime(python: Python): string | null {
  let why: string | null = null;
  // A running target changes its frames meanwhile.
  for (let i = 0; i < PROOF_TRIES; i++) {
    try {
      why = refuteOnce(python.over(python.memory));
      if (why === null) return null;
    } catch (error) {
      why = reasonOf(error);
    }
  }
  return why;
}

function refuteOnce(python: Python): string | null {
  const { interpreters, threadStates } = readRuntime(python);
  const modules = interpreters.flatMap((interpreter) => interpreter.modules ?? []);
  for (const dict of modules) {
    if (!isDict(python, dict)) return 'its modules are no dict';
  }
  let refused: string | null = modules.length > 0 ? null : 'it has neither modules nor frames';
  for (const state of threadStates.slice(0, THREADS_CHECKED)) {
    const { frames, ending } = readFrames(python, state);
    const innermost = frames[0];
    // An idle thread of a program that embeds Python has none.
    if (innermost === undefined && ending.kind === 'complete') continue;
    try {
      if (innermost !== undefined && readCode(python, innermost.code).firstLine >= 0) return null;
      refused = ending.reason ?? 'its code has no first line';
    } catch (error) {
      refused = reasonOf(error);
    }
  }
  return refused;
}

/** Cores may lack type names, which are constants of a file: then its type's type has to be its own. */
function isDict(python: Python, object: Address): boolean {
  try {
    return python.the(TypeNames).ofObject(object) === 'dict';
  } catch (error) {
    if (!(error instanceof MemoryFault)) throw error;
    const { ob_type } = python.layout.PyObject;
    const type = python.pointer(object, ob_type);
    const metatype = python.pointer(type as Address, ob_type);
    return python.pointer(metatype as Address, ob_type) === metatype;
  }
}
