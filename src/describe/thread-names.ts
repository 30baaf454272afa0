/**
 * What does Python call its threads? Names live in a dictionary that all threads share and change, so they are not part of
 * the frozen copy (a thousand objects would have to be copied while threads stand): they are read before and after, and
 * what both say is right.
 */

import type { PythonRuntime, RuntimeWalk } from '../cpython/runtime.js';
import { readThreadNames, type ThreadName } from '../cpython/threading-names.js';
import type { Address } from '../memory/address.js';
import type { MemoryReader } from '../memory/reader.js';

/** By interpreter, then by `pthread_self()`. */
export interface Names {
  readonly byInterpreter: ReadonlyMap<Address, ReadonlyMap<number, ThreadName>>;
  readonly problems: readonly string[];
}

export function readNames(memory: MemoryReader, python: PythonRuntime, runtime: RuntimeWalk): Names {
  const byInterpreter = new Map<Address, ReadonlyMap<number, ThreadName>>();
  const problems: string[] = [];
  for (const interpreter of runtime.interpreters) {
    const read = readThreadNames(memory, python, interpreter);
    byInterpreter.set(interpreter.address, read.names);
    problems.push(...read.problems);
  }
  return { byInterpreter, problems };
}

/** What the earlier and the later reading agree on. */
export function agreeing(earlier: Names, later: Names): Names {
  const byInterpreter = new Map<Address, ReadonlyMap<number, ThreadName>>();
  for (const [interpreter, names] of later.byInterpreter) {
    const before = earlier.byInterpreter.get(interpreter);
    const agreed = [...names].filter(([ident, { name }]) => before?.get(ident)?.name === name);
    byInterpreter.set(interpreter, new Map(agreed));
  }
  return { byInterpreter, problems: later.problems };
}

/** Whether every thread named in `names` is there under the same name in `agreed`. */
export function allIn(names: Names, agreed: Names): boolean {
  return [...names.byInterpreter].every(
    ([interpreter, threads]) => threads.size === (agreed.byInterpreter.get(interpreter)?.size ?? 0),
  );
}
