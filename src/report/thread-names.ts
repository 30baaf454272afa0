/**
 * What does Python call its threads? Names live in a dictionary that all threads share and change, so they are not part of
 * the frozen copy (a thousand objects would have to be copied while threads stand): they are read before and after, and
 * what both say is right.
 */

import type { Address } from '../memory/address.js';
import type { Python } from '../python/python.js';
import type { RuntimeWalk, ThreadStateWalk } from '../python/runtime.js';
import { readThreadNames, type ThreadName } from '../python/threading-names.js';

/** By interpreter, then by `pthread_self()`. */
export interface Names {
  readonly byInterpreter: ReadonlyMap<Address, ReadonlyMap<number, ThreadName>>;
  readonly problems: readonly string[];
}

export function readNames(python: Python, runtime: Pick<RuntimeWalk, 'interpreters'>): Names {
  const byInterpreter = new Map<Address, ReadonlyMap<number, ThreadName>>();
  const problems: string[] = [];
  for (const interpreter of runtime.interpreters) {
    const read = readThreadNames(python, interpreter);
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

export function noNames(): Names {
  return { byInterpreter: new Map(), problems: [] };
}

/** Both, the later where they differ; the problems are the later's. */
export function withMore(names: Names, more: Names): Names {
  const byInterpreter = new Map(names.byInterpreter);
  for (const [interpreter, threads] of more.byInterpreter) {
    byInterpreter.set(interpreter, new Map([...(byInterpreter.get(interpreter) ?? []), ...threads]));
  }
  return { byInterpreter, problems: more.problems };
}

export function hasName(names: Names, state: Pick<ThreadStateWalk, 'interpreter' | 'threadId'>): boolean {
  return names.byInterpreter.get(state.interpreter)?.has(state.threadId) ?? false;
}
