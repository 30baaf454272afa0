/**
 * Does what hangs on the structures read as Python, under this layout? The proof looks at links only, and those of
 * neighbouring versions are alike. A place or a version that nothing speaks for has to show more: modules that are a
 * dict, and code objects that have names.
 */

import { type Address, offsetBy } from '../memory/address.js';
import { MemoryFault, type MemoryReader, readPointer } from '../memory/reader.js';
import { readCode } from '../python/code.js';
import { readFrames } from '../python/frames.js';
import { reasonOf } from '../python/problem.js';
import { type PythonRuntime, readRuntime } from '../python/runtime.js';
import { TypeNames } from '../python/type-names.js';
import { PROOF_TRIES } from './proof.js';

/** Enough to have one that stands still; each is read to its outermost frame. */
const THREADS_CHECKED = 8;

/** null: it does; else why not. `runtime`: proven. Never throws for what memory holds. */
export function refuteRuntime(memory: MemoryReader, runtime: PythonRuntime): string | null {
  let why: string | null = null;
  // A running target changes its frames meanwhile.
  for (let i = 0; i < PROOF_TRIES; i++) {
    try {
      why = refuteOnce(memory, runtime);
      if (why === null) return null;
    } catch (error) {
      why = reasonOf(error);
    }
  }
  return why;
}

function refuteOnce(memory: MemoryReader, runtime: PythonRuntime): string | null {
  const { layout } = runtime;
  const types = new TypeNames(layout);
  const { interpreters, threadStates } = readRuntime(memory, runtime);
  const modules = interpreters.flatMap((interpreter) => interpreter.modules ?? []);
  for (const dict of modules) {
    if (!isDict(memory, types, dict, layout.PyObject.ob_type)) return 'its modules are no dict';
  }
  let refused: string | null = modules.length > 0 ? null : 'it has neither modules nor frames';
  for (const state of threadStates.slice(0, THREADS_CHECKED)) {
    const { frames, ending } = readFrames(memory, layout, state);
    const innermost = frames[0];
    // An idle thread of a program that embeds Python has none.
    if (innermost === undefined && ending.kind === 'complete') continue;
    try {
      if (innermost !== undefined && readCode(memory, layout, innermost.code, types).firstLine >= 0) return null;
      refused = ending.reason ?? 'its code has no first line';
    } catch (error) {
      refused = reasonOf(error);
    }
  }
  return refused;
}

/** Cores may lack type names, which are constants of a file: then its type's type has to be its own. */
function isDict(memory: MemoryReader, types: TypeNames, object: Address, ob_type: number): boolean {
  try {
    return types.ofObject(memory, object) === 'dict';
  } catch (error) {
    if (!(error instanceof MemoryFault)) throw error;
    const type = readPointer(memory, offsetBy(object, ob_type));
    const metatype = readPointer(memory, offsetBy(type as Address, ob_type));
    return readPointer(memory, offsetBy(metatype as Address, ob_type)) === metatype;
  }
}
